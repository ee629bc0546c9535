"""The city's approved templates (`sms.toml`), and a reply as the variables of one. Pure but `read`.

A gateway sends approved texts only (报备模板): the text stands here as it was approved, so that
its length is known; what goes over the line are its code and its variables.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import Any

from connectors.base import Reply, ReplyKind
from connectors.departments.base import NoticeKind
from connectors.departments.wording import day_of
from connectors.errors import Misconfigured

from . import parts

KINDS = (
    "opened", "dispatched", "replied", "closed", "paused", "resumed", "extended", "refused",
    "merged", "unmerged", "split", "published", "rated", "noted", "said", "call", "emergency",
    "phone_code",
)  # fmt: skip
"""What a message tells. `said`: free words, in answer to a citizen's message; `call`: instead of
them, where no template for free words was approved; `phone_code`: a code that proves a number."""
VARIABLES = (
    "number", "code", "department", "due_on", "summary", "reason", "lead", "text",
)  # fmt: skip
OTHER = "department_other"
DEPARTMENT_KINDS = (*(f"department_{kind}" for kind in NoticeKind), OTHER)
"""What a department is told. `department_other`: what has no template of its own."""
DEPARTMENT_VARIABLES = ("number", "kind", "due_on")
"""Nothing of a citizen's: a duty phone passes through many hands."""
_ELASTIC = ("summary", "reason", "text")
_LONGEST = 35
"""Units of a variable where the template names no other limit."""
_SHORTEST = 10
_BY_STATE = {
    "dispatched": "dispatched",
    "replied": "replied",
    "closed": "closed",
    "merged": "merged",
    "refused": "refused",
}
_ADDRESS = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+", re.IGNORECASE)
_MARKS = str.maketrans({"【": "〔", "】": "〕", "{": "（", "}": "）"})
"""Gateways refuse what may pass for a second signature or for a variable."""


@dataclass(frozen=True, kw_only=True)
class Template:
    """An approved text.

    Args:
        code: the gateway's name of it.
        text: with `{variables}`; the link stands in it already.
        longest: variable → units, where it is not the usual limit.
    """

    kind: str
    code: str
    text: str
    longest: Mapping[str, int] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables."""
        return _names(self.text)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A message as it goes out.

    Args:
        text: what the phone shows.
        parts: how many messages that is.
    """

    template: Template
    variables: Mapping[str, str]
    text: str
    parts: int


@dataclass(frozen=True, kw_only=True)
class Templates:
    """All of a city's; `sign` stands before every text (【…】)."""

    sign: str
    by_kind: Mapping[str, Template]

    def of(self, reply: Reply) -> Template | None:
        """The template a reply goes by; None where none was approved for it."""
        kind = kind_of(reply)
        found = self.by_kind.get(kind)
        if kind == "phone_code":
            return found
        if found is None and (reply.kind is not ReplyKind.NOTICE or reply.case is None):
            return self.by_kind.get("said") or self.by_kind.get("call")
        return found

    def of_notice(self, kind: NoticeKind) -> Template | None:
        """The template a department is told by; None where none was approved for it."""
        return self.by_kind.get(f"department_{kind}") or self.by_kind.get(OTHER)

    def filled(self, template: Template, reply: Reply, *, most_parts: int) -> Filled:
        """A reply's words in a template, each cut to its limit and all to so many parts."""
        return self.with_values(template, _values(reply), most_parts=most_parts)

    def with_values(
        self, template: Template, given: Mapping[str, str], *, most_parts: int
    ) -> Filled:
        """The same of the variables' values; every one the template has is among them."""
        limits = {name: template.longest.get(name, _LONGEST) for name in template.variables}
        told = {name: parts.cut(_clean(given[name]), limits[name]) for name in limits}
        elastic = next((name for name in _ELASTIC if name in told), "")
        text = self._text(template, told)
        while elastic and parts.parts(text) > most_parts:
            left = parts.units(told[elastic]) - max(1, parts.units(text) - most_parts * parts.EACH)
            if left < _SHORTEST:
                break
            told[elastic] = parts.cut(told[elastic], left)
            text = self._text(template, told)
        return Filled(template=template, variables=told, text=text, parts=parts.parts(text))

    def _text(self, template: Template, variables: Mapping[str, str]) -> str:
        return f"【{self.sign}】{template.text.format_map(dict(variables))}"


