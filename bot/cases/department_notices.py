"""Which departments and other systems are told of a move, and what. Pure.

The sibling of `bot.cases.notices`, which is about citizens. Who has a case in hand before and
after a move says who gets it and who loses it; the moves themselves say the rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.cases.model import Actor, Case, CaseEvent, Move, State
from bot.cases.rules import ANSWERED, IN_HAND
from bot.delivery.records import NewDelivery
from bot.privacy import mask_text, masked_case
from connectors.departments.base import DepartmentNotice, NoticeKind

PER_MOVE = 1000
"""Places for the notices of one move in the order of all notices of a case."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A way to tell a unit or another system.

    Args:
        sender: the connector's name in the registry.
        address: where it finds the recipient; empty where it has one only.
        person: a person reads it there; they need not be told of what their own unit did.
    """

    sender: str
    address: str = ""
    person: bool = False


class Directory(Protocol):
    """Who is told, and how."""

    def of_unit(self, unit: str) -> Sequence[Recipient]:
        """The ways to tell a unit, by its official name; empty: it works on our pages."""

    def of_origin(self, channel: str) -> Sequence[Recipient]:
        """The ways to tell the system that opened a case of this channel; empty for citizens."""

    def link(self, case_number: str) -> str:
        """The case's page."""


class Nobody:
    """Where every department works on our pages."""

    def of_unit(self, unit: str) -> Sequence[Recipient]:
        """None."""
        del unit
        return ()

    def of_origin(self, channel: str) -> Sequence[Recipient]:
        """None."""
        del channel
        return ()

    def link(self, case_number: str) -> str:
        """None."""
        del case_number
        return ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing to tell.

    Args:
        unit: official name; empty: the system that opened the case.
        granted: of a decision.
    """

    kind: NoticeKind
    unit: str = ""
    words: str = ""
    granted: bool | None = None


def system_actor(source: str) -> str:
    """The name under which another system acts on cases; no member of staff can have it."""
    return f"system:{source}"


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A move, as far as others are told of it.

    Args:
        before: None where the case was opened.
        reason, text: what was said with it.
        returned_by: the unit that had sent the case back and waits for the office's decision.
    """

    before: Case | None
    after: Case
    move: Move
    actor: Actor
    reason: str = ""
    text: str = ""
    returned_by: str = ""


def returned_by(events: Sequence[CaseEvent]) -> str:
    """The unit whose return (退单) nobody has decided on yet; empty: there is none."""
    for event in reversed(events):
        if event.move is Move.RETURN:
            return event.details.get("from_department", "")
        if event.move in {Move.DISPATCH, Move.REASSIGN, Move.REOPEN}:
            return ""
    return ""


def deliveries(moved: Moved, directory: Directory) -> tuple[NewDelivery, ...]:
    """The notices of a move, in order; empty where nobody is to be told."""
    case, found, seen = moved.after, list[NewDelivery](), set[tuple[str, ...]]()
    for told in (*_to_units(moved), *_to_origin(moved)):
        for recipient in _recipients(told, moved, directory):
            way = (recipient.sender, recipient.address, told.kind)
            # A system may serve several units, each of which is told; a person is told once.
            key = way if recipient.person or not told.unit else (*way, told.unit)
            if key in seen:
                continue
            seen |= {key, way}
            digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:24]
            found.append(
                NewDelivery(
                    key=f"case:{case.id}:{case.version}:{digest}",
                    sequence=case.version * PER_MOVE + len(found),
                    sender=recipient.sender,
                    notice=_notice(moved, told, recipient, directory),
                )
            )
    return tuple(found)


def _recipients(told: Told, moved: Moved, directory: Directory) -> Iterator[Recipient]:
    ways = directory.of_unit(told.unit) if told.unit else directory.of_origin(moved.after.channel)
    own = bool(told.unit) and moved.actor.department == told.unit
    for recipient in ways:
        # Whose it became is news to the system that opened it, even where it said whose it should.
        confirms = told.kind is NoticeKind.DISPATCHED and not told.unit
        echo = moved.actor.id == system_actor(recipient.sender) and not confirms
        if not echo and not (recipient.person and own):
            yield recipient


def _in_hand(case: Case | None) -> tuple[str, ...]:
    """The units that have a case to work on, the lead first."""
    if case is None or case.state not in IN_HAND or not case.lead_department:
        return ()
    return (case.lead_department, *case.supporting)


def _to_units(moved: Moved) -> Iterator[Told]:
    yield from _return_decided(moved)
    yield from _passed_on(moved)
    yield from _happened(moved)


def _return_decided(moved: Moved) -> Iterator[Told]:
    unit, after = moved.returned_by, moved.after
    if not unit:
        return
    if moved.move in {Move.DISPATCH, Move.REASSIGN}:
        granted = after.lead_department != unit
    elif moved.move in {Move.REFUSE, Move.MERGE}:
        granted = True
    else:
        return
    yield Told(kind=NoticeKind.RETURN_DECIDED, unit=unit, words=moved.reason, granted=granted)


