"""What replying, second reading and publishing do to a case. Pure; `effects` lists them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.cases import publishing, replying
from bot.cases.asked import Changed, Effect, Moving
from bot.cases.model import Move, Role, State
from bot.errors import Invalid


def _reply(moving: Moving) -> Changed:
    case = moving.case
    if not moving.asked.text:
        raise Invalid("请填写答复内容。", fields={"text": "不能为空"})
    noted = _checked(moving, moving.asked.text) | _begun_from(moving)
    read_first = case.demand_type in moving.limits.steps.second_reading
    if read_first and moving.asked.actor.role is not Role.DEPARTMENT_HEAD:
        course = moving.course(draft_reply=moving.asked.text)
        waits = replace(case, state=State.IN_PROGRESS, course=course)
        return waits, moving.words | noted | {"second_reading": "asked"}
    return replace(case, reply_text=moving.asked.text), moving.words | noted


def _checked(moving: Moving, text: str) -> dict[str, str]:
    """What the check of a reply found and its writer sends it despite; raises `ReplyUnfit`."""
    found = replying.check(text, replying.replied_to(moving.before, moving.asked.demands))
    blocking = [one for one in found if one.weight is replying.Weight.BLOCKING]
    private = any(one.code in replying.PRIVATE for one in blocking)
    if blocking and (private or not moving.asked.despite):
        raise ReplyUnfit(found)
    return {"despite": "、".join(one.code for one in blocking)} if blocking else {}


def _begun_from(moving: Moving) -> dict[str, str]:
    """The sources of the draft a reply was begun from, for its event."""
    used = moving.asked.draft_sources
    return {DRAFT_SOURCES: "、".join(used)} if used else {}


DRAFT_SOURCES = "draft_sources"
"""In a reply's event: the document ids and case numbers its draft rested on."""


class ReplyUnfit(Invalid):
    """A reply that is not fit to be sent as it stands; `findings` says why."""

    def __init__(self, findings: tuple[replying.Finding, ...]) -> None:
        said = [one.said for one in findings if one.weight is replying.Weight.BLOCKING]
        super().__init__("答复还不能发送：" + "；".join(said) + "。", fields={"text": said[0]})
        self.findings = findings


def _approve_reply(moving: Moving) -> Changed:
    text = moving.asked.text or moving.case.course.draft_reply
    noted = _checked(moving, text)
    course = moving.course(draft_reply="")
    return replace(moving.case, reply_text=text, course=course), {"text": text} | noted


def _reject_reply(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(draft_reply="")), moving.words


def words_owed(moving: Moving) -> Changed:
    """Words are owed, and nothing else changes."""
    if not moving.asked.text:
        raise Invalid("请填写内容。", fields={"text": "不能为空"})
    return moving.case, moving.words


def _support_reply(moving: Moving) -> Changed:
    case, details = words_owed(moving)
    return case, details | {"department": moving.asked.actor.department}


def _join_reply(moving: Moving) -> Changed:
    return replace(moving.case, reply_text=moving.asked.text), moving.words | {
        "lead_number": moving.case.merged_into
    }


def _agree_publish(moving: Moving) -> Changed:
    return replace(moving.case, course=moving.course(may_publish=True)), moving.words


def _publish(moving: Moving) -> Changed:
    public = moving.asked.public or publishing.draft(moving.before)
    publishing.check(public, moving.before)
    after = replace(moving.case, published=public, published_at=moving.now)
    return after, {"title": public.title}


def _withdraw(moving: Moving) -> Changed:
    return replace(moving.case, published=None, published_at=None), moving.words


ANSWERING: Mapping[Move, Effect] = {
    Move.REPLY: _reply,
    Move.APPROVE_REPLY: _approve_reply,
    Move.REJECT_REPLY: _reject_reply,
    Move.SUPPORT_REPLY: _support_reply,
    Move.JOIN_REPLY: _join_reply,
    Move.AGREE_PUBLISH: _agree_publish,
    Move.PUBLISH: _publish,
    Move.WITHDRAW: _withdraw,
}
