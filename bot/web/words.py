"""What codes are called on our pages, and how times and private data are written there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.cases.model import Move, Role, Severity, State
from bot.cases.rules import GRADES as GRADES
from bot.cases.sweeping import AlertKind
from bot.openness.records import OpinionAct, OpinionAlertKind
from bot.questions import Standing
from bot.records import Reason
from bot.routing.marks import Sentiment
from knowledge.asking import Sought
from knowledge.explaining import Why
from knowledge.model import AnswerKind, Form, Kind, Life

if TYPE_CHECKING:
    from bot.cases.model import Case
    from bot.openness.opinion_course import Owed
    from connectors.base import Reply, ReplyCitation

SHANGHAI = ZoneInfo("Asia/Shanghai")

STATES: Mapping[State, str] = {
    State.RECEIVED: "已收到",
    State.TRIAGE: "待研判",
    State.DISPATCHED: "已派单",
    State.ACCEPTED: "已签收",
    State.IN_PROGRESS: "办理中",
    State.REPLIED: "已答复",
    State.VISITED: "已回访",
    State.CLOSED: "已办结",
    State.RETURNED: "已退单",
    State.MERGED: "已并单",
    State.REFUSED: "不予受理",
    State.REOPENED: "重新办理",
}

SENTIMENTS: Mapping[Sentiment, str] = {
    Sentiment.CALM: "语气平和",
    Sentiment.ANNOYED: "语气不满",
    Sentiment.ANGRY: "情绪激动",
    Sentiment.DESPERATE: "情绪绝望，请优先联系",
}

MOVES: Mapping[Move, str] = {
    Move.OPEN: "受理",
    Move.TO_TRIAGE: "转研判",
    Move.DISPATCH: "派单",
    Move.ACCEPT: "签收",
    Move.WORK: "开始办理",
    Move.REPLY: "答复",
    Move.VISIT: "回访",
    Move.CLOSE: "办结",
    Move.RETURN: "退单",
    Move.REASSIGN: "改派",
    Move.ADD_SUPPORT: "增加协办",
    Move.SUPPORT_REPLY: "协办意见",
    Move.PAUSE: "暂停计时",
    Move.RESUME: "恢复计时",
    Move.ASK_EXTENSION: "申请延期",
    Move.EXTEND: "批准延期",
    Move.REFUSE_EXTENSION: "不同意延期",
    Move.APPROVE_REPLY: "审核通过",
    Move.REJECT_REPLY: "退回修改",
    Move.URGE: "催办",
    Move.SUPERVISE: "督办",
    Move.MERGE: "并单",
    Move.UNMERGE: "撤销并单",
    Move.JOIN_REPLY: "并单答复",
    Move.REFUSE: "不予受理",
    Move.REOPEN: "重新办理",
    Move.RATE: "评价",
    Move.APPEAL: "差评申诉",
    Move.UPHOLD_APPEAL: "申诉成立",
    Move.DISMISS_APPEAL: "申诉不成立",
    Move.SPLIT: "拆分",
    Move.AGREE_PUBLISH: "同意公开",
    Move.PUBLISH: "公开",
    Move.WITHDRAW: "撤下公开",
    Move.NOTE: "补充说明",
}

ROLES: Mapping[Role, str] = {
    Role.CITIZEN: "市民",
    Role.SYSTEM: "系统",
    Role.OPERATOR: "话务员",
    Role.TRIAGE: "研判员",
    Role.DEPARTMENT_CLERK: "部门经办",
    Role.DEPARTMENT_HEAD: "部门负责人",
    Role.EDITOR: "内容编辑",
    Role.CHECKER: "内容审核",
    Role.SUPERVISOR: "督办员",
    Role.ADMINISTRATOR: "管理员",
    Role.AUDITOR: "审计员",
}

ALERTS: Mapping[AlertKind, str] = {
    AlertKind.AMBER: "即将到期",
    AlertKind.RED: "已经超时",
    AlertKind.HEAD: "超时未办，请负责人过问",
    AlertKind.OFFICE: "超时多日未办，请督办",
    AlertKind.FOLLOW_UP: "差评未按时回访",
}

OPINION_ACTS: Mapping[OpinionAct, str] = {
    OpinionAct.DONE: "已完成",
    OpinionAct.WAIVED: "不需要",
    OpinionAct.OWED_AGAIN: "重新列为应办",
    OpinionAct.CLOSED: "办结",
    OpinionAct.REOPENED: "重新启动",
}

OPINION_ALERTS: Mapping[OpinionAlertKind, str] = {
    OpinionAlertKind.SOON: "即将到时",
    OpinionAlertKind.LATE: "已经超时",
}

SEVERITIES: Mapping[Severity, str] = {
    Severity.NORMAL: "一般",
    Severity.URGENT: "紧急",
    Severity.EMERGENCY: "特急",
}

KINDS: Mapping[Kind, str] = {
    Kind.POLICY: "政策文件",
    Kind.INTERPRETATION: "政策解读",
    Kind.GUIDE: "办事指南",
    Kind.FAQ: "常见问题",
    Kind.REFUTATION: "辟谣",
    Kind.NOTICE: "通知公告",
}

LIVES: Mapping[Life, str] = {
    Life.DRAFT: "草稿",
    Life.CHECKED: "已审核",
    Life.PUBLISHED: "已发布",
    Life.REPLACED: "已被替代",
    Life.REPEALED: "已废止",
}

FORMS: Mapping[Form, str] = {
    Form.TEXT: "文字解读",
    Form.QA: "问答解读",
    Form.CHART: "图表解读",
    Form.AUDIO_VIDEO: "音频视频",
    Form.EXPERT: "专家解读",
    Form.FIRST_INTERPRETER: "主要负责人解读",
}

PARTICULARS: Mapping[str, str] = {
    "title": "标题",
    "text": "正文",
    "kind": "类型",
    "form": "解读形式",
    "url": "网址",
    "department": "发布单位",
    "number": "发文字号",
    "index_number": "索引号",
    "issued_on": "成文日期",
    "published_on": "发布日期",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "policy_id": "所属政策",
    "attachments": "附件",
    "sample": "示例标记",
}
"""What of a document may differ between two versions."""

REASONS: Mapping[Reason, str] = {
    Reason.NO_ANSWER: "没有答案",
    Reason.CHOICES: "只给出选项",
    Reason.UNHELPFUL: "市民说没帮助",
    Reason.DESK_NO_ANSWER: "来电询问，没有答案",
    Reason.DESK_IGNORED: "话务员未采用答案",
    Reason.DESK_EDITED: "话务员改了答案",
}

STANDINGS: Mapping[Standing, str] = {
    Standing.OPEN: "待处理",
    Standing.ANSWERED: "已有答案",
    Standing.DISMISSED: "不予处理",
}

ANSWER_KINDS: Mapping[AnswerKind, str] = {
    AnswerKind.DIRECT: "直接回答",
    AnswerKind.CHOICES: "请市民选择",
    AnswerKind.REFUTATION: "先给辟谣",
    AnswerKind.NONE: "没有找到",
}

WHY: Mapping[Why, str] = {
    Why.SURE: "两项把握都达到门槛：有文件能回答，而且就是这一份。",
    Why.NAMED: "问题写明了文件的标题或文号，直接引用这份文件。",
    Why.GOES_ON: "接着上一个问题问，从同一件事的文件里取没有说过的部分。",
    Why.CLAUSE: "整句把握不足，但其中一个分句单独问时达到门槛。",
    Why.RETIRED: "问到的文件已经失效或被替代，按现行文件回答并加以说明。",
    Why.REFUTED: "内容与一条已发布的辟谣相符，辟谣优先。",
    Why.UNSURE_WHICH: "很可能有文件能回答，但还不能确定是哪一份，所以请市民选择。",
    Why.ELSEWHERE: "问的是外地的规定，找到的文件都没有提到那里，所以不引用。",
    Why.NOTHING_FOUND: "已发布、在有效期内的内容里没有与问题相关的文件。",
    Why.UNSURE: "找到的文件里，有一份能回答的把握低于给出选项的门槛。",
}
"""Why a question is answered as it is."""

SOUGHT: Mapping[Sought, str] = {
    Sought.AMOUNT: "金额或数量",
    Sought.WHEN: "时间",
    Sought.DURATION: "期限",
    Sought.WHERE: "地点",
    Sought.HOW: "怎么办",
    Sought.MATERIALS: "材料",
    Sought.CONDITIONS: "条件",
    Sought.CONTACT: "联系方式",
    Sought.MAY: "能不能",
    Sought.FORCE: "是否有效",
}
"""The kinds of thing a question asks for."""

SIGNS: Mapping[str, str] = {
    "match": "问题的含义有多少在最好的段落里",
    "title_match": "有多少在标题里",
    "strength": "得分与问题分量之比（对数）",
    "lead": "领先第二件事多少",
    "mass": "问题有多具体",
    "asks": "问到了认得的事项",
}
"""What the chances of an answer are computed from."""

CHANNELS: Mapping[str, str] = {
    "webchat": "网页",
    "wechat": "微信公众号",
    "hotline": "12345 热线",
    "mailbox": "领导信箱",
    "open311": "开放接口",
    "api": "开放接口",
}


def days_taken(working_days: int) -> str:
    """How long an answer took, such as 3 个工作日内答复."""
    return f"{max(1, working_days)} 个工作日内答复"


def channel_name(channel: str) -> str:
    """A channel as staff read it; a department's own account is told by its name."""
    first, _, account = channel.partition("-")
    named = CHANNELS.get(first)
    if named is None:
        return channel
    return f"{named}（{account}）" if account else named


