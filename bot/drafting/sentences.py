"""The sentences of a reply that carry something: what they are, and what is case-bound. Pure.

Of an earlier reply only statements may serve a later one: basis, conditions, explanations,
measures, office lines. Greeting, receipt, passing on, thanks and signatures say nothing; persons,
private numbers and homes are nobody else's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.cases import reply_words as words_of
from bot.privacy import id_numbers, mask_text, mobiles
from bot.routing.persons import SURNAMES, persons_in
from nlu.text import bigrams, fold, words

LEAST_CHARS, MOST_CHARS = 10, 220
"""Of a statement; a longer one is cut at its semicolons."""
MAIN = 3
"""A reply's main statement is at most so many sentences."""


class Says(StrEnum):
    """What a sentence carries."""

    BASIS = "basis"
    """The document or rule it rests on."""
    CONDITION = "condition"
    """Who may, what it takes, where, how much."""
    EXPLANATION = "explanation"
    """Why something is so, or cannot be."""
    MEASURE = "measure"
    """What was done or will be."""
    OTHER = "other"
    """On the matter, but none of these."""


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A statement of a reply, word for word.

    Args:
        at: its place among the reply's sentences, from 0.
    """

    text: str
    says: Says
    at: int


_ENDS = re.compile(r"[^。！？!?\n]*[。！？!?]+[”’」』）)]*|[^。！？!?\n]+")
_PARTS = re.compile(r"[^；;]*[；;]|[^；;]+")
_WHOM = (
    r"(?:尊敬的|亲爱的)?(?:网友|网民|市民|来信人|群众|同志|朋友|读者|先生|女士)"
    r"(?:朋友|同志|先生|女士)?们?"
)
_QUOTED = r"[“\"‘'《【][^”\"’'》】]{0,24}[”\"’'》】]"
_ADDRESS = re.compile(
    rf"^(?:{_WHOM}(?:{_QUOTED}|[A-Za-z0-9_*]{{0,24}})(?:网友|先生|女士|同志|朋友)?[：:，,\s]*"
    r"|[“\"][A-Za-z0-9_]{2,24}[”\"](?=[一-龥])"
    rf"|{_QUOTED}(?:网友|先生|女士|同志|朋友)?(?=[：:，,\s您你])[：:，,\s]*)?"
    r"(?:(?:[您你]们?好)[：:，,！!\s]*)?"
)
_AS_FOLLOWS = re.compile(r"^.*如下(?:情况)?[：:；，,]")
_DATE = r"(?:\d{2,4}\s*(?:年|[.．/\-])\s*)?\d{1,2}\s*(?:月|[.．/\-])\s*\d{1,2}\s*[日号]?"
_SIGNED = re.compile(
    rf"^[一-龥A-Z0-9（）()\s]{{0,24}}{_DATE}[。\s]*$|^[一-龥A-Z0-9]{{2,20}}(?:局|办|委|处|政府)$"
)
_LEAD_DATE = re.compile(rf"^{_DATE}(?=尊敬|网友|网民|您好|“|市民)")
_RECEIPT = re.compile(
    r"以上是[^，。]{0,14}(?:回复|答复)|(?:发帖|留言)《|二〇[一-龥〇]{2}年|收悉|阅悉|获悉|(?:回复|答复|说明|汇报|函复)如下|来信已|留言已(?:阅|收)|如有情况将及时|"
    r"现(?:将|就|对)[^，。]{0,40}(?:回复|答复|说明)[^，。]{0,6}$"
)
_EMPTY = re.compile(
    r"感谢|谢谢|祝您|祝你|欢迎|谅解|理解(?:和|与|、)支持|支持(?:和|与|、)理解|关心(?:和|与|、)支持|特此(?:回复|说明|答复)|此复|"
    r"敬请|敬礼|高度重视|非常重视|保持联系|多提(?:宝贵)?(?:意见|建议)|如[^，。]{0,12}(?:疑问|疑义|不明|问题)[^。]{0,60}(?:电话|联系|咨询|致电|拨打)"
)
_CLOSES = re.compile(
    r"(?:如|若|假如|详情|详细|具体|其他|其它|更|还可|也可|可以?|请|建议)[^。]{0,44}(?:咨询|致电|拨打|联系|来电|来人|详询)"
    r"[^。]{0,50}(?:\d{7,}|\d{4}[\-—]|0000|电话|热线|办公室|中心|科|股|局|处|部门|反映|咨询)|以上是[^，。]{0,12}(?:回复|答复)|"
    r"^(?:联系|咨询|监督|服务|投诉)?(?:电话|地址|联系人)[：:]"
)
"""Whom to ask: every reply says so, in words that tell nothing of its matter."""
_PASSES_ON = re.compile(
    r"(?:转交?给?|转至|转到|移交|交办|交由|交有关|批转|责成)[^，。]{0,24}(?:处理|办理|核处|核实|调查|办复|研究|处置|答复|核查|复核|进行)|"
    r"(?:已|现)(?:发函)?(?:转交|交办)给?(?:了)?[一-龥A-Z0-9]{2,16}(?:局|委|办|镇|乡|街道|部门|单位|公司)"
)
_PLACES = (
    "小区|花园|花苑|公寓|家园|新村|新城|广场|社区|村|组|路|街|大道|巷|桥|学校|小学|中学|幼儿园|医院|"
    "市场|公司|酒店|工厂|厂|店|工地|项目"
)
_SPOT = re.compile(rf"[一-龥A-Z0-9]{{2,10}}?(?:{_PLACES})")
_YOURS = re.compile(
    r"[您你](?:家|父|母|爱人|丈夫|妻|儿|女|孩|老公|老婆|本人|所在的)|当事人|来信人|举报人|投诉人|反映人|"
    r"户主|死者|伤者|患者"
)
_NUMBER = r"[一二三四五六七八九十\d]{1,2}"
_NUMBERED = re.compile(rf"^\s*(?:[（(]?{_NUMBER}[)）]|{_NUMBER}[、.．](?!\d))\s*")
_WILL = re.compile(r"将(?:会|于|进一步|继续|督促|加强|对)|下一步|拟|计划|预计|尽快|责令|要求|督促")
_NEEDS = re.compile(
    r"可(?:以|到|在|通过|持|凭|向|申请|享受)|应(?:当|向|由|在|提供)?|须|需(?:要|提供|带|携带|持)?|凡|必须|条件|材料|流程|"
    r"标准|比例|范围|期限|时间|窗口|地址|地点|登录|申请|免费|收费|%|％|元"
)


def sentences(reply: str) -> tuple[str, ...]:
    """A reply's sentences, in order, each with its mark; spaces inside are taken out."""
    found: list[str] = []
    for line in fold(reply).replace("\r", "\n").split("\n"):
        for whole in _ENDS.findall(re.sub(r"\s{2,}", "\n", line).replace("\n", "")):
            pieces = [whole] if len(whole) <= MOST_CHARS else _PARTS.findall(whole)
            found += [piece.strip() for piece in pieces if piece.strip()]
    return tuple(found)