def _passed_on(moved: Moved) -> Iterator[Told]:
    """Who has it no more, then who has it now."""
    before, after = _in_hand(moved.before), _in_hand(moved.after)
    if moved.move in {Move.REASSIGN, Move.MERGE, Move.RETURN}:
        for unit in before:
            gave_back = moved.move is Move.RETURN and unit == before[0]
            if unit not in after and not gave_back:
                yield Told(kind=NoticeKind.WITHDRAWN, unit=unit, words=_why(moved))
    for unit in after:
        leads_now = unit == after[0] and before[:1] != (unit,)
        if unit not in before or leads_now:
            words = "" if unit == after[0] else f"请协办，主办单位：{after[0]}"
            yield Told(kind=NoticeKind.DISPATCHED, unit=unit, words=words)


def _why(moved: Moved) -> str:
    if moved.move is Move.MERGE:
        return f"已并入 {moved.after.merged_into}"
    return moved.reason


def _happened(moved: Moved) -> Iterator[Told]:
    """What happened to a case that stays where it is."""
    case, unit = moved.after, moved.after.lead_department
    if not unit:
        return
    held = case.state in IN_HAND
    if moved.move is Move.URGE and held:
        yield Told(kind=NoticeKind.URGED, unit=unit, words=moved.text or moved.reason)
    elif moved.move is Move.SUPERVISE and held:
        yield Told(kind=NoticeKind.SUPERVISED, unit=unit, words=moved.reason)
    elif moved.move is Move.NOTE and (held or case.state in ANSWERED):
        if moved.actor.department not in _involved(case):
            yield Told(kind=NoticeKind.NOTE, unit=unit, words=moved.text)
    elif moved.move in _DECIDED:
        granted = moved.move is Move.EXTEND
        kind = NoticeKind.EXTENSION_DECIDED
        yield Told(kind=kind, unit=unit, words=moved.reason, granted=granted)
    elif _answered(moved) and case.state is State.REPLIED:
        yield Told(kind=NoticeKind.REPLIED, unit=unit, words=case.reply_text)
    elif moved.move is Move.RATE and case.state in ANSWERED:
        yield Told(kind=NoticeKind.RATED, unit=unit, words=moved.text)
    elif moved.move is Move.CLOSE:
        yield Told(kind=NoticeKind.CLOSED, unit=unit)


_DECIDED = frozenset({Move.EXTEND, Move.REFUSE_EXTENSION})


def _involved(case: Case) -> tuple[str, ...]:
    return (case.lead_department, *case.supporting)


def _answered(moved: Moved) -> bool:
    return moved.move in {Move.REPLY, Move.APPROVE_REPLY}


def _to_origin(moved: Moved) -> Iterator[Told]:
    """What the system that opened the case learns of it."""
    case, move = moved.after, moved.move
    held = _in_hand(case)
    if held and held[:1] != _in_hand(moved.before)[:1]:
        yield Told(kind=NoticeKind.DISPATCHED)
    elif move is Move.ACCEPT:
        yield Told(kind=NoticeKind.ACCEPTED)
    elif move is Move.EXTEND:
        yield Told(kind=NoticeKind.EXTENSION_DECIDED, words=moved.reason, granted=True)
    elif (_answered(moved) and case.state is State.REPLIED) or move is Move.JOIN_REPLY:
        yield Told(kind=NoticeKind.REPLIED, words=case.reply_text)
    elif move is Move.RATE:
        yield Told(kind=NoticeKind.RATED, words=moved.text)
    elif move is Move.CLOSE:
        yield Told(kind=NoticeKind.CLOSED)
    elif move is Move.REFUSE:
        yield Told(kind=NoticeKind.WITHDRAWN, words=moved.reason)


def _notice(
    moved: Moved, told: Told, recipient: Recipient, directory: Directory
) -> DepartmentNotice:
    case = moved.after
    secret = case.confidential or case.anonymous  # as on our pages: `bot.privacy.may_see_person`
    if secret:
        case = masked_case(case)
    return DepartmentNotice(
        idempotency_key="",
        kind=told.kind,
        case_number=case.number,
        external_number="" if told.unit else case.external_number,
        department=told.unit or case.lead_department,
        address=recipient.address,
        title=case.title,
        text=case.matter,
        demand_type=case.demand_type.value,
        category=case.category,
        place=case.place,
        territory=case.territory,
        severity=case.severity.value,
        occurred_at=case.occurred_at,
        contact_name="" if secret else case.contact_name,
        contact_phone="" if secret else case.contact_phone,
        confidential=case.confidential,
        words=mask_text(told.words) if secret else told.words,
        grade=case.rating or 0 if told.kind is NoticeKind.RATED else 0,
        granted=told.granted,
        opened_at=case.opened_at,
        due_at=case.due_at,
        link=directory.link(case.number),
    )
