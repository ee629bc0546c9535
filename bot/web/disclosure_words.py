"""What the codes of requests for information are called on our pages."""

from __future__ import annotations

from collections.abc import Mapping

from bot.disclosure.alerting import AlertKind
from bot.disclosure.application import Certificate, Channel, Form, Way
from bot.disclosure.clock import Reading, Tone
from bot.disclosure.course import Party
from bot.disclosure.letters import NAMES as NAMES
from bot.disclosure.model import Move, State
from bot.disclosure.results import BY_ITSELF, Result, name_of
from bot.disclosure.yearly_file import KINDS as KINDS
from bot.disclosure.yearly_file import REMEDIES as REMEDIES
from bot.web.words import day

STATES: Mapping[State, str] = {
    State.REGISTERED: "已登记",
    State.EXAMINING: "审核中",
    State.AWAITING_CORRECTION: "待补正",
    State.WORKING: "办理中",
    State.CONSULTING: "征求意见中",
    State.PROPOSED: "待审签",
    State.DECIDED: "已答复",
    State.DELIVERED: "已送达",
    State.ARCHIVED: "已归档",
    State.WITHDRAWN: "已撤回",
    State.GIVEN_UP: "视为放弃",
}

MOVES: Mapping[Move, str] = {
    Move.REGISTER: "登记",
    Move.ASSIGN: "转交承办单位",
    Move.EXAMINE: "开始审核",
    Move.ASK_CORRECTION: "告知补正",
    Move.CORRECT: "收到补正",
    Move.GIVE_UP: "视为放弃",
    Move.WORK: "开始办理",
    Move.CONSULT: "征求意见",
    Move.INQUIRY_RECEIVED: "征求意见函已收到",
    Move.OPINION: "收到意见",
    Move.ASK_EXTENSION: "申请延期",
    Move.EXTEND: "批准延期",
    Move.REFUSE_EXTENSION: "不同意延期",
    Move.PROPOSE: "拟答复",
    Move.APPROVE: "审签答复",
    Move.REJECT: "退回修改",
    Move.DECIDE: "直接答复",
    Move.DELIVER: "送达",
    Move.ARCHIVE: "归档",
    Move.WITHDRAW: "撤回申请",
    Move.REMEDY: "复议、诉讼登记",
    Move.REMEDY_ENDED: "复议、诉讼结果",
    Move.NOTE: "备注",
}

CHANNELS: Mapping[Channel, str] = {
    Channel.IN_PERSON: "当面提交",
    Channel.POST: "邮寄",
    Channel.FAX: "传真",
    Channel.WEB: "网上提交",
    Channel.EMAIL: "电子邮件",
    Channel.HANDED_ON: "其他单位转来",
}

CERTIFICATES: Mapping[Certificate, str] = {
    Certificate.IDENTITY_CARD: "身份证",
    Certificate.CREDIT_CODE: "统一社会信用代码",
    Certificate.PASSPORT: "护照",
    Certificate.OTHER: "其他证件",
}

FORMS: Mapping[Form, str] = {
    Form.PAPER: "纸质",
    Form.ELECTRONIC: "电子文件",
    Form.OTHER: "其他形式",
}

WAYS: Mapping[Way, str] = {
    Way.POST: "邮寄",
    Way.EMAIL: "电子邮件",
    Way.IN_PERSON: "当面领取",
    Way.FAX: "传真",
    Way.OTHER: "其他方式",
}

PARTIES: Mapping[Party, str] = {Party.THIRD_PARTY: "第三方", Party.AGENCY: "其他行政机关"}

RESULTS: Mapping[Result, str] = {result: name_of(result) for result in Result}
DECISIONS: Mapping[Result, str] = {
    result: name for result, name in RESULTS.items() if result not in BY_ITSELF
}
"""Those a person decides."""

ALERTS: Mapping[AlertKind, str] = {
    AlertKind.ANSWER_SOON: "即将到期，请答复",
    AlertKind.ANSWER_LATE: "超期没有答复",
    AlertKind.ANSWER_OFFICE: "承办单位超期没有答复，请督办",
    AlertKind.ASK_SOON: "需要补正的，请尽快告知",
    AlertKind.CORRECT_SOON: "申请人补正的期限快到",
    AlertKind.CORRECT_LATE: "补正期限已过，请研究是否视为放弃",
    AlertKind.ARCHIVE_SOON: "请归档",
    AlertKind.ARCHIVE_LATE: "超期没有归档",
}
SOON = frozenset(
    {AlertKind.ANSWER_SOON, AlertKind.ASK_SOON, AlertKind.CORRECT_SOON, AlertKind.ARCHIVE_SOON}
)
"""Alerts of what is not over yet."""

_CSS = {
    Tone.LATE: "late",
    Tone.SOON: "soon",
    Tone.RUNNING: "calm",
    Tone.PAUSED: "none",
    Tone.STOPPED: "none",
    Tone.ENDED: "none",
}


def clock_of(reading: Reading) -> tuple[str, str]:
    """How a request's clock stands: a tone for the page and words."""
    return _CSS[reading.tone], _said(reading)


def _said(reading: Reading) -> str:
    if reading.tone is Tone.ENDED:
        return "按时办结" if reading.in_time else f"超期 {-reading.left} 个工作日办结"
    if reading.tone is Tone.STOPPED:
        return "等待补正"
    if reading.tone is Tone.PAUSED:
        return f"暂停计时，自{day(reading.paused_since)}起"
    if reading.tone is Tone.LATE:
        return f"超期 {-reading.left} 个工作日"
    return "今天到期" if reading.left == 0 else f"剩 {reading.left} 个工作日"
