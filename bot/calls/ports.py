"""What calls need from outside, named; tests and `bot/app.py` hand it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bot.calls.asking import Asked
from bot.calls.model import Call, CallState, Sentence
from bot.calls.order import OrderDraft
from bot.calls.quality import Finding
from bot.calls.records import (
    Added,
    Begun,
    CallAction,
    CallBack,
    Claim,
    Content,
    Draft,
    DraftField,
    FeedState,
    Figures,
    Heard,
    Kept,
    KeptCall,
    Latest,
    Now,
    SuggestionSet,
)
from bot.calls.state import Told
from bot.cases.model import Actor, Case, CaseEvent, Move, NewCase
from bot.cases.service import OpenedCase
from bot.records import AuditEntry, Reason, Unanswered
from connectors.calls import CallEvent, SpeechFragment


class HeardField(Protocol):
    """What a field of the order form should hold; see `bot.calls.records.Heard`."""

    @property
    def value(self) -> str:
        """As text."""

    @property
    def source(self) -> str:
        """`heard` or `told`."""

    @property
    def seq(self) -> int | None:
        """The sentence it was heard in."""


class Suggesting(Protocol):
    """Finds what an operator may say, and fills the order form, from what was said.

    Both are asked anew after each sentence of the citizen; only the last ones of a long call are
    given, in order, both legs.
    """

    async def suggest(self, sentences: Sequence[Sentence], *, answered: int = -1) -> Content:
        """Suggestions as JSON.

        Args:
            sentences: what was said.
            answered: the sentence up to which questions have been answered.

        Returns:
            `answers`, a list of what may be adopted, each with `id`; `asked_in`, the sentence of
            the question they answer; and what else the desk shows.
        """

    async def fill(
        self, call: Call, draft: Draft, sentences: Sequence[Sentence]
    ) -> Mapping[str, HeardField]:
        """Every field but the typed ones as it should stand now; one left out is emptied."""

    def questions(self, sentences: Sequence[Sentence]) -> tuple[Asked, ...]:
        """The questions of a call as understood at its end. May block for some ms."""

    def summary(self, sentences: Sequence[Sentence], draft: Draft) -> str:
        """The call in a few sentences; empty where nothing was said. May block for some ms."""

    def emergency(self, words: str, before: str = "") -> str:
        """110, 119, 120 or 122 for words still being spoken, or empty; a fraction of a ms."""

    def draft(self, sentences: Sequence[Sentence], caller: str = "") -> OrderDraft:
        """The order form as what was said alone fills it. May block for some ms."""

    def quality(
        self,
        sentences: Sequence[Sentence],
        draft: Draft,
        *,
        caller: str = "",
        transferred_to: str = "",
    ) -> tuple[Finding, ...]:
        """What the order lacks of what was said. May block for some ms."""


class CallRows(Protocol):
    """Calls, their events and sentences; see `bot.storage.calls`."""

    async def hold_id(self, external_id: str) -> None:
        """Let nobody else take anything under this id of a call centre until the end."""

    async def with_id(self, external_id: str) -> tuple[KeptCall, ...]:
        """All calls a call centre knew by this id, the first first."""

    async def event_call(self, feed: str, external_id: str) -> str | None:
        """The call an event that was told before belongs to."""

    async def add(self, call: Call, *, nth: int, last_at: datetime) -> None:
        """Keep a new call."""

    async def held(self, call_id: str) -> KeptCall | None:
        """A call, kept from others until the transaction ends."""

    async def get(self, call_id: str) -> Call | None:
        """A call."""

    async def append(self, call_id: str, event: CallEvent, *, id: str, now: datetime) -> None:
        """Append an event."""

    async def events(self, call_id: str) -> tuple[CallEvent, ...]:
        """All that was told of a call, in order of telling."""

    async def put_told(
        self, call_id: str, told: Told, *, feed: str, nth: int, last_at: datetime
    ) -> None:
        """Keep what the events come to."""

    async def add_sentence(
        self, kept: KeptCall, fragment: SpeechFragment, *, claim: Claim | None
    ) -> Added:
        """Append a sentence, where it is new; the call's id is held."""

    async def sentences(
        self, call_id: str, *, after: int = -1, last: int | None = None
    ) -> tuple[Sentence, ...]:
        """Sentences in order."""

    async def in_states(self, states: frozenset[CallState], *, limit: int) -> tuple[Call, ...]:
        """Calls in these states, the first offered first."""

    async def live_of_feed(self, feed: str) -> tuple[Call, ...]:
        """Calls of a feed on the line, the first offered first."""

    async def of_operator(self, name: str, *, limit: int) -> tuple[Call, ...]:
        """An operator's calls, the newest first."""

    async def of_caller(self, caller: str, *, limit: int) -> tuple[Call, ...]:
        """Calls of a number, the newest first."""

    async def cases_of(self, caller: str, *, limit: int) -> tuple[Case, ...]:
        """Cases of a number, the newest first."""

    async def silent_since(self, before: datetime, *, limit: int) -> tuple[KeptCall, ...]:
        """Calls on the line of which nothing was heard since then."""

    async def seat(self, extension: str, staff: str, *, now: datetime) -> None:
        """Who sits at an extension; an empty name: nobody."""

    async def staff_at(self, extension: str) -> str:
        """Who sits at an extension; empty where nobody does."""


