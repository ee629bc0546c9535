"""Which column of a city's export holds what: known headings, and a mapping the city writes. Pure.

The headings known without a mapping are those that hotline systems commonly write into a case list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import Invalid

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "external_number": ("外部编号", "工单编号", "工单号", "受理编号", "诉求编号", "编号", "number"),
    "title": ("标题", "工单标题", "诉求标题", "主题", "事项标题"),
    "text": (
        "内容",
        "诉求内容",
        "工单内容",
        "反映内容",
        "问题描述",
        "诉求描述",
        "事项描述",
        "来电内容",
    ),
    "demand_type": ("诉求类型", "工单类型", "诉求类别", "业务类型", "工单类别", "来电类型"),
    "place": ("地点", "事发地点", "诉求地点", "详细地址", "事发地址", "发生地点", "地址"),
    "territory": ("属地", "所属镇街", "所属区域", "事发区域", "镇街", "乡镇街道"),
    "occurred_at": ("发生时间", "事发时间"),
    "contact_name": ("联系人", "来电人", "诉求人", "市民姓名", "来电人姓名", "诉求人姓名", "姓名"),
    "contact_phone": (
        "联系电话",
        "来电号码",
        "联系方式",
        "联系号码",
        "来电电话",
        "手机号码",
        "电话",
    ),
    "anonymous": ("匿名", "是否匿名"),
    "confidential": ("保密", "是否保密"),
    "department": (
        "主办单位",
        "承办单位",
        "责任单位",
        "办理单位",
        "处理单位",
        "承办部门",
        "主办部门",
    ),
    "supporting": ("协办单位", "协办部门", "配合单位"),
    "reply_text": ("答复", "处理结果", "办理结果", "答复内容", "回复内容", "办理情况", "反馈内容"),
    "rating": ("评价", "满意度", "满意度评价", "评价结果", "满意情况", "办理结果满意度"),
    "opened_at": (
        "受理时间",
        "来电时间",
        "登记时间",
        "创建时间",
        "诉求时间",
        "工单时间",
        "派单时间",
    ),
    "due_at": ("办理时限", "办结时限", "截止时间", "要求办结时间", "到期时间", "期限"),
    "replied_at": ("答复时间", "反馈时间", "回复时间"),
    "closed_at": ("办结时间", "完成时间", "结案时间", "归档时间"),
}
"""Our field → headings it is found under, the likeliest first; its own name is one as well."""

NEEDED = ("text", "opened_at")
"""Of past cases."""
NEEDED_OPEN = ("text",)
"""Of orders that are still open."""
_ONLY_OPEN = frozenset({"due_at"})
REASON = "未导入原因"
"""The column a file of refused rows has beside its own; never taken."""

_LINES = frozenset({"text", "reply_text"})
_TOGETHER = frozenset({"place"})
_MARKS = re.compile(r"[\s*:：\ufeff]+")
_IN_BRACKETS = re.compile(r"[(\[【].*$")


@dataclass(frozen=True, kw_only=True)
class ColumnMap:
    """What a city says about its own columns.

    Args:
        columns: our field → their headings.
        values: our field → their word → ours; an empty one of ours: nothing is taken.
        formats: how times are written, as `strptime` takes it; tried before the usual ways.
        still_open: the file holds orders that are still open, not past cases.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    still_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which of a file's columns are taken, and for what.

    Args:
        taken: our field → headings of the file.
        joined: fields whose headings the city named: all of them go in; else the first with
            something in it does.
        left: headings nobody takes.
    """

    taken: Mapping[str, tuple[str, ...]]
    joined: frozenset[str]
    left: tuple[str, ...]
    values: Mapping[str, Mapping[str, str]]

    def cells(self, row: Mapping[str, str]) -> dict[str, str]:
        """A row of the file, by our fields and in our words."""
        return {name: self._cell(name, row) for name in self.taken}

    def _cell(self, name: str, row: Mapping[str, str]) -> str:
        found = [cell for heading in self.taken[name] if (cell := row.get(heading, "").strip())]
        if name in self.joined and name in _LINES | _TOGETHER:
            value = ("\n" if name in _LINES else "").join(dict.fromkeys(found))
        else:
            value = found[0] if found else ""
        return self.values.get(name, {}).get(value, value)


def columns_of(headings: Iterable[str], said: ColumnMap) -> Columns:
    """What a file with these headings gives.

    Raises:
        Invalid: the mapping names headings the file has not, or a column that is needed is missing.
    """
    there = tuple(dict.fromkeys(heading for heading in headings if heading.strip()))
    by_name = {_plain(heading): heading for heading in reversed(there)}
    by_core = {_core(heading): heading for heading in reversed(there)} | by_name
    absent = [
        heading
        for headings_said in said.columns.values()
        for heading in headings_said
        if _plain(heading) not in by_name
    ]
    if absent:
        raise Invalid(
            f"对照表里的列在文件中没有：{'、'.join(absent)}。文件的列是：{_listed(there)}。"
        )
    taken = {
        name: tuple(by_name[_plain(heading)] for heading in found)
        for name, found in said.columns.items()
    }
    fields = tuple(name for name in HEADINGS if said.still_open or name not in _ONLY_OPEN)
    spoken_for = {heading for found in taken.values() for heading in found}
    for name in fields:
        if name in taken:
            continue
        found = (by_core.get(_plain(heading)) for heading in (name, *HEADINGS[name]))
        free = tuple(dict.fromkeys(h for h in found if h and h not in spoken_for))
        if free:
            taken[name] = free
    needed = NEEDED_OPEN if said.still_open else NEEDED
    missing = [HEADINGS[name][0] for name in needed if name not in taken]
    if missing:
        lacking = "和".join(f"“{name}”" for name in missing)
        raise Invalid(f"找不到{lacking}列，请用 --map 写明是哪一列。文件的列是：{_listed(there)}。")
    used = {heading for found in taken.values() for heading in found} | {REASON}
    return Columns(
        taken={name: taken[name] for name in fields if name in taken},
        joined=frozenset(said.columns),
        left=tuple(heading for heading in there if heading not in used),
        values=said.values,
    )


def _plain(heading: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", heading)).lower()


def _core(heading: str) -> str:
    """Without what stands in brackets behind: 受理时间（年月日）."""
    return _IN_BRACKETS.sub("", _plain(heading))


def _listed(headings: Sequence[str]) -> str:
    return "、".join(headings[:30]) + ("……" if len(headings) > 30 else "") or "（没有）"
