"""Reading a citizen's answer to a direct question: yes, no, skip, a phone, which thing is wrong.

The model's intent decides in general; short answers to a question just asked are read by rule,
since a wrong reading there costs the citizen a round. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.actions.view import Tracker
from nlu.model import QUESTION_INTENTS, Entity, Intent

_ENDS = " \t\r\n，,。.！!？?、~～；;：:"
_TAIL = re.compile(r"(?:吧|啊|呀|呢|哦|喔|啦|了|哈|的|嘛)+$")

_YES = re.compile(
    r"(?:好的?|是的?|对的?|嗯+|恩|行|可以|没错|没问题|没有错|无误|正确|确认|确定|同意|提交|ok|okay|yes|要得|"
    r"中|就这样|是这样|确认提交|确认无误|对对|好好|帮我提交)"
    r"(?:[，, ]?(?:谢谢|提交|确认|的|吧|就这样|没问题|对的?|是的?))*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:不|不是|不对|不行|不要|否|no|没有|错了|有误|不正确|不是的|不对的)", re.IGNORECASE
)
_CANCEL = re.compile(
    r"(?:那?算了|那?算哒|取消|退出|放弃|停止|不用了"
    r"|不(?:用|要|想)?(?:报|投诉|举报|反映|登记|办|弄|搞|提|说|查|评|填|问)了?)"
    r"(?:[，, ]?(?:算了|不|登记|投诉|办理|吧|谢谢"
    r"|我?不?(?:用|要|想)?(?:报|投诉|举报|反映|登记|办|弄|搞|提|说|查|评|填)?了))*"
)
_SKIP = re.compile(
    r"(?:跳过|略过?|没有|无|不知道|不晓得|不清楚|不太清楚|不记得|记不清|记不得|忘记?|说不(?:清楚?|准|上来|好)|不确定|不方便|"
    r"不想(?:说|留|给)|不留|不填|不给|不提供|不用|没有?(?:什么)?(?:具体)?(?:的)?(?:地点|地方|地址|位置|时间|电话|手机|号码)|"
    r"匿名|保密|下一(?:步|个|项))"
    r"(?:[，, ]?(?:电话|地点|时间|号码|吧|了|具体|的|没有|不留|跳过|处理|不方便))*"
)
_GO_ON = re.compile(
    r"继续|接着|不取消|别取消|要登记|还是(?:报|登记|办|提交)|不是|没有|不|no", re.IGNORECASE
)

_ANONYMOUS = re.compile(r"匿名")
_CONFIDENTIAL = re.compile(r"保密|(?:不要|别|不能|请勿)(?:透露|泄露|告诉)")

_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d{9})(?!\d)", re.ASCII)
_LANDLINE = re.compile(r"(?<!\d)((?:0\d{2,3})?[2-8]\d{6,7})(?!\d)", re.ASCII)
_DIGIT_RUN = re.compile(r"\d{5,}", re.ASCII)
_NUMBER = re.compile(r"(?<!\d)(\d{14})(?!\d)", re.ASCII)
_CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)", re.ASCII)

_CORRECTING = re.compile(
    r"不对|不是.{1,30}是|错了|说错|写错|打错|弄错|搞错|更正|纠正|改成|改为|改到|改一下|换成|应该是|应为|而是"
)
_NEW_VALUE = re.compile(r"(?:应该是|应为|改成|改为|改到|换成|而是|是|[：:])\s*([^，,。；;！!]*)")
_FIELD_WORDS = {
    "contact_phone": r"电话|手机|号码|联系方式",
    "place": r"地点|地址|位置|地方|路名",
    "occurred_at": r"时间|日期|日子|什么时候",
    "matter": r"内容|事情|情况|描述|问题",
}
_WANTS_CHANGE = re.compile(
    r"(?:我?要?想?(?:改|修改|更正|换)(?:一下|下)?)?({})(?:不对|错了|有误|要改|改一下|有问题|写错|改)?".format(
        "|".join(_FIELD_WORDS.values())
    )
)
_CHANGE = re.compile(r"(?:我?要?想?)(?:改|修改|更正)(?:一下|下)?")
_LIKE_PLACE = re.compile(
    r"(?:路(?!灯)|街|巷|弄|道|村|组|镇|乡|小区|花园|苑|城|广场|公园|学校|小学|中学|医院|市场|超市|门口|旁边|附近|对面|楼下|桥|口|区)"
)
_LIKE_TIME = re.compile(
    r"今|昨|前天|刚才|上午|下午|晚上|早上|中午|凌晨|点|月|号|周|星期|礼拜|天前|最近"
)
_ASKING = re.compile(
    r"[?？]|(?:吗|么|呢|啵)$|怎么|怎样|如何|什么|啥|哪|几|多少|多久|多长|能不能|可不可以|是不是|要不要|有没有|谁|为何"
)
_LEAD = re.compile(
    r"^(?:就?在|就是在?|是在|地点是?|地址是?|位置是?|时间是?|大概|大约|是|嗯|哦)[，,：: ]*"
)

_GRADE_WORDS = (
    (r"非常不满|很不满|极不满|太差|差评|零分|0分|[一1]星|[一1]分", 1),
    (r"不满|不太满意|不怎么满意|[二两2]星|[二两2]分", 2),
    (r"基本满意|一般|还行|还可以|凑合|马马虎虎|[三3]星|[三3]分|中评", 3),
    (r"非常满意|很满意|十分满意|特别满意|满分|[五5]星|[五5]分|好评|太好了", 5),
    (r"满意|不错|可以|[四4]星|[四4]分", 4),
)


def bare(text: str) -> str:
    """The text without closing particles and punctuation around it."""
    return _TAIL.sub("", text.strip(_ENDS)).strip(_ENDS)


def _whole(pattern: re.Pattern[str], text: str) -> bool:
    return any(pattern.fullmatch(form) for form in {bare(text), text.strip(_ENDS)} - {""})


def says_yes(turn: Tracker) -> bool:
    """A plain yes."""
    return _whole(_YES, turn.text) or (
        turn.intent == Intent.AFFIRM and len(turn.text) <= 12 and not says_no(turn)
    )


def says_no(turn: Tracker) -> bool:
    """A plain no, without saying what instead."""
    return _whole(_NO, turn.text) or (
        turn.intent == Intent.DENY and len(turn.text) <= 8 and not _whole(_YES, turn.text)
    )


def wants_to_stop(turn: Tracker) -> bool:
    """The citizen gives the whole thing up."""
    return _whole(_CANCEL, turn.text) or (
        turn.intent in {Intent.CANCEL, Intent.GOODBYE} and not turn.entities
    )


def wants_to_go_on(turn: Tracker) -> bool:
    """Asked whether to give up: no."""
    return _GO_ON.search(turn.text) is not None


def declines(turn: Tracker) -> bool:
    """The citizen has no answer, or does not wish to give one."""
    return _whole(_SKIP, turn.text) or (turn.intent == Intent.SKIP and not turn.entities)


def discretion(text: str) -> str:
    """`anonymous`, `confidential`, or empty."""
    if _ANONYMOUS.search(text):
        return "anonymous"
    return "confidential" if _CONFIDENTIAL.search(text) else ""


def phone(turn: Tracker) -> str | None:
    """A phone number in the message; "" where there are digits that are none; None without."""
    found = turn.spans("phone")
    if found:
        return found[0].value
    close = re.sub(r"[\s\-—()（）]", "", turn.text)
    match = _MOBILE.search(close) or _LANDLINE.search(close)
    if match:
        return match[1]
    return "" if _DIGIT_RUN.search(close) else None


def case_number(turn: Tracker) -> str:
    """A case number in the message, or empty."""
    found = turn.spans("case_number")
    match = _NUMBER.search(re.sub(r"[\s\-]", "", turn.text))
    return found[0].value if found else match[1] if match else ""


def query_code(turn: Tracker) -> str:
    """A query code in the message, or empty."""
    found = turn.spans("query_code")
    match = _CODE.search(turn.text)
    return found[0].value if found else match[1] if match else ""


def grade(text: str) -> int | None:
    """A grade from 1 to 5, or None."""
    short = bare(text)
    if re.fullmatch(r"[1-5]", short):
        return int(short)
    return next((value for words, value in _GRADE_WORDS if re.search(words, text)), None)


def place(turn: Tracker) -> str:
    """The place as the citizen said it: neighbouring place names are one place. Empty: none."""
    return _span(turn, "place", gap=4)


def occurred_at(turn: Tracker) -> str:
    """The time as the citizen said it. Empty: none."""
    return _span(turn, "time", gap=2)


def _span(turn: Tracker, kind: str, gap: int) -> str:
    found = turn.spans(kind)
    if not found:
        return ""
    end = found[0].end
    for entity in found[1:]:
        if entity.start - end > gap:
            break
        end = entity.end
    return turn.text[found[0].start : end].strip() or found[0].value


def as_answer(turn: Tracker, kind: str) -> str:
    """The message as the answer to a direct question, without what answers another one.

    Args:
        turn: the conversation.
        kind: the entity kind that was asked for; spans of other kinds are cut out.
    """
    others: list[Entity] = [entity for entity in turn.entities if entity.kind in _CUT - {kind}]
    text = turn.text
    for entity in reversed(others):
        text = text[: entity.start] + " " + text[entity.end :]
    return without_lead(text)


def without_lead(text: str) -> str:
    """An answer without the words that only begin it: 就在, 地点是."""
    return _LEAD.sub("", text.strip(_ENDS)).strip(_ENDS)


_CUT = frozenset({"place", "time", "phone", "case_number", "query_code"})


def is_question(turn: Tracker) -> bool:
    """The citizen asks something that published content may answer."""
    if turn.intent not in QUESTION_INTENTS:
        return False
    return _ASKING.search(turn.text) is not None or turn.confidence >= 0.8


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is wrong and what is right instead.

    Args:
        field: the slot; empty where the citizen has not said and nothing shows it.
        value: empty: not said yet.
    """

    field: str
    value: str = ""


