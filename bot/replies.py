"""One codec between `connectors.base.Reply` and JSON: the outbox and Rasa's responses use it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from connectors.base import (
    Reply,
    ReplyCase,
    ReplyCitation,
    ReplyKind,
    ReplyOption,
    ReplySentence,
    ReplyThread,
)

Json = dict[str, Any]
_Part = ReplyCase | ReplyCitation | ReplyOption | ReplySentence | ReplyThread
_T = TypeVar("_T", ReplyCase, ReplyCitation, ReplyOption, ReplySentence, ReplyThread)


class NotAReply(ValueError):
    """The JSON is not a reply; the message names the field, never its value."""


def reply_to_json(reply: Reply) -> Json:
    """The reply as JSON; `case` is null where there is none, every other field is there.

    `rephrased`, `emergency`, `thread`, a citation's `form` and `picture`, and a case's `told` and
    `words` are there only where there is some: a replica that does not know the field yet can read
    everything else.
    """
    rephrased = [_values(sentence) for sentence in reply.rephrased]
    return {
        "kind": reply.kind.value,
        "text": reply.text,
        "citations": [_without_empty(each, {"form", "picture"}) for each in reply.citations],
        "options": [_values(option) for option in reply.options],
        "case": _without_empty(reply.case, {"told", "words"}) if reply.case else None,
        **({"rephrased": rephrased} if rephrased else {}),
        **({"emergency": True} if reply.emergency else {}),
        **({"thread": _values(reply.thread)} if reply.thread else {}),
    }


def reply_from_json(value: object) -> Reply:
    """The reply from what `reply_to_json` made.

    Fields that were added to the contract since may be absent where they have a default; unknown
    fields and wrong types are refused.

    Raises:
        NotAReply: with the field at fault.
    """
    raw = _object(value, "reply", {each.name for each in fields(Reply)})
    try:
        kind = ReplyKind(_string(raw.get("kind"), "reply.kind"))
    except ValueError as error:
        raise NotAReply("reply.kind") from error
    case, emergency = raw.get("case"), raw.get("emergency", False)
    thread = raw.get("thread")
    if not isinstance(emergency, bool):
        raise NotAReply("reply.emergency")
    return Reply(
        kind=kind,
        text=_string(raw.get("text"), "reply.text"),
        citations=_many(ReplyCitation, raw.get("citations", []), "citations"),
        options=_many(ReplyOption, raw.get("options", []), "options"),
        case=None if case is None else _one(ReplyCase, case, "case"),
        rephrased=_many(ReplySentence, raw.get("rephrased", []), "rephrased"),
        emergency=emergency,
        thread=None if thread is None else _one(ReplyThread, thread, "thread"),
    )


def _values(part: _Part) -> Json:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _without_empty(part: ReplyCase | ReplyCitation, names: Collection[str]) -> Json:
    """Its fields, but those of these names that hold nothing."""
    return {name: v for name, v in _values(part).items() if v or name not in names}


def _many(kind: type[_T], value: object, name: str) -> tuple[_T, ...]:
    if not isinstance(value, list):
        raise NotAReply(name)
    return tuple(_one(kind, item, f"{name}[{at}]") for at, item in enumerate(value))


def _one(kind: type[_T], value: object, name: str) -> _T:
    defaults = {field.name: field.default for field in fields(kind)}
    raw = _object(value, name, set(defaults))
    for field_name, default in defaults.items():
        if field_name in raw:
            expected = int if isinstance(default, int) else str
            if type(raw[field_name]) is not expected:
                raise NotAReply(f"{name}.{field_name}")
    try:
        return kind(**raw)
    except TypeError as error:  # a field without a default is absent
        raise NotAReply(name) from error


def _object(value: object, name: str, known: set[str]) -> Json:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise NotAReply(name)
    unknown = sorted(set(value) - known)
    if unknown:
        raise NotAReply(f"{name}.{unknown[0]}")
    return dict(value)


def _string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise NotAReply(name)
    return value
