"""What the desk's codes are called, and how numbers and lengths of time are written there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise

from bot.calls.model import CallState
from bot.calls.order import Field
from bot.calls.wrapping import NAMES as WRAP_UPS
from bot.calls.wrapping import OUTCOMES as OUTCOMES
from bot.calls.wrapping import STATES as STATES
from bot.calls.wrapping import CallBackOutcome, WrapUp
from bot.cases.model import DemandType
from bot.privacy import mask_phone
from connectors.calls import Leg

LEGS: Mapping[Leg, str] = {Leg.CITIZEN: "市民", Leg.OPERATOR: "话务员"}

EMERGENCIES: Mapping[str, str] = {
    "110": "公安报警",
    "119": "火警",
    "120": "医疗急救",
    "122": "交通事故报警",
}

FIELDS: Mapping[Field, str] = {
    Field.DEMAND_TYPE: "诉求类型",
    Field.CATEGORY: "分类",
    Field.PLACE: "地点",
    Field.OCCURRED_AT: "时间",
    Field.TITLE: "标题",
    Field.TEXT: "诉求内容",
    Field.CONTACT_NAME: "联系人",
    Field.CONTACT_PHONE: "联系电话",
    Field.ANONYMOUS: "匿名",
    Field.CONFIDENTIAL: "保密",
}
"""In the order of the form."""
TICKS = frozenset({Field.ANONYMOUS, Field.CONFIDENTIAL})
LONGEST: Mapping[Field, int] = {
    Field.TITLE: 200,
    Field.TEXT: 5000,
    Field.PLACE: 200,
    Field.OCCURRED_AT: 100,
    Field.CATEGORY: 100,
    Field.CONTACT_NAME: 40,
    Field.CONTACT_PHONE: 40,
}
DEMAND_TYPES = tuple(one.value for one in DemandType)
SOURCES: Mapping[str, str] = {"heard": "听到", "told": "来电", "typed": "手填"}

WRAP_UP_NAMES = WRAP_UPS
_TROUBLES: Mapping[str, str] = {
    "password": "密码不对",
    "unreachable": "连不上",
    "certificate": "证书不对",
    "lost": "连接断开",
    "disconnected": "连接断开",
    "ended": "连接断开",
    "silent": "没有回应",
    "acl": "对方不允许这台机器连接",
    "may_not_ask": "账号权限不够",
    "may_not_control": "账号没有转接的权限",
    "refused": "对方没有接受",
    "error": "对方出错",
    "no_banner": "没有回应",
    "no_greeting": "没有回应",
}
"""A feed's code, without the name of its kind."""
_REFUSALS: Mapping[str, str] = {
    "no_such_call": "找不到这通电话，市民可能已经挂断",
    "transfer_not_allowed": "不允许转接到这个号码",
    "unsupported": "对方不支持这样做",
    "misconfigured": "设置有误，请告诉管理员",
}
"""A call centre's control's code, the same whichever call centre it is."""

KEYS = (
    ("Alt+1 / 2 / 3", "采用第几条建议"),
    ("Alt+Shift+1 / 2 / 3", "修改第几条建议再采用"),
    ("Alt+0", "这些建议都不用"),
    ("Ctrl+K 或 /", "查政策"),
    ("Alt+G", "到工单"),
    ("Alt+Enter", "登记工单"),
    ("Alt+J", "并入第一件相似工单"),
    ("Alt+T 再按回车", "转接紧急电话"),
    ("Alt+Y", "手工记一句话"),
    ("Alt+W", "到办结"),
    ("Alt+N", "打开下一通我的电话"),
    ("?", "显示快捷键"),
    ("Esc", "离开输入框，关闭弹出的内容"),
)


def masked_number(caller: str) -> str:
    """A number as a list shows it to anybody."""
    return mask_phone(caller) if caller else "号码未显示"


def trouble(code: str) -> str:
    """Why a call centre does not let us in."""
    return _TROUBLES.get(code.partition("_")[2] or code, f"连接有问题（{code}）")


def refusal(code: str) -> str:
    """Why a call centre did not do what it was asked."""
    silent = "没有回应，不知道是否办成" if "_silent" in code or code.endswith("_lost") else ""
    return _REFUSALS.get(code) or silent or trouble(code)


def spaced(number: str) -> str:
    """A number in groups, as it is read out: 139 0000 0012, 2026 1126 000001, 495 305."""
    cuts = _GROUPS.get(len(number), range(4, len(number), 4))
    edges = [0, *cuts, len(number)]
    return " ".join(number[a:b] for a, b in pairwise(edges))


_GROUPS = {11: (3, 7), 14: (4, 8), 6: (3,)}


def length(seconds: float | None) -> str:
    """Such as `1:05`; nothing where it is not known."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def share(part: float | None) -> str:
    """Such as `93%`; a dash where there is nothing to divide."""
    return "—" if part is None else f"{part:.0%}"


def seconds(value: float | None) -> str:
    """Such as `8 秒`; a dash where it is not known."""
    return "—" if value is None else f"{value:.0f} 秒"


def since(moment: datetime, now: datetime) -> str:
    """How long it has been, such as `1:05`."""
    return length((now - moment).total_seconds())


__all__ = [
    "DEMAND_TYPES",
    "EMERGENCIES",
    "FIELDS",
    "KEYS",
    "LEGS",
    "LONGEST",
    "OUTCOMES",
    "SOURCES",
    "STATES",
    "TICKS",
    "WRAP_UP_NAMES",
    "CallBackOutcome",
    "CallState",
    "WrapUp",
    "length",
    "masked_number",
    "refusal",
    "seconds",
    "share",
    "since",
    "spaced",
    "trouble",
]
