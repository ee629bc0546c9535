"""The API's contract for staff's programs: hot issues, and cases that may be one."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from bot.web.models import Result


class HotQuery(BaseModel):
    """How many."""

    limit: int = Field(default=30, ge=1, le=100, title="最多几个", description="最多给出几个热点。")


class OpinionStepResult(Result):
    """One thing owed of an item of public opinion."""

    name: str = Field(description="应做的事")
    due_at: str = Field(description="最迟时间")
    state: Literal["owed", "done", "waived"] = Field(
        description="owed 尚未完成、done 已完成、waived 不需要"
    )
    pressing: Literal["", "soon", "late"] = Field(
        description="尚未完成的：soon 即将到时、late 已经超时；其余为空"
    )
    done_at: str = Field(description="完成时间；没有完成为空")
    in_time: bool | None = Field(description="是否按时完成；没有完成为空")
    note: str = Field(description="做了什么，或不需要的理由")
    link: str = Field(description="公开内容的链接；没有为空")


class OpinionResult(Result):
    """An item of public opinion."""

    major: bool = Field(description="是否重大、特别重大")
    state: Literal["open", "closed"] = Field(description="open 办理中、closed 已办结")
    opened_at: str
    closed_at: str = Field(description="办结时间；没有办结为空")
    due_at: dict[str, str] = Field(description="应做的事 → 最迟时间")
    steps: list[OpinionStepResult] = Field(description="各项要求，最先到时的在前")


class HotIssueResult(Result):
    """A hot issue."""

    id: str
    name: str
    place: str
    matter: str
    cases: int = Field(description="件数")
    heat: float = Field(description="热度：件数按票数和紧急程度加权，七天减半，增长时加热")
    growth: float = Field(description="近三天与此前每天件数之比，1 为没有变化")
    first_at: str
    last_at: str
    days: dict[str, int] = Field(description="日期 → 当天件数")
    channels: dict[str, int] = Field(description="渠道 → 件数")
    alerted_at: str = Field(description="预警时间；没有预警为空")
    opinion: OpinionResult | None


class HotIssuesResult(Result):
    """Those with an open item of public opinion first, the nearest hour first; then the hottest."""

    issues: list[HotIssueResult]


class SimilarResult(Result):
    """An open case that may be one with another."""

    number: str
    title: str
    department: str
    probability: float = Field(description="是同一事项的概率，0 到 1")
    reasons: list[str]


class SimilarCasesResult(Result):
    """Likeliest first."""

    cases: list[SimilarResult]


_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


class SpanQuery(BaseModel):
    """From which day to which, in China."""

    since: date | None = Field(
        default=None,
        alias="from",
        ge=_FIRST,
        le=_LAST,
        title="开始日期",
        description="默认为本月一日。",
    )
    until: date | None = Field(
        default=None,
        alias="to",
        ge=_FIRST,
        le=_LAST,
        title="结束日期",
        description="含当天，默认为今天；最多 366 天。",
    )


class FiguresResult(Result):
    """A department's figures."""

    department: str
    closed: int = Field(description="办结件数")
    rated: int = Field(description="计入的评价数，不含申诉成立的")
    grades: dict[str, int] = Field(description="五个等级 → 件数，不含申诉成立的")
    satisfied_share: float | None = Field(
        description="非常满意、满意、基本满意占计入评价的比例，0 到 1；没有评价为空"
    )
    satisfied_from: float | None = Field(description="这一比例 95% 区间的下端（Wilson）")
    satisfied_to: float | None = Field(description="上端")
    few: bool = Field(description="评价少于 5 件，比例仅供参考")
    bad: int = Field(description="差评（不满意、非常不满意）件数")
    visits: dict[str, int] = Field(
        description="差评回访：in_time 按时、late 超期、due 待回访、overdue 超期未回访、"
        "reopened 已重新办理、unknown 没有记录"
    )
    appeals: int = Field(description="申诉件数")
    upheld: int = Field(description="申诉成立件数")
    replied: int = Field(description="答复件数")
    in_time: int = Field(description="其中按时的")
    in_time_share: float | None = Field(description="按时答复的比例，0 到 1；没有答复为空")
    median_days: float | None = Field(description="从受理到答复的工作日中位数")


class SatisfactionResult(Result):
    """Every department's figures, or the reader's own; counted on the day each thing happened."""

    since: str
    until: str
    departments: list[FiguresResult]
    total: FiguresResult
