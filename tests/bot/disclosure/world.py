"""Requests in every state, a small city, and a service over a real database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.cases.model import Actor, Role
from bot.city.model import City
from bot.disclosure.alerts import DisclosureAlerts
from bot.disclosure.application import Applicant, Channel, NewRequest
from bot.disclosure.asked import AskedMove
from bot.disclosure.clock import DisclosureLimits
from bot.disclosure.course import Consultation, Correction, Course, Party, Proposal
from bot.disclosure.files import RequestFiles
from bot.disclosure.letters import Facts, Letter, draft
from bot.disclosure.model import Move, Request, State
from bot.disclosure.registering import Registered
from bot.disclosure.results import Result
from bot.disclosure.service import Disclosures
from bot.storage.units import Storage
from connectors.base import InboundFile
from tests.fakes.edges import CountingIds, FakeClock, RecordedWakeups
from tests.fakes.town import LIGHTS, letters, town

SECRET = b"a secret of tests, long enough"
MONDAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LIMITS = DisclosureLimits()
CITY = town()

CLERK = Actor(id="clerk", role=Role.DEPARTMENT_CLERK, department=LIGHTS)
HEAD = Actor(id="head", role=Role.DEPARTMENT_HEAD, department=LIGHTS)
ELSEWHERE = Actor(id="other", role=Role.DEPARTMENT_HEAD, department="市水利局")
TRIAGE = Actor(id="triage", role=Role.TRIAGE)
APPLICANT = Applicant(name="张三丰", phone="13900000001", email="zhang@example.com")


def request(state: State = State.REGISTERED, **changes: object) -> Request:
    """A request at the city's lights, received on Monday 2 March 2026."""
    course = Course(begins_on=MONDAY)
    if state is State.AWAITING_CORRECTION:
        course = replace(course, correction=Correction(asked_on=MONDAY, by=date(2026, 3, 23)))
    if state is State.CONSULTING:
        one = Consultation(
            party=Party.THIRD_PARTY, name="某公司", asked_on=MONDAY, due_on=date(2026, 3, 23)
        )
        course = replace(course, consultations=(one,))
    if state is State.PROPOSED:
        course = replace(course, proposal=Proposal(result=Result.GRANTED, letter="-", by="clerk"))
    made = Request(
        id="r",
        number="GK2026000001",
        channel=Channel.WEB,
        applicant=APPLICANT,
        content="2025年城区路灯维护合同",
        unit=LIGHTS,
        state=state,
        opened_at=AT,
        received_on=MONDAY,
        course=course,
        version=1,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def filled(letter: Letter, of: Request, result: Result | None = None) -> str:
    """A letter from the real templates with nothing left blank."""
    facts = Facts(
        city="小城",
        today=MONDAY,
        due_on=MONDAY,
        correct_by=MONDAY,
        extended_to=MONDAY,
        extension_days=10,
        opinion_days=15,
        party="某公司",
    )
    text = draft(letter, of, facts, letters(), result=result)
    return text.replace("【", "").replace("】", "")


@dataclass
class House:
    """A disclosure service over a database."""

    storage: Storage
    clock: FakeClock
    ids: CountingIds
    home: Path
    city: City = field(default_factory=town)
    wakeups: RecordedWakeups = field(default_factory=RecordedWakeups)
    scanned: bool = False

    def __post_init__(self) -> None:
        folder = self.home / "attachments"
        self.files = RequestFiles(self.storage, self.clock, self.ids, folder, scanned=self.scanned)
        self.alerts = DisclosureAlerts(self.storage, self.clock, self.ids, self.city)
        self.service = Disclosures(
            self.storage,
            self.clock,
            self.ids,
            self.city,
            SECRET,
            files=self.files,
            mail_channel="mailbox",
            wakeups=self.wakeups,
        )

    async def register(
        self, key: str = "k", *, files: Sequence[InboundFile] = (), **changes: object
    ) -> Registered:
        """A request from the page."""
        new = NewRequest(
            origin_key=key,
            channel=Channel.WEB,
            applicant=APPLICANT,
            content="2025年城区路灯维护合同",
            unit=LIGHTS,
            arrived_on=MONDAY,
        )
        return await self.service.register(replace(new, **changes), files=files)  # type: ignore[arg-type]

    async def move(self, number: str, move: Move, actor: Actor = CLERK, **asked: object) -> Request:
        """A move."""
        return await self.service.move(number, AskedMove(move=move, actor=actor, **asked))  # type: ignore[arg-type]

    async def working(self, key: str = "k") -> Request:
        """A request a unit works on."""
        made = await self.register(key)
        await self.move(made.request.number, Move.EXAMINE)
        return await self.move(made.request.number, Move.WORK)

    async def decided(self, result: Result, key: str = "k", **changes: object) -> Request:
        """A request that was decided today."""
        made = await self.register(key, **changes)
        number = made.request.number
        await self.move(number, Move.EXAMINE)
        return await self.move(
            number,
            Move.DECIDE,
            HEAD,
            result=result,
            text=filled(Letter.DECISION, made.request, result),
        )

    async def mails(self) -> list[str]:
        """What went into the outbox, in order."""
        found = []
        async with self.storage.read() as unit:
            for count in range(1, self.ids.count + 1):
                number = f"GK2026{count:06d}"
                rows = await unit.outbox.history(f"disclosure:{number}")
                found += [row.reply.text for row in rows]
        return found
