"""A small town: the real wording, one department, a router that knows two words."""

from __future__ import annotations

import tomllib
from datetime import date

from bot.cases.deadlines import Allowance
from bot.cases.model import (
    DemandType,
    DepartmentCandidate,
    Routing,
    RoutingInput,
    Severity,
)
from bot.city import disclosure as disclosure_file
from bot.city.model import City, Department, Limit, Limits, MenuButton, Places, Rules, Wording
from bot.city.reading import Faults
from bot.disclosure.letters import Templates
from bot.routing.marks import Marks, Sentiment
from bot.routing.persons import Person
from bot.routing.router import Part
from bot.settings import ROOT

LIGHTS = "市城市管理局"
ANGRY = Marks(
    sentiment=Sentiment.ANGRY,
    sensitive=("媒体曝光",),
    confidential=True,
    persons=(Person(name="王某", role="老板"),),
    reasons=("敏感（媒体曝光）：提到“曝光”",),
)


def town() -> City:
    """The town."""
    texts = tomllib.loads((ROOT / "bot/city/fengcheng/wording.toml").read_text("utf-8"))
    limits = tuple(
        Limit(
            demand_type=demand_type,
            severity=severity,
            allowance=Allowance(amount=5),
            source="test",
            as_of=date(2026, 1, 1),
        )
        for demand_type in DemandType
        for severity in Severity
    )
    return City(
        name="小城",
        code="000000",
        area_code="0000",
        hotline="12345",
        departments=(Department(name=LIGHTS),),
        places=Places(areas=()),
        duties=(),
        limits=Limits(limits=limits),
        rules=Rules(emergencies=()),
        wording=Wording(
            texts=texts, always={"city": "小城", "area_code": "0000", "hotline": "12345"}
        ),
        letters=letters(),
        menu=(MenuButton(name="问", below=(MenuButton(name="社保", key="k", says="怎么办社保"),)),),
    )


def letters() -> Templates:
    """The real templates of letters."""
    file = ROOT / "bot/city/fengcheng/disclosure.toml"
    return disclosure_file.read(file, file, Faults())[1]


class TownRouter:
    """Street lights it is sure of; of a fire it tells the number, of a judgment the way."""

    def route(self, item: RoutingInput) -> Routing:
        fire = "着火了" in item.text
        sure = "路灯" in item.text
        return Routing(
            demand_type=item.demand_hint or DemandType.HELP,
            departments=(DepartmentCandidate(name=LIGHTS, confidence=0.95 if sure else 0.3),),
            severity=Severity.EMERGENCY if fire else Severity.NORMAL,
            emergency_number="119" if fire else "",
            statutory_way="请向人民法院提出。" if "判决" in item.text else "",
            auto=sure,
            marks=ANGRY if "曝光" in item.text else Marks(),
        )

    def parts(self, item: RoutingInput) -> tuple[Part, ...]:
        """Cut at 另外."""
        said = item.text.split("另外")
        if len(said) < 2:
            return ()
        return tuple(Part(text=text, routing=self.route(RoutingInput(text=text))) for text in said)

    def emergency_number(self, text: str) -> str:
        return self.route(RoutingInput(text=text)).emergency_number