def local(moment: datetime | str | None) -> datetime | None:
    """The moment on Shanghai's clock; a W3C date-time is read first, nothing stays nothing."""
    if not moment:
        return None
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(SHANGHAI)


def when(moment: datetime | str | None) -> str:
    """Such as `2026年3月5日 14:20`."""
    at = local(moment)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}" if at else ""


def day(moment: datetime | date | str | None) -> str:
    """Such as `2026年3月5日`; a date is taken as it is, a text that is none is given back."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment) if "T" in moment else date.fromisoformat(moment)
        except ValueError:
            return str(moment)
    if isinstance(moment, datetime):
        moment = moment.astimezone(SHANGHAI).date()
    return f"{moment.year}年{moment.month}月{moment.day}日" if moment else ""


def clock_time(moment: datetime) -> str:
    """Such as `14:20`, with the date where it was not today's conversation."""
    at = moment.astimezone(SHANGHAI)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def spoken(reply: Reply) -> tuple[str, ...]:
    """The lines of a reply's text without those the case card beside it shows better."""
    shown = set()
    if reply.case is not None:
        card = reply.case
        shown = {card.number, card.query_code, card.department, day(card.due_at)} - {""}
    lines = (line.strip() for line in reply.text.split("\n"))
    return tuple(line for line in lines if line and line.partition("：")[2] not in shown)