class CallWork(Protocol):
    """Suggestions, the order form, actions; see `bot.storage.call_work`."""

    async def begun(self, call_id: str) -> Begun | None:
        """A call to compute suggestions for."""

    async def claim(self, call_id: str, claim: Claim) -> bool:
        """Take a call's suggestions upon oneself, where they are owed and nobody is at it."""

    async def renew(self, call_id: str, *, owner: str, until: datetime) -> bool:
        """Stay at it; False where somebody else has it."""

    async def suggested(
        self, call_id: str, *, owner: str, new: SuggestionSet, until: datetime
    ) -> Kept:
        """Keep suggestions; where more was said the call stays with its owner until then."""

    async def give_up(self, call_id: str, *, owner: str) -> None:
        """Free the call without any; the next sentence tries again."""

    async def left_behind(self, now: datetime, *, limit: int) -> tuple[str, ...]:
        """Calls whose suggestions somebody began and did not end."""

    async def suggestions(self, call_id: str) -> tuple[SuggestionSet, ...]:
        """All suggestions of a call, the first first."""

    async def latest(self, call_id: str) -> Latest:
        """The newest suggestions, and what stands out."""

    async def draft(self, call_id: str) -> Draft:
        """The order form."""

    async def fill(
        self, call_id: str, heard: Mapping[str, Heard], gone: Collection[str], *, now: datetime
    ) -> None:
        """Put what was heard where nothing is typed, and empty what no longer is."""

    async def type_field(self, call_id: str, field: DraftField) -> None:
        """Put what was typed."""

    async def act(self, action: CallAction) -> bool:
        """Append what an operator did, and count it on the call; False where it was done."""

    async def actions(self, call_id: str) -> tuple[CallAction, ...]:
        """What operators did in a call, in order."""

    async def set_case(self, call_id: str, number: str) -> None:
        """The case opened or joined."""

    async def wrap_up(
        self,
        call_id: str,
        *,
        code: str,
        summary: str,
        call_back_at: datetime | None,
        now: datetime,
    ) -> None:
        """How the call ended."""


class CallCounts(Protocol):
    """Lists of call-backs, figures; see `bot.storage.call_figures`."""

    async def call_backs(
        self, *, open_only: bool, since: datetime, limit: int
    ) -> tuple[CallBack, ...]:
        """Missed callers to be called, the longest waiting first."""

    async def promised(
        self, *, open_only: bool, since: datetime, limit: int
    ) -> tuple[CallBack, ...]:
        """Callers who were promised a call, the soonest first."""

    async def called_back(
        self, call: Call, *, by: str, outcome: str, done: bool, now: datetime
    ) -> bool:
        """Note it on the call and the missed calls of its number; False where none is open."""

    async def now(self) -> Now:
        """Waiting and running calls."""

    async def figures(self, day: str, *, operator: str = "") -> Figures:
        """A day's figures."""

    async def operators(self, day: str) -> tuple[str, ...]:
        """Who had calls on a day, by name."""


class CallKeeping(Protocol):
    """Leases, and forgetting; see `bot.storage.call_keeping`."""

    async def lease(self, name: str, *, owner: str, until: datetime, now: datetime) -> bool:
        """Take or keep a lease; False where somebody else has it."""

    async def release(self, name: str, *, owner: str, now: datetime) -> None:
        """Give a lease back."""

    async def trouble(self, name: str, *, owner: str, code: str) -> None:
        """Why a call centre does not let us in; empty: it does."""

    async def feeds(self) -> tuple[FeedState, ...]:
        """Every call centre ever listened to, by name."""

    async def forget(self, before: datetime, *, now: datetime, limit: int) -> int:
        """Remove words and numbers of calls that were over before then; how many calls."""


class AuditStore(Protocol):
    """What staff did."""

    async def add(self, entry: AuditEntry) -> None:
        """Append an entry."""


class QuestionList(Protocol):
    """The editors' list; see `bot.storage.unanswered`."""

    async def id_of(self, question_key: str) -> str | None:
        """The id of a question that was asked before."""

    async def note(
        self, *, id: str, question_key: str, question: str, now: datetime, reason: Reason
    ) -> Unanswered:
        """Count a question."""


class CallUnit(Protocol):
    """One transaction."""

    @property
    def calls(self) -> CallRows:
        """Calls."""

    @property
    def call_work(self) -> CallWork:
        """Work on calls."""

    @property
    def call_counts(self) -> CallCounts:
        """Lists and figures."""

    @property
    def call_keeping(self) -> CallKeeping:
        """Leases, and forgetting."""

    @property
    def unanswered(self) -> QuestionList:
        """The editors' list."""

    @property
    def audit(self) -> AuditStore:
        """What staff did."""


class CallStorage(Protocol):
    """The database."""

    def begin(self) -> AbstractAsyncContextManager[CallUnit]:
        """A transaction that writes."""

    def read(self) -> AbstractAsyncContextManager[CallUnit]:
        """A transaction that only reads."""

    async def conversation_id(self, channel: str, sender_id: str) -> str:
        """What the conversation with a caller is called, which does not tell their number."""


class CallCases(Protocol):
    """Cases, as far as a call opens or joins one; see `bot.cases.service`."""

    async def open_case(self, new: NewCase, *, actor: Actor) -> OpenedCase:
        """Open a case; the same origin key again gives the one already open."""

    async def get(self, number: str) -> Case:
        """A case."""

    async def events(self, number: str) -> tuple[CaseEvent, ...]:
        """What happened to it."""

    async def move(self, number: str, move: Move, actor: Actor, *, text: str = "") -> Case:
        """Make a move."""


class Passing(Protocol):
    """Words of the moment and wake-ups, shared by all processes; may be away at any time."""

    async def wake(self, *topics: str) -> None:
        """Wake whoever waits on one of them."""

    async def put_words(self, key: str, words: str, *, at: float, ttl_s: float) -> None:
        """Keep words for so many seconds unless later ones are there; away: nothing."""

    async def words(self, *keys: str) -> tuple[str, ...]:
        """The words under each key, empty where there are none."""
