"""How a request can end: the rows of the yearly table, each with the articles it rests on. Pure.

Source of the rows: 国办公开办函〔2021〕30号, table three; of the articles: 国令711号 (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """办理结果: a row of the yearly table each."""

    GRANTED = "granted"
    PARTIAL = "partial"
    SECRET = "secret"  # noqa: S105 - a state secret, no password
    FORBIDDEN = "forbidden"
    SAFETY = "safety"
    THIRD_PARTY = "third_party"
    INTERNAL = "internal"
    PROCESS = "process"
    ENFORCEMENT = "enforcement"
    INQUIRY = "inquiry"
    NOT_HELD = "not_held"
    NOT_READY_MADE = "not_ready_made"
    STILL_UNCLEAR = "still_unclear"
    PETITION = "petition"
    REPEATED = "repeated"
    PUBLICATION = "publication"
    TOO_MANY = "too_many"
    CONFIRM_AGAIN = "confirm_again"
    NOT_CORRECTED = "not_corrected"
    UNPAID = "unpaid"
    OTHER = "other"


class Group(StrEnum):
    """The six kinds of results."""

    GRANTED = "granted"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNABLE = "unable"
    NOT_HANDLED = "not_handled"
    OTHER = "other"


GROUPS: Mapping[Group, str] = {
    Group.GRANTED: "（一）予以公开",
    Group.PARTIAL: "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    Group.REFUSED: "（三）不予公开",
    Group.UNABLE: "（四）无法提供",
    Group.NOT_HANDLED: "（五）不予处理",
    Group.OTHER: "（六）其他处理",
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a result is.

    Args:
        group: which of the six.
        title: its row as the table prints it; of a group without rows of its own, the short name.
        articles: of the regulation, as a letter must cite at least one of them.
    """

    group: Group
    title: str
    articles: tuple[str, ...]


def _kind(group: Group, title: str, *articles: str) -> Kind:
    return Kind(group=group, title=title, articles=articles)


RESULTS: Mapping[Result, Kind] = {
    Result.GRANTED: _kind(Group.GRANTED, "予以公开", "第三十六条"),
    Result.PARTIAL: _kind(Group.PARTIAL, "部分公开", "第三十七条"),
    Result.SECRET: _kind(Group.REFUSED, "1.属于国家秘密", "第十四条"),
    Result.FORBIDDEN: _kind(Group.REFUSED, "2.其他法律行政法规禁止公开", "第十四条"),
    Result.SAFETY: _kind(Group.REFUSED, "3.危及“三安全一稳定”", "第十四条"),
    Result.THIRD_PARTY: _kind(Group.REFUSED, "4.保护第三方合法权益", "第十五条", "第三十二条"),
    Result.INTERNAL: _kind(Group.REFUSED, "5.属于三类内部事务信息", "第十六条"),
    Result.PROCESS: _kind(Group.REFUSED, "6.属于四类过程性信息", "第十六条"),
    Result.ENFORCEMENT: _kind(Group.REFUSED, "7.属于行政执法案卷", "第十六条"),
    Result.INQUIRY: _kind(Group.REFUSED, "8.属于行政查询事项", "第三十六条"),
    Result.NOT_HELD: _kind(Group.UNABLE, "1.本机关不掌握相关政府信息", "第三十六条"),
    Result.NOT_READY_MADE: _kind(Group.UNABLE, "2.没有现成信息需要另行制作", "第三十八条"),
    Result.STILL_UNCLEAR: _kind(Group.UNABLE, "3.补正后申请内容仍不明确", "第三十条"),
    Result.PETITION: _kind(Group.NOT_HANDLED, "1.信访举报投诉类申请", "第三十九条"),
    Result.REPEATED: _kind(Group.NOT_HANDLED, "2.重复申请", "第三十六条"),
    Result.PUBLICATION: _kind(Group.NOT_HANDLED, "3.要求提供公开出版物", "第三十九条"),
    Result.TOO_MANY: _kind(Group.NOT_HANDLED, "4.无正当理由大量反复申请", "第三十五条"),
    Result.CONFIRM_AGAIN: _kind(
        Group.NOT_HANDLED, "5.要求行政机关确认或重新出具已获取信息", "第三十六条"
    ),
    Result.NOT_CORRECTED: _kind(
        Group.OTHER,
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "第三十条",
    ),
    Result.UNPAID: _kind(
        Group.OTHER,
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        "第四十二条",
    ),
    Result.OTHER: _kind(Group.OTHER, "3.其他", "第三十六条"),
}

BY_ITSELF = frozenset({Result.NOT_CORRECTED})
"""Comes of a move of its own, never of a decision."""


def name_of(result: Result) -> str:
    """A result in words that stand alone, such as 不予公开：属于国家秘密."""
    kind = RESULTS[result]
    _, _, row = kind.title.rpartition(".")
    group = GROUPS[kind.group].partition("）")[2].partition("（")[0]
    return group if kind.group in {Group.GRANTED, Group.PARTIAL} else f"{group}：{row}"
