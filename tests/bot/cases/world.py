"""A small city, a router that says what it is told, and a case service over a real database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from bot.cases.deadlines import Allowance, StepLimits
from bot.cases.model import (
    Actor,
    Case,
    ClockUnit,
    DemandType,
    DepartmentCandidate,
    Move,
    NewCase,
    Role,
    Routing,
    RoutingInput,
    Severity,
)
from bot.cases.service import CaseService, OpenedCase
from bot.city.model import OFFICE_HOURS
from bot.routing.router import Part
from bot.storage.units import Storage
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups

WATER, ROADS, CITY_LOOK = "市水利局", "市交通运输局", "市城市管理局"
SECRET = b"a secret of tests, long enough"

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=CITY_LOOK)
TRIAGE = Actor(id="triage", role=Role.TRIAGE)

SURE = Routing(
    demand_type=DemandType.COMPLAINT,
    category=("市政", "照明", "路灯"),
    departments=(
        DepartmentCandidate(name=CITY_LOOK, confidence=0.97),
        DepartmentCandidate(name=ROADS, confidence=0.02),
    ),
    supporting=(ROADS,),
    territory="剑光街道",
    reasons=("与派单目录“路灯”相符",),
    auto=True,
)
UNSURE = Routing(
    demand_type=DemandType.HELP,
    departments=(DepartmentCandidate(name=WATER, confidence=0.4),),
    reasons=("没有把握",),
)


@dataclass
class Limits:
    """Working days of every kind, the same for each, urgent ones 1."""

    days: int = 5
    extra_days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()
    office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    steps: StepLimits = field(default_factory=StepLimits)
    unit: ClockUnit = ClockUnit.DAYS

    def allowance(self, demand_type: DemandType, severity: Severity) -> Allowance:
        amount = self.days if severity is Severity.NORMAL else 1
        return Allowance(amount=amount, unit=self.unit)


class Wording:
    """Says the key and what was given, so that a test sees both."""

    def say(self, key: str, **values: object) -> str:
        return f"{key} " + " ".join(f"{name}={value}" for name, value in sorted(values.items()))


@dataclass
class City:
    limits: Limits = field(default_factory=Limits)
    wording: Wording = field(default_factory=Wording)
    units: Mapping[str, str] = field(
        default_factory=lambda: {
            WATER: WATER,
            ROADS: ROADS,
            CITY_LOOK: CITY_LOOK,
            "城管": CITY_LOOK,
        }
    )

    def field_of(self, category: tuple[str, ...]) -> str:
        return "城市照明" if category[-1:] == ("路灯",) else ""

    def unit(self, name: str) -> str | None:
        return self.units.get(name.strip())


@dataclass
class Router:
    """Gives `routing`, and remembers what it was asked."""

    routing: Routing = SURE
    asked: list[RoutingInput] = field(default_factory=list)
    demands: tuple[Part, ...] = ()

    def route(self, item: RoutingInput) -> Routing:
        self.asked.append(item)
        return self.routing

    def parts(self, item: RoutingInput) -> tuple[Part, ...]:
        del item
        return self.demands


@dataclass
class World:
    """Everything around one case service."""

    storage: Storage
    clock: FakeClock
    ids: CountingIds
    wakeups: RecordedWakeups
    city: City = field(default_factory=City)
    router: Router = field(default_factory=Router)

    def __post_init__(self) -> None:
        self.service = CaseService(
            self.storage,
            self.clock,
            self.ids,
            self.router,
            self.city,
            SECRET,
            wakeups=self.wakeups,
        )

    async def open(self, key: str = "web:a:m1", **changes: object) -> OpenedCase:
        values: dict[str, object] = {
            "channel": "webchat",
            "conversation_id": "web:a",
            "sender_id": "a",
            "title": "路灯不亮",
            "text": "新城大道的路灯三天没亮了",
            "place": "新城大道",
        }
        return await self.service.open_case(NewCase(origin_key=key, **(values | changes)))  # type: ignore[arg-type] # values of several types

    async def replied(self, key: str = "web:a:m1") -> Case:
        """A case taken all the way to its reply."""
        number = (await self.open(key)).case.number
        await self.service.move(number, Move.ACCEPT, CLERK)
        return await self.service.move(number, Move.REPLY, CLERK, text="已修好")

    async def notices(self) -> list[str]:
        """The texts of everything told to the citizen, in order."""
        async with self.storage.read() as unit:
            return [row.reply.text for row in await unit.outbox.history("web:a")]
