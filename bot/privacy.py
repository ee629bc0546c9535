"""Masking of private data: in logs, in exports, and for readers without the right to see it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace

from bot.calls.model import Call, Sentence
from bot.cases.model import Actor, Case, Role

_GAP = r"[\s\-]?"
_ID_NUMBER = re.compile(
    rf"(?<!\d)\d{{6}}{_GAP}(?:19|20)\d{{2}}[01]\d[0-3]\d{_GAP}\d{{3}}[\dXxＸｘ](?!\d)"
)
_OLD_ID_NUMBER = re.compile(r"(?<!\d)[1-8]\d{5}\d{2}[01]\d[0-3]\d\d{3}(?!\d)")
_BANK_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[\s\-]?\d){12,15}(?!\d)")
_MOBILE = re.compile(
    rf"(?<!\d)(?:\+?86{_GAP})?([1１][3-9３-９]\d)({_GAP}\d{{4}}{_GAP})(\d{{4}})(?!\d)"
)
_LANDLINE = re.compile(r"(?<!\d)(0(?:10|2\d|[3-9]\d{2}))([\s\-－—]?)(\d{4,5})(\d{3})(?!\d)")
_SPOKEN_MOBILE = re.compile(r"[一幺][三四五六七八九]\s*(?:[零〇一二三四五六七八九幺两]\s*){9}")
_MAIL = re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+\-]*(@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)")
_SAID_NAME = re.compile(
    r"((?:我叫|本人叫|姓名(?:是|为)?|联系人(?:是|为)?|名字(?:叫|是))[：: ]?)"
    r"([一-龥]{2,4}?)(?=[，,。；;、\s（(]|先生|女士|$)"
)
_TITLED_NAME = re.compile(r"((?:我是|联系)[：: ]?)([一-龥]{1,3}?)(?=先生|女士)")
_STARS = "*"


def mask_text(text: str, names: Iterable[str] = ()) -> str:
    """The text with telephone, identity-card and bank-card numbers, mail addresses and names
    masked; what is left lets a reader see that something stood there.

    Args:
        text: any text.
        names: names known to be private here, such as the contact's.
    """
    for name in names:
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    text = _ID_NUMBER.sub(lambda found: _keep_ends(found[0], 3, 2), text)
    text = _BANK_CARD.sub(lambda found: _keep_ends(found[0], 4, 2), text)
    text = _MOBILE.sub(lambda found: f"{found[1]}****{found[3]}", text)
    text = _LANDLINE.sub(
        lambda found: f"{found[1]}{found[2]}{_STARS * len(found[3])}{found[4]}", text
    )
    text = _OLD_ID_NUMBER.sub(lambda found: _keep_ends(found[0], 3, 2), text)
    text = _SPOKEN_MOBILE.sub("（号码已隐去）", text)
    text = _MAIL.sub(lambda found: f"{found[1]}***{found[2]}", text)
    for said in (_SAID_NAME, _TITLED_NAME):
        text = said.sub(lambda found: found[1] + mask_name(found[2]), text)
    return text


def id_numbers(text: str) -> tuple[str, ...]:
    """Identity-card and bank-card numbers in a text, as written."""
    return tuple(
        found[0]
        for number in (_ID_NUMBER, _BANK_CARD, _OLD_ID_NUMBER)
        for found in number.finditer(text)
    )


def mobiles(text: str) -> tuple[tuple[int, str], ...]:
    """Mobile numbers of a text: where each begins, and its digits."""
    return tuple(
        (found.start(), re.sub(r"\D", "", "".join(found.groups())))
        for found in _MOBILE.finditer(text)
    )


def mask_name(name: str) -> str:
    """张三丰 → 张**."""
    return name[:1] + _STARS * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """138****5678; what is no known kind of number keeps its last two characters."""
    masked = mask_text(phone)
    return masked if masked != phone or len(phone) < 3 else _keep_ends(phone, 0, 2)


_FULL_VIEW = frozenset({Role.OPERATOR, Role.TRIAGE, Role.SUPERVISOR, Role.SYSTEM})
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


def may_see_person(case: Case, reader: Actor) -> bool:
    """True where this reader may see who brought a case and how to reach them.

    The hotline's own people may; a department's for the cases it leads or supports, unless the
    citizen asked for secrecy (保密) or gave no name; nobody else.
    """
    if reader.role in _FULL_VIEW:
        return True
    if reader.role not in _DEPARTMENT_ROLES or case.confidential or case.anonymous:
        return False
    return bool(reader.department) and reader.department in {
        case.lead_department,
        *case.supporting,
    }


def may_see_source(reader: Actor) -> bool:
    """True where this reader may read the mail a case came as: it says more of its writer."""
    return reader.role in {Role.TRIAGE, Role.SUPERVISOR}


def sees_everybody(role: Role) -> bool:
    """True for those who may see who brought any case: the hotline's own people."""
    return role in _FULL_VIEW


def masked_case(case: Case) -> Case:
    """The case with everything masked that points to the person."""
    names = (case.contact_name,) if case.contact_name else ()
    return replace(
        case,
        sender_id="",
        conversation_id="",
        title=mask_text(case.title, names),
        text=mask_text(case.text, names),
        place=mask_text(case.place, names),
        occurred_at=mask_text(case.occurred_at, names),
        reply_text=mask_text(case.reply_text, names),
        contact_name=mask_name(case.contact_name),
        contact_phone=mask_phone(case.contact_phone),
        course=replace(
            case.course,
            part=mask_text(case.course.part, names),
            draft_reply=mask_text(case.course.draft_reply, names),
            details={},
        ),
    )


def as_seen_by(case: Case, reader: Actor) -> Case:
    """The case as this reader may see it."""
    return case if may_see_person(case, reader) else masked_case(case)


def may_see_caller(reader: Actor) -> bool:
    """True where this reader may see a caller's number: the hotline's own people."""
    return reader.role in _FULL_VIEW


def call_as_seen_by(call: Call, reader: Actor) -> Call:
    """The call as this reader may see it: number and summary masked for who has no right."""
    if may_see_caller(reader):
        return call
    return replace(call, caller=mask_phone(call.caller), summary=mask_text(call.summary))


def sentence_as_seen_by(sentence: Sentence, reader: Actor) -> Sentence:
    """The sentence as this reader may see it."""
    if may_see_caller(reader):
        return sentence
    return replace(sentence, text=mask_text(sentence.text))


class MaskingFilter(logging.Filter):
    """A second line of defence: logs carry no private data even where a message let some in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask message and traceback; the record always goes on."""
        message = record.getMessage()
        masked = mask_text(message)
        if masked != message:
            record.msg, record.args = masked, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_text(record.exc_text)
        return True


def _keep_ends(text: str, first: int, last: int) -> str:
    return text[:first] + _STARS * (len(text) - first - last) + text[-last:]