def statements(reply: str) -> tuple[Sentence, ...]:
    """The sentences that carry something, word for word but for the address before them."""
    found = []
    for at, raw in enumerate(sentences(reply)):
        text = _bare(raw)
        says = what_it_says(text)
        if says is not None:
            found.append(Sentence(text=text, says=says, at=at))
    return tuple(found)


def _bare(text: str) -> str:
    """A sentence without date, address, "as follows" and number before it."""
    for before in (_LEAD_DATE, _ADDRESS, _AS_FOLLOWS, _NUMBERED):
        text = before.sub("", text).strip()
    return text


def what_it_says(text: str) -> Says | None:
    """What a sentence carries; None: nothing that could be said again."""
    if not LEAST_CHARS <= len(text) <= MOST_CHARS or _UNFIT_END.search(text):
        return None
    if _SIGNED.match(text) or _RECEIPT.search(text):
        return None
    if _CLOSES.search(text) and len(_CLOSES.sub("", text)) < _ENOUGH:
        return None
    if (_EMPTY.search(text) or _PASSES_ON.search(text)) and _on_the_matter(text) < _ENOUGH:
        return None
    if words_of.BASIS.search(text):
        return Says.BASIS
    if words_of.EXPLAINED.search(text):
        return Says.EXPLANATION
    if words_of.DONE.search(text.replace("经办", "")) or _WILL.search(text):
        return Says.MEASURE
    if _NEEDS.search(text):
        return Says.CONDITION
    return Says.OTHER if _on_the_matter(text) >= _ENOUGH else None


