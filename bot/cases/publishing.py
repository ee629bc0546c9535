"""What the public may read of a case: its matter and the reply, with nobody to be recognised. Pure.

Source: 国办函〔2025〕66号 (privacy is guarded) and GB/T 33358-2016 (replies of general interest are
published). A person reads the draft before it goes out; what the check still finds stops it.
"""

from __future__ import annotations

import re

from bot.cases import reply_words as words_of
from bot.cases.masking import masked, names_in, shown
from bot.cases.model import Case, Published
from bot.cases.replying import citizens_of
from bot.errors import Invalid

_PHONE_DIGITS = 7
_MAX = {"title": 100, "text": 2000, "reply": 3000}
_LABELS = {"title": "标题", "text": "内容", "reply": "答复"}


def draft(case: Case) -> Published:
    """What would be published: persons, numbers, number plates and homes masked."""
    names = people_of(case)
    return Published(
        title=masked(case.title, names)[: _MAX["title"]],
        text=masked(case.matter, names)[: _MAX["text"]],
        reply=masked(case.reply_text, names, office=True)[: _MAX["reply"]],
    )


def people_of(case: Case) -> tuple[str, ...]:
    """Full names that must not stand in what is published: the writer's and whom they name."""
    named = (*citizens_of(case), *names_in(f"{case.title}\n{case.matter}"))
    return tuple(dict.fromkeys(named))


def check(public: Published, case: Case) -> None:
    """Raise `Invalid` where it is empty, too long, or still shows somebody."""
    faults: dict[str, str] = {}
    for name, label in _LABELS.items():
        said = getattr(public, name).strip()
        if not said:
            faults[name] = f"{label}不能为空"
        elif len(said) > _MAX[name]:
            faults[name] = f"{label}最多 {_MAX[name]} 个字"
        else:
            told = _told(said, case, office=name == "reply")
            if told:
                faults[name] = f"{label}里还有{told}，请隐去"
    if faults:
        raise Invalid("还不能公开：" + "；".join(faults.values()) + "。", fields=faults)


def _told(text: str, case: Case, *, office: bool) -> str:
    """What a text still tells of somebody, in words, or empty."""
    phone = re.sub(r"\D", "", case.contact_phone)
    if len(phone) >= _PHONE_DIGITS and phone in re.sub(r"\D", "", text):
        return "市民的电话"
    if any(name in text for name in citizens_of(case)):
        return "市民的姓名"
    found = tuple(dict.fromkeys(shown(text, office=office)))
    if found:
        return "、".join(found)
    return "具体到户的住址" if words_of.ROOM.search(text) else ""
