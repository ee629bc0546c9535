"""The API's contract for staff's programs: hot issues, and cases that may be one."""

from __future__ import annotations

from pydantic import BaseModel, Field

from bot.web.models import Result


class HotQuery(BaseModel):
    """How many."""

    limit: int = Field(default=30, ge=1, le=100, title="最多几个", description="最多给出几个热点。")


class OpinionResult(Result):
    """An item of public opinion."""

    major: bool = Field(description="是否重大、特别重大")
    opened_at: str
    due_at: dict[str, str] = Field(description="应做的事 → 最迟时间")


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
    """Hottest first."""

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
