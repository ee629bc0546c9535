"""A reply as the platform's messages: text in parts, choices as a menu, a chart as an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.base import Reply, ReplyCitation, ReplyKind

from . import text
from .settings import Template

Message = dict[str, Any]

ARTICLE_CHARACTERS = 120
"""What a card shows of its description; a longer quote goes as text, where all of it is read."""
_LONGEST = {
    "thing": 20,
    "character_string": 32,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "phrase": 5,
    "car_number": 8,
    "const": 20,
}
"""Characters of a parameter by the kind its name begins with (模板消息 "参数值内容限制")."""
_LONGEST_ELSE = 200
_MENU_LEAD = "请点选："


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A reply's messages in order.

    Args:
        menu_as_text: what stands in the last one's place where the account may send no menus;
            empty where the last one is none.
        needed: so many of the first must go out; what comes after them (the choices under an
            article) is left out where the platform does not take it. None: all must.
    """

    messages: tuple[Message, ...]
    menu_as_text: tuple[Message, ...] = ()
    needed: int | None = None


def plan(reply: Reply, *, key: str, limit: int, picture: str = "") -> Plan:
    """The messages of a reply.

    Args:
        reply: what is said.
        key: the outbox row's id; what a choice's id begins with.
        limit: bytes of UTF-8 of one text.
        picture: beside an article that has none of its own.
    """
    card = article(reply, picture)
    if card is not None:
        shown: Message = {"msgtype": "news", "news": {"articles": [card]}}
        if not reply.options:
            return Plan(messages=(shown,))
        return replace(_with_choices((shown,), "", reply, key=key, limit=limit), needed=1)
    if not reply.options:
        return Plan(messages=tuple(_texts(text.render(reply), limit)))
    parts = text.split(text.render(replace(reply, options=())), limit)
    choices = _choices(reply)
    head = parts.pop() if parts and _bytes(f"{parts[-1]}\n{choices}") <= limit else ""
    before = tuple(message for part in parts for message in _texts(part, limit))
    return _with_choices(before, head, reply, key=key, limit=limit)


def _with_choices(
    before: tuple[Message, ...], head: str, reply: Reply, *, key: str, limit: int
) -> Plan:
    """These messages, then the choices under a head; links where they are too long for a menu."""
    links = text.options_as_links(reply.options)
    linked = tuple(_texts(f"{head}\n\n{links}" if head else links, limit))
    lead = head or _MENU_LEAD
    if _bytes(f"{lead}\n{_choices(reply)}") > limit:
        return Plan(messages=(*before, *linked))
    listed = [
        {"id": choice_id(key, number), "content": option.label}
        for number, option in enumerate(reply.options)
    ]
    menu = {"head_content": lead, "list": listed, "tail_content": ""}
    return Plan(messages=(*before, {"msgtype": "msgmenu", "msgmenu": menu}), menu_as_text=linked)


def _choices(reply: Reply) -> str:
    return "\n".join(option.label for option in reply.options)


def choice_id(key: str, number: int) -> str:
    """The id of a reply's choice, by which a click tells which one; `number` is from 0."""
    return f"{key}:{number}"


def article(reply: Reply, picture: str = "") -> dict[str, str] | None:
    """The article a reply is where it is one chart's interpretation and nothing else; or None."""
    if reply.kind is not ReplyKind.ANSWER or len(reply.citations) != 1 or reply.rephrased:
        return None
    cited: ReplyCitation = reply.citations[0]
    if cited.form != "chart" or not cited.url.startswith(("http://", "https://")):
        return None
    if len(reply.text) > ARTICLE_CHARACTERS:
        return None
    return {
        "title": cited.title,
        "description": text.plain(reply.text),
        "url": cited.url,
        "picurl": cited.picture or picture,
    }


def template_message(
    reply: Reply, template: Template, *, open_id: str, key: str, today: str
) -> Message:
    """The body of `template/send` for a case's notice; parameters are cut to their kind's length.

    Raises:
        ValueError: the setting names a place that there is not.
    """
    case = reply.case
    values = {
        "number": case.number if case else "",
        "department": case.department if case else "",
        "due_on": case.due_at[:10] if case else "",
        "today": today,
        "text": " ".join(text.plain(reply.text).split()),
    }
    message: Message = {
        "touser": open_id,
        "template_id": template.id,
        "client_msg_id": key[:32],
        "data": {
            name: {"value": _parameter(name, _filled(form, values))}
            for name, form in template.fields.items()
        },
    }
    if template.url:
        message["url"] = _filled(template.url, values)
    return message


def _filled(form: str, values: Mapping[str, str]) -> str:
    try:
        return form.format_map(dict(values))
    except (KeyError, IndexError, AttributeError) as error:
        raise ValueError("a template's field names an unknown place") from error


def _parameter(name: str, value: str) -> str:
    longest = _LONGEST.get(name.rstrip("0123456789"), _LONGEST_ELSE)
    shown = value.strip() or "无"
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _texts(content: str, limit: int) -> list[Message]:
    return [{"msgtype": "text", "text": {"content": part}} for part in text.split(content, limit)]


def _bytes(content: str) -> int:
    return len(content.encode())