def weblink(url: str) -> str:
    """The address where it is one of the web, else nothing: imported content may hold anything."""
    return url if url.startswith(("https://", "http://")) else ""


def document_path(source: ReplyCitation) -> str:
    """The page of the cited document, at the quoted place."""
    path = f"/documents/{quote(source.document_id, safe='')}"
    if source.end <= source.start:
        return path
    place = f"{source.start}-{source.end}"
    return f"{path}?c={place}#c{place}"


def clock_of(case: Case, now: datetime) -> tuple[str, str]:
    """How the deadline stands: a tone for the page (`late`, `soon`, `calm`, `none`) and words."""
    if case.due_at is None or case.state in {State.CLOSED, State.MERGED, State.REFUSED}:
        return "none", ""
    if case.state in {State.REPLIED, State.VISITED}:
        return "none", "已答复"
    if case.paused_at is not None:
        return "none", "已暂停计时"
    left = case.due_at - now.astimezone(UTC)
    if left < timedelta(0):
        return "late", f"超时 {_span(-left)}"
    if left < timedelta(days=1):
        return "soon", f"剩 {_span(left)}"
    return "calm", f"剩 {_span(left)}"


def opinion_clock(one: Owed, now: datetime) -> tuple[str, str]:
    """How something owed of an opinion item stands: a tone for the page and words."""
    if one.step is not None:
        if one.step.done_at is None:
            return "none", "不需要"
        late = one.step.done_at - one.due_at
        return ("none", "按时完成") if one.in_time else ("late", f"超时 {_span(late)}完成")
    left = one.due_at - now.astimezone(UTC)
    pressing = one.pressing(now)
    if pressing is OpinionAlertKind.LATE:
        return "late", f"已超时 {_span(-left)}"
    tone = "calm" if pressing is None else "soon"
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    if minutes < 60:
        return tone, f"剩 {minutes} 分钟"
    return tone, f"剩 {-(-minutes // 60)} 小时"


def _span(length: timedelta) -> str:
    hours = int(length.total_seconds() // 3600)
    if hours >= 24:
        return f"{hours // 24} 天"
    return f"{hours} 小时" if hours else f"{max(1, int(length.total_seconds() // 60))} 分钟"