_UNFIT_END = re.compile(r"[：:?？、，,]$|[？?]”$")
_ENOUGH = 18
_CLAUSES = re.compile(r"[，,；;：:、]")


def _on_the_matter(text: str) -> int:
    """Characters of the clauses that neither thank, promise nor pass on."""
    clauses = (clause.strip(" 。！!？?") for clause in _CLAUSES.split(text))
    return sum(len(clause) for clause in clauses if not any(sign.search(clause) for sign in _IDLE))


_IDLE = (_EMPTY, _PASSES_ON, _CLOSES, words_of.HOLLOW, words_of.IDLE)


def main_statement(reply: str) -> tuple[Sentence, ...]:
    """What a reply decides or tells: the longest of its statements, those of no kind last."""
    found = statements(reply)
    ranked = sorted(found, key=lambda one: (one.says is Says.OTHER, -len(one.text), one.at))
    return tuple(sorted(ranked[:MAIN], key=lambda one: one.at))


def may_be_reused(text: str) -> bool:
    """False where a sentence tells of a person, a home or a private number."""
    return not (
        id_numbers(text)
        or mobiles(text)
        or words_of.ROOM.search(text)
        or words_of.WITNESS.search(text)
        or words_of.INSIDE.search(text)
        or _YOURS.search(text)
        or any(person.name for person in persons_in(text))
        or "*" in mask_text(_without_office_lines(text))
    )


def persons_of(text: str) -> tuple[str, ...]:
    """Names of people in a letter and its reply, as written there.

    Beside those that stand where names stand: what follows a role, and what is said twice and
    reads like a name: a surname and two characters that are no word with their neighbours.
    """
    found = [one.name for one in persons_in(text) if len(one.name) > 1]
    found += _WITH_ROLE.findall(text)
    cut = words(text)
    for at, first in enumerate(cut):
        if len(first) == 1 and _SURNAME.fullmatch(first):
            given = [each for each in cut[at + 1 : at + 3] if _GIVEN.fullmatch(each)]
            name = first + "".join(given)
            if len(given) == _TWO and text.count(name) >= _TWO:
                found.append(name)
    return tuple(dict.fromkeys(found))


_TWO = 2
_SURNAME = re.compile(SURNAMES)
_WITH_ROLE = re.compile(
    r"(?:村民|市民|居民|业主|租户|客户|网友|学生|同学|职工|员工|司机|经理|负责人|法人|老师|信访人|申请人)"
    rf"((?:{SURNAMES})[一-龥]{{1,2}}?)(?=[的、，,。（(在于家与和等将称]|反映|来信|来电|户)"
)
_GIVEN = re.compile(r"[一-龥]")


def _without_office_lines(text: str) -> str:
    return words_of.CONTACT.sub("", text)


_DAY = re.compile(
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|(?<![〔\[（(])\d{4}年\d{1,2}月|今年\d{1,2}月|昨[天日]|今[天日]|日前"
)
_DOCUMENT = re.compile(r"《[^》]*》[^，。；]{0,30}|[（(〔\[]\d{4}[〕\])）]\s*第?\d+号")


def with_blanks(sentence: Sentence, letter: str, asked: str) -> str:
    """The sentence with 【】 where it holds what belongs to another citizen's case.

    Args:
        sentence: of an earlier reply.
        letter: what that reply answered.
        asked: what the draft is to answer.
    """
    text = sentence.text
    if sentence.says in {Says.MEASURE, Says.OTHER, Says.EXPLANATION}:
        kept = [found.span() for found in _DOCUMENT.finditer(text)]
        text = _DAY.sub(lambda day: day[0] if _inside(day.start(), kept) else "【日期】", text)
    for spot in dict.fromkeys(_SPOT.findall(text)):
        name = _named(spot, letter)
        if name and name not in asked:
            text = text.replace(name, "【地点】")
    return text


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(first <= place < last for first, last in spans)


def _named(spot: str, letter: str) -> str:
    """The longest end of a spot's name that the letter has too, from four characters on."""
    for first in range(len(spot) - 3):
        if spot[first:] in letter:
            return spot[first:]
    return ""


def likeness(one: str, other: str) -> float:
    """How alike two sentences are, 0 to 1: F of their character bigrams."""
    mine, theirs = set(bigrams(one)), set(bigrams(other))
    if not mine or not theirs:
        return 0.0
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))
