"""What a mapping may name, by our names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.departments.base import NoticeKind, UpdateKind

FIELDS: Mapping[str, str] = {
    "event_id": "事件编号",
    "kind": "操作类型",
    "at": "操作时间",
    "external_number": "工单编号",
    "case_number": "本平台工单编号",
    "title": "工单标题",
    "text": "诉求内容",
    "demand_type": "诉求类型",
    "category": "诉求分类",
    "severity": "紧急程度",
    "place": "事发地址",
    "territory": "所属镇街",
    "occurred_at": "事发时间",
    "contact_name": "诉求人",
    "contact_phone": "来电号码",
    "anonymous": "是否匿名",
    "confidential": "是否保密",
    "opened_at": "受理时间",
    "due_at": "办理时限",
    "department": "承办单位",
    "status": "工单状态",
    "reply": "办理结果",
    "reason": "理由",
    "basis": "依据",
    "note": "说明",
    "days": "延期工作日数",
    "granted": "是否同意",
    "grade": "满意度",
    "link": "本平台工单网址",
    "latitude": "纬度",
    "longitude": "经度",
}
"""Our name of a field → what it is."""

NEEDED = ("event_id", "kind", "external_number", "text", "reply", "reason")

ORDER = "order"
"""What `NoticeKind.DISPATCHED` is to a platform that has no number for the case yet: an order."""

TELL: Mapping[str, str] = {
    ORDER: "交办新工单",
    NoticeKind.DISPATCHED: "已派单位",
    NoticeKind.ACCEPTED: "已签收",
    NoticeKind.URGED: "催办",
    NoticeKind.SUPERVISED: "督办",
    NoticeKind.NOTE: "补充说明",
    NoticeKind.RETURN_DECIDED: "退单审核结果",
    NoticeKind.EXTENSION_DECIDED: "延期审核结果",
    NoticeKind.WITHDRAWN: "撤回或不予受理",
    NoticeKind.REPLIED: "答复",
    NoticeKind.RATED: "评价",
    NoticeKind.CLOSED: "办结",
}
"""Everything a platform can be told of."""

TOLD = frozenset(kind.value for kind in UpdateKind)

WORDS: Mapping[str, str] = {
    ORDER: "note",
    NoticeKind.DISPATCHED: "note",
    NoticeKind.ACCEPTED: "note",
    NoticeKind.URGED: "note",
    NoticeKind.SUPERVISED: "reason",
    NoticeKind.NOTE: "note",
    NoticeKind.RETURN_DECIDED: "reason",
    NoticeKind.EXTENSION_DECIDED: "reason",
    NoticeKind.WITHDRAWN: "reason",
    NoticeKind.REPLIED: "reply",
    NoticeKind.RATED: "note",
    NoticeKind.CLOSED: "note",
}
"""Which field a notice's words go into."""

READ: Mapping[UpdateKind, tuple[str, ...]] = {
    UpdateKind.OPENED: (),
    UpdateKind.ACCEPTED: ("note",),
    UpdateKind.NOTE: ("note", "reason"),
    UpdateKind.RETURNED: ("reason",),
    UpdateKind.EXTENSION_ASKED: ("reason",),
    UpdateKind.REPLIED: ("reply",),
    UpdateKind.RATED: ("note", "reason"),
    UpdateKind.CLOSED: ("reply",),
    UpdateKind.URGED: ("note", "reason"),
    UpdateKind.WITHDRAWN: ("reason", "note"),
}
"""Which fields an update's words come from: the first with something in it."""

ORDERED = (
    "title", "text", "demand_type", "category", "place", "occurred_at", "contact_name",
    "contact_phone", "anonymous", "confidential", "department", "opened_at", "due_at",
)  # fmt: skip
"""What of an order becomes a case."""

TIMES = frozenset({"at", "opened_at", "due_at"})
FLAGS = frozenset({"anonymous", "confidential", "granted"})
NUMBERS = frozenset({"days", "grade", "latitude", "longitude"})

_DEMANDS = ("咨询", "求助", "投诉", "举报", "建议", "表扬")
_SEVERITIES = ("normal", "urgent", "emergency")

VALUES: Mapping[str, Callable[[str], bool]] = {
    "demand_type": _DEMANDS.__contains__,
    "severity": _SEVERITIES.__contains__,
    "grade": ("1", "2", "3", "4", "5").__contains__,
    "department": bool,
    "territory": bool,
} | dict.fromkeys(FLAGS, ("true", "false").__contains__)
"""Fields whose words may be mapped → whether a word is one of ours."""

SHOULD_BE: Mapping[str, str] = {
    "demand_type": "、".join(_DEMANDS),
    "severity": "、".join(_SEVERITIES),
    "grade": "1 到 5",
    "department": "单位名称",
    "territory": "镇街名称",
} | dict.fromkeys(FLAGS, "true 或 false")
