"""What the public may read of a case: its matter and the reply, with nobody to be recognised. Pure.

Source: 国办函〔2025〕66号 (privacy is guarded) and GB/T 33358-2016 (replies of general interest are
published). A person reads the draft before it goes out; what the check still finds stops it.
"""

from __future__ import annotations

import re

from bot.cases import reply_words as words_of
from bot.cases.model import Case, Published
from bot.cases.replying import citizens_of
from bot.errors import Invalid
from bot.privacy import id_numbers, mask_text, mobiles

_HOME = re.compile(
    r"\d+\s*(?:栋|幢|号楼|座)[\s\-]*(?:\d+\s*单元)?[\s\-]*(?:\d{1,2}楼)?[\s\-]*(?:\d{2,4}\s*[室户号]?)?"
    r"|\d+\s*单元\s*\d{2,4}\s*[室户号]?|[一-龥\d]{1,6}[组社]\d{1,4}号|门牌号?\d+号?"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}"
)
_HOUSE, _CAR = "某栋某室", "（车牌已隐去）"
_MAX = {"title": 100, "text": 2000, "reply": 3000}
_LABELS = {"title": "标题", "text": "内容", "reply": "答复"}


def draft(case: Case) -> Published:
    """What would be published: persons, numbers, number plates and homes masked."""
    names = citizens_of(case)
    return Published(
        title=masked(case.title, names)[: _MAX["title"]],
        text=masked(case.matter, names)[: _MAX["text"]],
        reply=masked(case.reply_text, names)[: _MAX["reply"]],
    )


def masked(text: str, names: tuple[str, ...] = ()) -> str:
    """The text with nothing in it by which a neighbour would know the writer."""
    return _HOME.sub(_HOUSE, _PLATE.sub(_CAR, mask_text(text, names)))


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
            shown = _shown(said, case)
            if shown:
                faults[name] = f"{label}里还有{shown}，请隐去"
    if faults:
        raise Invalid("还不能公开：" + "；".join(faults.values()) + "。", fields=faults)


def _shown(text: str, case: Case) -> str:
    """What a text still tells of somebody, in words, or empty."""
    if id_numbers(text):
        return "证件或银行卡号"
    phone = re.sub(r"\D", "", case.contact_phone)
    for at, number in mobiles(text):
        if number == phone or not words_of.OFFICE_PHONE.search(text[:at]):
            return "个人手机号"
    if any(name in text for name in citizens_of(case)):
        return "市民的姓名"
    if _PLATE.search(text):
        return "车牌号"
    return "具体到户的住址" if words_of.ROOM.search(text) else ""