def kind_of(reply: Reply) -> str:
    """What a reply tells, as one of `KINDS`."""
    case = reply.case
    if case is not None and case.told:
        return case.told
    if case is not None and case.query_code:
        return "opened"
    if reply.kind is ReplyKind.NOTICE:
        if case is not None:
            return _BY_STATE.get(case.state, "")
        if reply.emergency:
            return "emergency"
    return "said"


def _values(reply: Reply) -> dict[str, str]:
    case = reply.case
    words = (case.words if case else "") or reply.text
    chosen = "；".join(option.label for option in reply.options)
    said = reply.text if reply.kind is ReplyKind.NOTICE or not chosen else f"{reply.text} {chosen}"
    return {
        "number": case.number if case else "",
        "code": case.query_code if case else "",
        "department": case.department if case else "",
        "due_on": day_of(datetime.fromisoformat(case.due_at)) if case and case.due_at else "",
        "summary": words,
        "reason": words,
        "lead": words,
        "text": said,
    }


def _clean(text: str) -> str:
    """One line without web addresses: gateways refuse a variable that holds one."""
    shown = " ".join(_ADDRESS.sub("（网址略）", text).translate(_MARKS).split())
    return shown or "待定"


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name))


def read(path: Path, *, link: str, department_link: str = "") -> Templates:
    """The templates of a file.

    Args:
        path: such as the city's `sms.toml`.
        link: what `{link}` stands for in a text to a caller.
        department_link: the same in one to a department; empty: none is sent to departments.

    Raises:
        Misconfigured: with every fault in it.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(f"{path}: 无法读取") from None
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path}: 写法有误（{error}）") from None
    faults: list[str] = []
    sign, listed = given.get("sign"), given.get("template", [])
    if not isinstance(sign, str) or not 2 <= len(sign) <= 20 or set(sign) & set("【】"):
        faults.append("“sign”应为 2 到 20 个字，不带【】")
    if given.keys() - {"sign", "template"}:
        faults.append("只认识“sign”和 [[template]]")
    found: dict[str, Template] = {}
    for at, one in enumerate(listed if isinstance(listed, list) else [], start=1):
        template = _template(one, at, link, department_link, faults)
        if template is not None and template.kind in found:
            faults.append(f"第 {at} 项：“{template.kind}”写了两次")
        elif template is not None:
            found[template.kind] = template
    if not listed and not faults:
        faults.append("一个模板也没有")
    if faults:
        raise Misconfigured(f"{path}: " + "；".join(faults))
    return Templates(sign=str(sign), by_kind=found)


def _template(
    one: Any, at: int, link: str, department_link: str, faults: list[str]
) -> Template | None:
    where, before = f"第 {at} 项", len(faults)
    if not isinstance(one, Mapping) or one.keys() - {"kind", "code", "text", "longest"}:
        faults.append(f"{where}：应只有 kind、code、text、longest")
        return None
    kind, code, text = (one.get(name) for name in ("kind", "code", "text"))
    if kind not in (*KINDS, *DEPARTMENT_KINDS):
        faults.append(f"{where}：“kind”应为 {'、'.join((*KINDS, *DEPARTMENT_KINDS))}")
    if not isinstance(code, str) or not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", code):
        faults.append(f"{where}：“code”应为网关的模板编号")
    to_department = kind in DEPARTMENT_KINDS
    known = DEPARTMENT_VARIABLES if to_department else VARIABLES
    longest = one.get("longest", {})
    limits = longest.items() if isinstance(longest, Mapping) else [("", 0)]
    if not all(n in known and type(v) is int and 4 <= v <= 500 for n, v in limits):
        faults.append(f"{where}：“longest”应为变量名和 4 到 500 的字数")
    names = _used(text, known, where, faults)
    if "link" in names and not link and not to_department:
        faults.append(f"{where}：用了 {{link}}，请设置 POLICYLINE_HOTLINE_SMS_LINK")
    if len(faults) > before or (to_department and not department_link):
        return None
    shown = str(text).strip().replace("{link}", department_link if to_department else link)
    return Template(kind=str(kind), code=str(code), text=shown, longest=dict(limits))


def _used(text: Any, known: Sequence[str], where: str, faults: list[str]) -> tuple[str, ...]:
    """The variables of a text, `link` among them."""
    if not isinstance(text, str) or not text.strip():
        faults.append(f"{where}：缺少“text”")
        return ()
    try:
        names = _names(text)
    except ValueError:
        faults.append(f"{where}：“text”的花括号写法有误")
        return ()
    if unknown := set(names) - {*known, "link"}:
        faults.append(f"{where}：没有变量 {'、'.join(sorted(unknown))}")
    return names
