"""A department's reply before it goes to a citizen: templates, and what is wrong with it. Pure.

Source of what a reply owes: 国办发〔2020〕53号 (答复 says what was done), GB/T 33358-2016, and
国办函〔2025〕66号 (no item ends with being passed on; privacy is guarded).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cases import reply_words as words_of
from bot.cases.model import Case, DemandType
from bot.cases.ports import CaseWording
from bot.privacy import id_numbers, mobiles
from bot.routing.persons import persons_in
from nlu.text import words

MAX_CHARS = 2000
_SHORT_CHARS = 15
_LEAST_SHARE = 0.12
"""Of a demand's own words that must come back in the reply; two of them are enough."""
_QUOTED_CHARS = 20
_SAYS_SOMETHING_CHARS = 40
"""Of clauses on the matter itself; with fewer, a reply that tells of nothing done is hollow."""


class Weight(StrEnum):
    """How much a finding weighs."""

    BLOCKING = "blocking"
    """Must be put right, or sent in full knowledge of it."""
    ADVICE = "advice"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing wrong with a reply.

    Args:
        code: for programs, such as `passed_on`.
        said: for the person who writes it, in Chinese.
    """

    code: str
    weight: Weight
    said: str


@dataclass(frozen=True, kw_only=True)
class Replied:
    """What a reply answers.

    Args:
        demands: one text a demand; one where nobody split the case.
        citizens: names of citizens that must not stand in it.
        phone: the citizen's own number, or empty.
    """

    demand_type: DemandType
    demands: tuple[str, ...]
    citizens: tuple[str, ...] = ()
    phone: str = ""


PRIVATE = frozenset({"identity_number", "citizen_phone", "citizen_name", "inside"})
"""Findings nobody may send a reply despite."""


def replied_to(case: Case, demands: Sequence[str] = ()) -> Replied:
    """What a reply to this case answers; `demands` where its text names several."""
    text = case.matter
    whole = text if case.course.part or case.title in text else f"{case.title}。{text}"
    return Replied(
        demand_type=case.demand_type,
        demands=tuple(demands) or (whole,),
        citizens=citizens_of(case),
        phone=case.contact_phone,
    )


def citizens_of(case: Case) -> tuple[str, ...]:
    """Full names of private people in a case: who wrote, and whom the text names."""
    return tuple(dict.fromkeys(_citizens(case)))


def _citizens(case: Case) -> Iterator[str]:
    if len(case.contact_name) > 1:
        yield case.contact_name
    for person in persons_in(case.text):
        if _FULL_NAME.fullmatch(person.name) and person.role not in _OFFICIAL:
            yield person.name


_FULL_NAME = re.compile(
    r"(?!.*(?:某|先生|女士|老师|书记|主任|局长|经理|老板|医生|师傅))[一-龥]{2,4}"
)
_OFFICIAL = frozenset(
    {
        "村支书",
        "村书记",
        "村主任",
        "书记",
        "主任",
        "局长",
        "副局长",
        "镇长",
        "乡长",
        "所长",
        "校长",
        "院长",
        "负责人",
    }
)


def template(
    case: Case,
    wording: CaseWording,
    demands: Sequence[str] = (),
    phone: str = "",
    answers: Sequence[str] = (),
) -> str:
    """A draft in the city's words; what stands in 【】 is for the writer to fill in.

    Args:
        case: whose demand type chooses the words.
        wording: holds `reply_draft_…` for each demand type.
        demands: where the text names several and nobody split it, each gets a numbered paragraph.
        phone: the department's; empty leaves a blank for it.
        answers: what is said to each demand; a blank where there is none.
    """
    key = f"reply_draft_{case.demand_type.name.lower()}"
    blank = wording.say("reply_draft_blank")
    said = [*answers, *[""] * (max(1, len(demands)) - len(answers))]
    if len(demands) > 1:
        body = "\n".join(
            wording.say(
                "reply_draft_each",
                number=number,
                demand=_quoted(demand),
                answer=said[number - 1] or blank,
            )
            for number, demand in enumerate(demands, start=1)
        )
    else:
        body = said[0] or blank
    return wording.say(
        key,
        title=case.title,
        department=case.lead_department or "【承办单位】",
        answer=body,
        phone=phone or "【联系电话】",
    )


def check(reply: str, asked: Replied) -> tuple[Finding, ...]:
    """All that is wrong with a reply, the blocking first; nothing where it is fit to be sent."""
    text = reply.strip()
    if not text:
        return (_blocking("empty", "答复是空的"),)
    found = [
        *_private(text, asked),
        *_manners(text),
        *_substance(text, asked),
        *_unanswered(text, asked),
        *_particulars(text, asked),
    ]
    return tuple(sorted(found, key=lambda finding: finding.weight is Weight.ADVICE))


def blocks(findings: Sequence[Finding]) -> bool:
    """True where one of them must be put right before sending."""
    return any(finding.weight is Weight.BLOCKING for finding in findings)


def _private(text: str, asked: Replied) -> Iterator[Finding]:
    if id_numbers(text):
        yield _blocking("identity_number", "写了身份证号或银行卡号，请删去")
    digits = re.sub(r"\D", "", asked.phone)
    for at, number in mobiles(text):
        if number == digits or any(number in re.sub(r"\D", "", one) for one in asked.demands):
            yield _blocking("citizen_phone", f"写了市民的手机号 {number[:3]}****，请删去")
        elif words_of.OFFICE_PHONE.search(text[:at]):
            yield _advice("mobile", f"写了手机号 {number[:3]}****，请确认是工作电话")
        else:
            yield _blocking("citizen_phone", f"写了手机号 {number[:3]}****，看不出是工作电话")
    for name in asked.citizens:
        if name in text:
            yield _blocking("citizen_name", f"写了市民的姓名“{name}”，请改为“{name[0]}先生/女士”")
    if words_of.WITNESS.search(text) and not any(name in text for name in asked.citizens):
        yield _blocking("citizen_name", "点出了举报人、投诉人或当事人的姓名，请隐去")
    if words_of.ROOM.search(text):
        yield _advice("address", "写了具体到室的住址，请确认有必要")
    if words_of.INSIDE.search(text):
        yield _blocking("inside", "有只供内部使用的话，请删去")


def _manners(text: str) -> Iterator[Finding]:
    rude = words_of.RUDE.search(text)
    if rude:
        yield _blocking("rude", f"“{rude[0]}”不礼貌，请换个说法")
    if not words_of.GREETING.search(text[:60]):
        yield _advice("greeting", "开头没有称呼或问候，可写“您好”")
    if words_of.PLAIN_YOU.search(text):
        yield _advice("plain_you", "称呼市民请用“您”")
    if not words_of.THANKS.search(text):
        yield _advice("thanks", "没有感谢或致歉的话")


def _substance(text: str, asked: Replied) -> Iterator[Finding]:
    """Whether anything was done or told, and not only promised or passed on."""
    blank = words_of.BLANKS.search(text)
    if blank:
        yield _blocking("blank", f"“{blank[0]}”还没有填写")
    bare = words_of.PASSED_ON.sub("", text)
    told = words_of.FACTS.search(_without_contact(bare)) or words_of.EXPLAINED.search(bare)
    done = words_of.DONE.search(bare) or words_of.EXPLAINED.search(bare)
    wants_telling = asked.demand_type is DemandType.CONSULTATION
    enough = told if wants_telling else done
    if asked.demand_type is DemandType.PRAISE:
        enough = enough or words_of.THANKS.search(text)
    if asked.demand_type is DemandType.SUGGESTION:
        enough = enough or words_of.BY_WHEN.search(_without_contact(bare))
    if enough:
        if words_of.LATER.search(text) and not words_of.BY_WHEN.search(text):
            yield _advice("no_date", "说了还要办的事，没有写什么时候办好")
        return
    if _chars_on_the_matter(bare) >= _SAYS_SOMETHING_CHARS:
        yield _advice("not_done", "看不出做了什么、结果怎样，请再看一遍")
    elif words_of.PASSED_ON.search(text):
        yield _blocking("passed_on", "只说转给了别处，没有说办得怎样")
    elif words_of.HOLLOW.search(text):
        yield _blocking("hollow", "只有空话，没有说做了什么、结果怎样")
    elif wants_telling:
        yield _blocking("not_told", "没有回答所问的条件、材料、地点或标准")
    else:
        yield _blocking("not_done", "没有说做了什么、结果怎样；不能办的，要说明理由")


def _chars_on_the_matter(text: str) -> int:
    """Characters of the clauses that are neither greeting, thanks nor empty words."""
    clauses = re.split(r"[，,。；;！!？?\n：:]", _without_contact(text))
    return sum(
        len(clause.strip())
        for clause in clauses
        if not words_of.IDLE.search(clause.strip()) and not words_of.HOLLOW.search(clause)
    )


def _without_contact(text: str) -> str:
    return words_of.CONTACT.sub("", text)


def _unanswered(text: str, asked: Replied) -> Iterator[Finding]:
    """Each demand's own words must come back somewhere."""
    several = len(asked.demands) > 1
    lower = text.lower()
    for demand in asked.demands:
        own = _own_words(demand)
        back = [word for word in own if word in lower]
        if not own or len(back) >= 2 or len(back) / len(own) >= _LEAST_SHARE:
            continue
        if several:
            yield _blocking("unanswered", f"没有回应其中一件：“{_quoted(demand)}”")
        else:
            yield _advice("off_matter", "答复里没有提到所反映的事，请确认答的是这一件")