def correction(turn: Tracker) -> Correction | None:
    """The correction in a message, or None where there is none."""
    short = bare(turn.text)
    if _CHANGE.fullmatch(short):
        return Correction(field="")
    named = _WANTS_CHANGE.fullmatch(short)
    if named:
        return Correction(field=_named_field(short))
    if not (_CORRECTING.search(turn.text) or turn.intent == Intent.CORRECT):
        return None
    number = phone(turn)
    field = _named_field(turn.text)
    if number and field in {"", "contact_phone"}:
        return Correction(field="contact_phone", value=number)
    matches = list(_NEW_VALUE.finditer(turn.text))
    start = matches[-1].start(1) if matches else 0
    value = bare(_LEAD.sub("", matches[-1][1])) if matches else ""
    if value in {"", "不"} or _CORRECTING.fullmatch(value):
        start, value = 0, ""
    field = field or _field_of(turn, start, value)
    if not value and field in _KIND_OF:
        value = _span(turn, _KIND_OF[field], gap=4)
    return Correction(field=field, value="" if field == "contact_phone" else value)


_KIND_OF = {"place": "place", "occurred_at": "time"}


def _named_field(text: str) -> str:
    return next((name for name, words in _FIELD_WORDS.items() if re.search(words, text)), "")


def _field_of(turn: Tracker, start: int, value: str) -> str:
    kinds = {entity.kind for entity in turn.entities if entity.end > start}
    if "place" in kinds:
        return "place"
    if "time" in kinds:
        return "occurred_at"
    if value and _LIKE_PLACE.search(value):
        return "place"
    return "occurred_at" if value and _LIKE_TIME.search(value) else ""
