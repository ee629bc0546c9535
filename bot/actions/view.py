"""Rasa's tracker as our actions see it, and what an action gives back. Values and parsing only.

The shapes are those of Rasa 3.6's action server protocol
(https://rasa.com/docs/rasa/pages/action-server-api).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from bot.replies import Json, reply_to_json
from connectors.base import Reply
from nlu.model import Entity

REQUESTED = "requested_slot"
NOT_ASKED_AGAIN = frozenset({"action_listen", "action_extract_slots"})


class NotATracker(ValueError):
    """The request is not of Rasa's action protocol; names the part at fault, never its value."""


@dataclass(frozen=True, kw_only=True)
class Slots:
    """What a conversation has gathered; None: not known yet, "": the citizen has none to give.

    Args:
        demand_type: a value of `DemandType`.
        matter: the citizen's own words, whole.
        discretion: `anonymous`, `confidential`, or empty.
        origin: id of the message that began the form; keys the case.
        misses: answers in a row that could not be used.
        outcome: how a form ended: `done` or `dropped`; None while it runs.
        grade: 1 to 5, 5 is best.
    """

    demand_type: str | None = None
    matter: str | None = None
    place: str | None = None
    occurred_at: str | None = None
    contact_phone: str | None = None
    discretion: str | None = None
    origin: str | None = None
    confirmed: bool | None = None
    misses: int = 0
    outcome: str | None = None
    case_number: str | None = None
    query_code: str | None = None
    grade: int | None = None

    def put(self, values: Mapping[str, str | None]) -> Slots:
        """With these text slots set."""
        changes: dict[str, Any] = dict(values)
        return replace(self, **changes)


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """One conversation at the moment an action is run.

    Args:
        intent: Rasa's intent name of the latest message; may be one we do not know.
        located: a place from a location message; where it is the text itself, this is that message.
        about: what was talked about before this message, where its words point back to it.
        form: the active form, or empty.
        requested: the slot the citizen was last asked for, or empty.
        starting: the form was activated by this message.
        resumed: another action has answered this message; the form only comes back to its
            question.
    """

    conversation_id: str
    channel: str
    message_id: str
    text: str
    intent: str
    confidence: float = 1.0
    about: str = ""
    located: str = ""
    entities: tuple[Entity, ...] = ()
    form: str = ""
    requested: str = ""
    starting: bool = False
    resumed: bool = False
    slots: Slots = field(default_factory=Slots)

    def spans(self, kind: str) -> tuple[Entity, ...]:
        """The entities of a kind, in order."""
        return tuple(entity for entity in self.entities if entity.kind == kind)


@dataclass(frozen=True, kw_only=True)
class Utter:
    """A response of the domain, by name, with the values it names."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action decided.

    Args:
        slots: as they are to be from now on.
        said: to the citizen, in order.
        request: the slot to ask for next; empty ends the form; None leaves it to the form.
        reject: the form steps back and a rule answers this message.
        asks: the message is a question the model did not take for one; published content answers
            it before what is said here.
    """

    slots: Slots
    said: tuple[Reply | Utter, ...] = ()
    request: str | None = None
    reject: bool = False
    asks: bool = False


def parse(body: object) -> tuple[str, Tracker]:
    """The action's name and the conversation from Rasa's request.

    Raises:
        NotATracker: the body is something else.
    """
    request = _object(body, "body")
    tracker = _object(request.get("tracker"), "tracker")
    message = _object(tracker.get("latest_message") or {}, "latest_message")
    metadata = _object(message.get("metadata") or {}, "metadata")
    slots = _object(tracker.get("slots") or {}, "slots")
    loop = _object(tracker.get("active_loop") or {}, "active_loop")
    intent = _object(message.get("intent") or {}, "intent")
    conversation_id = _text(tracker.get("sender_id"))
    channel = conversation_id.partition(":")[0]
    form = _text(loop.get("name"))
    starting, resumed = _position(tracker.get("events") or [], form)
    return _text(request.get("next_action")), Tracker(
        conversation_id=conversation_id,
        channel=_text(metadata.get("channel")) or channel,
        message_id=_text(metadata.get("message_id")) or _text(message.get("message_id")),
        text=_text(message.get("text")).strip(),
        intent=_text(intent.get("name")),
        confidence=_number(intent.get("confidence")),
        about=_text(metadata.get("about")).strip(),
        located=_text(metadata.get("place")).strip(),
        entities=_entities(message.get("entities") or []),
        form=form,
        requested=_text(slots.get(REQUESTED)),
        starting=starting,
        resumed=resumed,
        slots=_slots(slots),
    )


def response(outcome: Outcome, before: Slots, form: str) -> Json:
    """Rasa's answer format: the slots that changed, the requested slot, a rejection, the words.

    `misses` is always there: a form that sees no slot at all takes the message as rejected.
    """
    events: list[Json] = [
        {"event": "slot", "name": one.name, "value": getattr(outcome.slots, one.name)}
        for one in fields(Slots)
        if one.name == "misses" or getattr(outcome.slots, one.name) != getattr(before, one.name)
    ]
    if outcome.request is not None:
        events.append({"event": "slot", "name": REQUESTED, "value": outcome.request or None})
    if outcome.reject:
        events.append({"event": "action_execution_rejected", "name": form})
    return {"events": events, "responses": [_said(one) for one in outcome.said]}


def _said(said: Reply | Utter) -> Json:
    if isinstance(said, Utter):
        return {"response": said.name, **said.values}
    return {"custom": reply_to_json(said)}


def _slots(raw: Mapping[str, Any]) -> Slots:
    known: dict[str, Any] = {one.name: raw.get(one.name) for one in fields(Slots)}
    known["misses"] = int(_number(known["misses"]))
    known["grade"] = int(_number(known["grade"])) or None
    return Slots(**known)


def _entities(raw: Sequence[object]) -> tuple[Entity, ...]:
    found = [_object(one, "entities") for one in raw]
    return tuple(
        Entity(
            kind=_text(one.get("entity")),
            value=_text(one.get("value")),
            start=int(_number(one.get("start"))),
            end=int(_number(one.get("end"))),
        )
        for one in sorted(found, key=lambda one: _number(one.get("start")))
    )


def _position(events: Sequence[object], form: str) -> tuple[bool, bool]:
    """Whether the form was activated, and whether another action ran, since the last message."""
    starting = resumed = False
    for event in reversed(events):
        one = _object(event, "events")
        if one.get("event") == "user":
            break
        starting = starting or (one.get("event") == "active_loop" and one.get("name") == form)
        resumed = resumed or (
            one.get("event") == "action" and one.get("name") not in {form, *NOT_ASKED_AGAIN}
        )
    return starting, resumed and not starting


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotATracker(name)
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