def _own_words(text: str) -> tuple[str, ...]:
    """What a demand is about, by its words of two characters and more."""
    found = (word for word in words(text) if len(word) > 1 and not word.isdigit())
    return tuple(dict.fromkeys(word for word in found if word not in words_of.COMMON))


def _particulars(text: str, asked: Replied) -> Iterator[Finding]:
    """Basis, contact, length."""
    if not words_of.BASIS.search(text):
        if words_of.REFUSES.search(text):
            yield _blocking("no_basis", "不予办理的，要写明依据的文件或条款")
        elif asked.demand_type not in {DemandType.PRAISE, DemandType.HELP}:
            yield _advice("no_basis", "没有写依据的文件或规定")
    if not words_of.CONTACT.search(text) and asked.demand_type is not DemandType.PRAISE:
        yield _advice("no_contact", "没有留承办单位的联系电话")
    if len(text) < _SHORT_CHARS:
        yield _advice("short", "太短，市民可能看不明白")
    if len(text) > MAX_CHARS:
        yield _advice("long", f"超过 {MAX_CHARS} 字，请写得简短一些")


def _quoted(text: str) -> str:
    said = " ".join(text.split())
    return said[:_QUOTED_CHARS] + ("…" if len(said) > _QUOTED_CHARS else "")


def _blocking(code: str, said: str) -> Finding:
    return Finding(code=code, weight=Weight.BLOCKING, said=said)


def _advice(code: str, said: str) -> Finding:
    return Finding(code=code, weight=Weight.ADVICE, said=said)
