"""A year in a city, made by chance that is the same each time, and a diary of what happened.

The diary is plain tuples: whoever checks a report counts it with loops of their own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import city as cities
from bot.cases.model import (
    Actor,
    DemandType,
    DepartmentCandidate,
    Move,
    NewCase,
    Role,
    Routing,
    RoutingInput,
)
from bot.cases.published_letters import Gone, PublishedLetter
from bot.cases.rated import SatisfactionService
from bot.cases.service import CaseService
from bot.city.load import DEFAULT
from bot.city.model import City
from bot.disclosure.letters import Letter
from bot.disclosure.model import Move as RequestMove
from bot.disclosure.model import Way
from bot.disclosure.results import Result
from bot.openness.opinion import RESPOND
from bot.openness.plan.entering import AskedEvidence
from bot.openness.plan.service import PlanService
from bot.openness.records import HotIssue, OpinionAct, OpinionItem, OpinionStep
from bot.openness.report.service import ReportService
from bot.routing.router import Part
from bot.storage.units import Storage
from bot.web.words import channel_name
from knowledge.model import Document, Form, Kind, Life
from tests.bot.disclosure.world import SECRET, filled
from tests.bot.disclosure.world import House as DisclosureHouse
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

ZONE = ZoneInfo("Asia/Shanghai")
YEAR = 2026
NO_FILES = Path("requests-without-files")
"""Nothing is written there."""

UNITS = ("市城市管理局", "市水利局", "市民政局")
PLACES = ("曲江镇", "剑光街道", "")
CHANNELS = ("webchat", "wechat", "hotline", "mailbox")
TYPES = (DemandType.HELP, DemandType.COMPLAINT, DemandType.SUGGESTION)
MATTERS = (("民政", "救助", "低保"), ("没有", "这个", "领域"))
FIELDS = {MATTERS[0]: "社会救助", MATTERS[1]: "其他"}
PRIVATE = "王小二家住小城路1号，电话13900000001"
CASES = 180
OFFICE = Actor(id="office", role=Role.TRIAGE)


@dataclass(kw_only=True)
class Lived:
    """What became of one case."""

    opened: date
    channel: str
    kind: str
    place: str
    matter: tuple[str, ...]
    unit: str
    replied: date | None = None
    in_time: bool = False
    grade: int | None = None
    graded: date | None = None
    visit: str = ""
    number: str = ""


@dataclass(kw_only=True)
class Diary:
    """What happened; `requests` are received, ended, in time, recorded and unit."""

    cases: list[Lived] = field(default_factory=list)
    requests: list[tuple[date, date | None, bool, bool, str]] = field(default_factory=list)
    told: list[tuple[date, str, bool, str]] = field(default_factory=list)
    entered: list[tuple[str, str, date, str]] = field(default_factory=list)
    letters: list[date] = field(default_factory=list)
    issue_cases: list[date] = field(default_factory=list)
    answered_in_time: dict[str, bool] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Told:
    """A router that says what the diary wants."""

    routings: dict[str, Routing] = field(default_factory=dict)

    def route(self, item: RoutingInput) -> Routing:
        return self.routings[item.text]

    def parts(self, item: RoutingInput) -> tuple[Part, ...]:
        del item
        return ()

    def emergency_number(self, text: str) -> str:
        del text
        return ""


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of a day in China."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


class YearOfWork:
    """Lives a year on a database."""

    def __init__(self, storage: Storage, city: City | None = None, year: int = YEAR) -> None:
        self.year = year
        self.storage, self.clock, self.ids = storage, FakeClock(), CountingIds()
        self.city = city or cities.load(DEFAULT)
        self.chance, self.router, self.diary = random.Random(20260302), _Told(), Diary()  # noqa: S311 - a diary, no secret
        self.cases = CaseService(
            storage, self.clock, self.ids, self.router, self.city, SECRET,
            wakeups=RecordedWakeups(),
        )  # fmt: skip
        rated = SatisfactionService(storage, self.clock, self.city.limits)
        self.plan = PlanService(storage, self.clock, self.ids, self.city, rated)
        self.reports = ReportService(storage, self.clock, self.city, self.plan, rated, channel_name)

    async def live(self, cases: int = CASES) -> Diary:
        """All of it; the clock stands in the next year after."""
        for at_ in range(cases):
            await self._case(at_)
        await self._requests()
        await self._documents()
        await self._issue()
        await self._evidence()
        await self._letters()
        self.clock.time = at(date(self.year + 1, 3, 1))
        return self.diary

    async def _case(self, number: int) -> None:
        chance = self.chance
        opened = date(self.year, 1, 1) + timedelta(days=chance.randrange(365))
        hour = chance.choice((0, 9, 23))  # also near the ends of days
        lived = Lived(
            opened=opened,
            channel=chance.choice(CHANNELS),
            kind=chance.choice(TYPES).value,
            place=chance.choice(PLACES),
            matter=chance.choice(MATTERS),
            unit=chance.choice(UNITS),
        )
        text = f"第{number}件，{PRIVATE}"
        self.router.routings[text] = Routing(
            demand_type=DemandType(lived.kind),
            category=lived.matter,
            departments=(DepartmentCandidate(name=lived.unit, confidence=0.99),),
            territory=lived.place,
            auto=True,
        )
        self.clock.time = at(opened, hour, 30)
        made = await self.cases.open_case(
            NewCase(
                origin_key=f"year{number}",
                channel=lived.channel,
                conversation_id="",
                sender_id="",
                title="",
                text=text,
            )
        )
        lived.number = made.case.number
        self.diary.cases.append(lived)
        if chance.random() < 0.8:
            await self._reply(lived)

    async def _reply(self, lived: Lived) -> None:
        """In time: on the next day; else more days later than any limit is."""
        lived.in_time = self.chance.random() < 0.75
        lived.replied = lived.opened + timedelta(days=1 if lived.in_time else 70)
        clerk = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=lived.unit)
        self.clock.time = at(lived.replied)
        await self.cases.move(lived.number, Move.ACCEPT, clerk)
        await self.cases.move(lived.number, Move.REPLY, clerk, text="已经办好")
        await self.cases.move(lived.number, Move.CLOSE, OFFICE)
        if self.chance.random() < 0.7:
            lived.grade = self.chance.choice((5, 5, 4, 3, 2, 1))
            lived.graded = lived.replied + timedelta(days=2)
            self.clock.time = at(lived.graded)
            await self.cases.rate(lived.number, lived.grade)
            if lived.grade < 3:
                lived.visit = self.chance.choice(("in_time", "late", "never"))
                await self._visit(lived)

    async def _visit(self, lived: Lived) -> None:
        if lived.visit == "never":
            return
        self.clock.advance(hours=3, days=0 if lived.visit == "in_time" else 40)
        await self.cases.move(lived.number, Move.VISIT, OFFICE, text="已回访")

    async def _requests(self) -> None:
        house = DisclosureHouse(
            storage=self.storage, clock=self.clock, ids=self.ids, city=self.city, home=NO_FILES
        )
        for number, unit in enumerate(UNITS * 3):
            received = date(self.year, 1, 5) + timedelta(days=31 * number)
            clerk = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=unit)
            head = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=unit)
            self.clock.time = at(received)
            made = await house.register(f"request{number}", unit=unit, arrived_on=received)
            name, ends = made.request.number, number % 3
            await house.move(name, RequestMove.EXAMINE, clerk)
            late = number % 2 == 1
            ended = received + timedelta(days=60 if late else 10)
            if ends == 2:
                self.diary.requests.append((received, None, False, False, unit))
                continue
            self.clock.time = at(ended)
            text = filled(Letter.DECISION, made.request, Result.GRANTED)
            await house.move(name, RequestMove.DECIDE, head, result=Result.GRANTED, text=text)
            if ends == 0:
                await house.move(name, RequestMove.DELIVER, clerk, way=Way.EMAIL, day=ended)
                await house.move(name, RequestMove.ARCHIVE, clerk)
            self.diary.requests.append((received, ended, not late, ends == 0, unit))

    async def _documents(self) -> None:
        for number in range(40):
            on = date(self.year, 1, 1) + timedelta(days=9 * number)
            unit = self.chance.choice(UNITS)
            form = self.chance.choice((Form.TEXT, Form.TEXT, Form.CHART, Form.FIRST_INTERPRETER))
            kind = Kind.INTERPRETATION if number % 4 else Kind.POLICY
            policy = f"d{number - 1}" if number % 4 == 1 and number % 8 == 1 else ""
            await self._document(number, on, unit, kind, form, policy)
            self.diary.told.append((on, unit, form is not Form.TEXT, kind.value))

    async def _document(
        self, number: int, on: date, unit: str, kind: Kind, form: Form, policy: str
    ) -> None:
        document = Document(
            id=f"d{number}",
            title=f"文件{number}",
            text="正文",
            kind=kind,
            form=form,
            department=f"丰城{unit}",
            published_on=on,
            policy_id=policy,
            life=Life.PUBLISHED,
        )
        async with self.storage.begin() as unit_of_work:
            await unit_of_work.documents.lock()
            await unit_of_work.documents.put(document, at=at(on), by="li")

    async def _issue(self) -> None:
        """One hot issue of some cases of the water office, and two items of public opinion."""
        own = [one for one in self.diary.cases if one.unit == UNITS[1]][:30]
        self.diary.issue_cases = [one.opened for one in own]
        for number, name in enumerate(("曲江镇停水", "剑光街道积水")):
            issue = HotIssue(
                id=f"issue{number}",
                name=name,
                place="",
                matter=name,
                first_at=at(min(one.opened for one in own)),
                last_at=at(max(one.opened for one in own)),
                cases=len(own),
                heat=9.0,
                growth=1.0,
                changed_at=at(date(self.year, 12, 31)),
            )
            opened = at(date(self.year, 6, 10 + number))
            item = OpinionItem(
                id=f"item{number}",
                issue_id=issue.id,
                title=name,
                major=False,
                opened_at=opened,
                opened_by="li",
                due_at={RESPOND: opened + timedelta(hours=48)},
            )
            done = opened + timedelta(hours=20 if number == 0 else 50)
            step = OpinionStep(
                act=OpinionAct.DONE, at=done, by="li", name=RESPOND, done_at=done, note="已回应"
            )
            numbers = [one.number for one in own[:20]] if number == 0 else []
            numbers = numbers or [one.number for one in own[20:]]
            async with self.storage.begin() as unit:
                await unit.hot.put(issue, numbers)
                await unit.hot.open_opinion(item)
                await unit.opinions.append(item, step, id=f"step{number}")
            self.diary.answered_in_time[name] = number == 0

    async def _letters(self) -> None:
        for number in range(12):
            on = date(self.year, 1, 31) + timedelta(days=27 * number)
            gone = number % 5 == 4
            letter = PublishedLetter(
                id=f"letter{number}",
                case_id=f"case of letter {number}",
                gone=Gone.REOPENED if gone else Gone.NOT,
                title="一封信",
                text="路灯不亮",
                reply="已修好",
                demand_type=DemandType.HELP,
                field="",
                department=UNITS[0],
                channel="mailbox",
                addressee="",
                received_on=on,
                replied_on=on,
                working_days=0,
                rating=None,
                published_at=at(on, 0, 10),
            )
            async with self.storage.begin() as unit:
                await unit.letters.put(letter)
            if not gone:
                self.diary.letters.append(on)

    async def _evidence(self) -> None:
        for unit in UNITS:
            days = [date(self.year, 1, 2) + timedelta(days=day) for day in range(0, 360, 3)]
            for day in sorted(self.chance.sample(days, 80)):
                await self._enter("weekly-columns", unit, day, "动态类栏目")
            reported = date(self.year, 1, 29) + timedelta(days=UNITS.index(unit) * 2)
            for item in ("报送", "公布"):
                await self._enter("annual-report", unit, reported, item)

    async def _enter(self, duty: str, unit: str, on: date, item: str) -> None:
        self.clock.time = at(on, 16)
        asked = AskedEvidence(duty=duty, unit=unit, on=on, title=f"{item}{on}", item=item)
        await self.plan.enter(asked, by="li")
        self.diary.entered.append((duty, unit, on, item))
