"""What the actions need of the rest of the service, as Protocols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.cases.deadlines import Allowance
from bot.cases.filters import CaseFilter, CasePage
from bot.cases.model import (
    CITIZEN,
    Actor,
    Case,
    DemandType,
    NewCase,
    Routing,
    RoutingInput,
    Severity,
)
from bot.presenting import Say
from knowledge.model import Answer

if TYPE_CHECKING:
    from bot.services import Services


class OpenedCase(Protocol):
    """A case just opened, or opened before under the same origin key."""

    @property
    def case(self) -> Case:
        """The case as it stands."""

    @property
    def query_code(self) -> str:
        """The citizen's code for it."""


class Answers(Protocol):
    """Published content."""

    async def answered(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """Answer a question; `context` holds what was said before, oldest first."""


class Cases(Protocol):
    """The cases, by their only writer."""

    async def open_case(self, new: NewCase, *, actor: Actor = CITIZEN) -> OpenedCase:
        """Open, judge and route; the same origin key gives the same case again."""

    async def look_up(self, number: str, query_code: str, *, who: str) -> Case:
        """The case by number and code.

        Raises:
            bot.errors.NotFound: no such pair.
            bot.errors.TooMany: too many wrong tries.
        """

    async def cases(self, wanted: CaseFilter) -> CasePage:
        """One page of cases."""

    async def rate(self, number: str, grade: int, actor: Actor) -> Case:
        """Keep the citizen's grade, 1 to 5.

        Raises:
            bot.cases.model.MoveRefused: there is nothing to rate yet.
        """


class Citizens(Protocol):
    """Who a conversation is with; Rasa, whose store is not sealed, is not told."""

    async def sender_of(self, conversation_id: str) -> str:
        """In the channel's terms; empty where nobody was ever heard there."""


class Router(Protocol):
    """What an item is and whose it is."""

    def route(self, item: RoutingInput) -> Routing:
        """Judge without opening anything; pure and fast."""


class Limits(Protocol):
    """How long an answer may take."""

    def allowance(self, demand_type: DemandType, severity: Severity) -> Allowance:
        """How long the reply to a case of this kind may take."""


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What a form knows of itself and of the city; all of it pure.

    Args:
        say: the city's wording.
    """

    say: Say
    router: Router
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class ActionServices:
    """Everything the actions reach.

    Args:
        base_url: where our pages are, without a slash at the end.
    """

    knowledge: Knowledge
    answers: Answers
    cases: Cases
    citizens: Citizens
    base_url: str

    @classmethod
    def of(cls, services: Services) -> ActionServices:
        """The part of the service the actions reach."""
        city = services.city
        return cls(
            knowledge=Knowledge(say=city.wording.say, router=services.router, limits=city.limits),
            answers=services.library,
            cases=services.cases,
            citizens=services.inbox,
            base_url=services.settings.base_url,
        )
