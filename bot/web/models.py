"""The API's contract: what comes in and what goes out. `openapi.py` describes it from here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.web.reading import clean

Text = Annotated[
    str, BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)
]

QUESTION_CHARS = 2000
"""As many as the content is searched for; longer letters go through the chat or become cases."""
MESSAGE_CHARS = 20_000
"""The same as the setting's default; the setting is enforced beside it."""
CASE_CHARS = MESSAGE_CHARS

CONVERSATION_PATTERN = r"^webchat:[A-Za-z0-9_-]{32,64}$"
MESSAGE_ID_PATTERN = r"^[A-Za-z0-9_-]{8,64}$"
NUMBER_PATTERN = r"^\d{14}$"


class Request(BaseModel):
    """What a program or form sends; unknown fields are refused, so that a typo is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ChatRequest(Request):
    """One thing a citizen says."""

    text: Text = Field(
        min_length=1, max_length=MESSAGE_CHARS, title="内容", examples=["高龄津贴怎么申请？"]
    )
    conversation_id: str | None = Field(
        default=None,
        pattern=CONVERSATION_PATTERN,
        title="会话编号",
        description="上一次回应给出的会话编号；不填则开始新的会话。",
    )
    message_id: str | None = Field(
        default=None,
        pattern=MESSAGE_ID_PATTERN,
        title="消息编号",
        description="客户端生成的消息编号；用同一编号重发不会重复处理。",
    )


class RepliesQuery(Request):
    """From where on, and how long to wait for something new."""

    after: str = Field(
        default="", max_length=64, title="起点", description="已收到的最后一条回复的编号。"
    )
    wait_s: float = Field(
        default=0, ge=0, le=25, title="等待秒数", description="没有新回复时最多等待的秒数。"
    )


class AnswerRequest(Request):
    """One question, outside any conversation."""

    question: Text = Field(
        min_length=1, max_length=QUESTION_CHARS, title="问题", examples=["异地就医怎么备案？"]
    )


class RouteRequest(Request):
    """An item whose responsible department is asked for; nothing is stored."""

    text: Text = Field(
        min_length=1,
        max_length=CASE_CHARS,
        title="诉求内容",
        examples=["剑光街道路灯坏了三天没人修"],
    )
    title: Text = Field(default="", max_length=200, title="标题")
    place: Text = Field(default="", max_length=200, title="地点")


DemandName = Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"]


class CaseRequest(Request):
    """A case to open."""

    text: Text = Field(min_length=1, max_length=CASE_CHARS, title="诉求内容")
    title: Text = Field(
        default="", max_length=200, title="标题", description="不填则取内容的开头。"
    )
    demand_type: DemandName | None = Field(
        default=None, title="诉求类型", description="不填则由系统判断。"
    )
    place: Text = Field(default="", max_length=200, title="地点")
    occurred_at: Text = Field(
        default="", max_length=100, title="发生时间", description="市民的原话即可。"
    )
    contact_name: Text = Field(default="", max_length=80, title="联系人")
    contact_phone: Text = Field(
        default="", max_length=40, pattern=r"^$|^[0-9+\-() ]{5,40}$", title="联系电话"
    )
    anonymous: bool = Field(default=False, title="匿名")
    confidential: bool = Field(default=False, title="要求保密")
    may_publish: bool = Field(
        default=False, title="同意公开", description="隐去个人信息后公开诉求和答复。"
    )
    request_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{16,64}$",
        title="请求编号",
        description="调用方生成的不可猜测的编号；用同一编号重发得到同一工单。",
    )


class NoteRequest(Request):
    """Words the citizen adds to their case."""

    text: Text = Field(min_length=1, max_length=2000, title="补充内容")


class RateRequest(Request):
    """A grade of 好差评."""

    grade: int = Field(
        ge=1,
        le=5,
        title="评价",
        description="5 非常满意，4 满意，3 基本满意，2 不满意，1 非常不满意。",
    )


class FeedbackRequest(Request):
    """Whether an answer helped."""

    helpful: bool = Field(title="有帮助")
    comment: Text = Field(
        default="",
        max_length=200,
        title="补充",
        description="没有帮助时，哪里没说清楚；不填则保留先前的补充。",
    )


class EventsQuery(Request):
    """Steps after the one already known."""

    after: int = Field(default=0, ge=0, title="起点", description="已知的最后一步的序号。")


class Result(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True)


class CitationResult(Result):
    """Where quoted text stands."""

    document_id: str
    title: str
    number: str = Field(description="发文字号")
    department: str = Field(description="发文机关或来源")
    published_on: str = Field(description="发布日期，如 2026-01-31；未知为空")
    url: str
    place: str = Field(description="文内位置，如 二、（三）")
    start: int = Field(description="引文在全文中的起始字符")
    end: int = Field(description="引文在全文中的结束字符（不含）")


class SentenceResult(Result):
    """A quote in plainer words; the quotes it stands beside are what counts."""

    text: str
    citation: int = Field(description="依据的引文在 citations 中的序号，从 0 起")


class OptionResult(Result):
    """A quick reply."""

    label: str
    text: str = Field(description="选择后应作为市民的话发送")


class CaseCard(Result):
    """A case as told to the citizen."""

    number: str
    state: str
    query_code: str = Field(description="只在开立时给出一次")
    department: str
    due_at: str


class ReplyResult(Result):
    """One reply."""

    id: str
    at: str
    kind: Literal["text", "answer", "choices", "case", "notice"]
    text: str
    citations: list[CitationResult]
    options: list[OptionResult]
    case: CaseCard | None
    rephrased: list[SentenceResult] = Field(
        default=[], description="根据 text 中的原文整理的话；没有启用或者没有通过核对则为空"
    )


class ChatResult(Result):
    """The replies that were ready in time."""

    conversation_id: str
    message_id: str
    replies: list[ReplyResult]
    pending: bool = Field(description="还在处理，请用 replies 接口继续等待")


class FeedbackResult(Result):
    """What was kept; said again, the last word counts."""

    reply_id: str
    helpful: bool
    comment: str
    at: str


class RepliesResult(Result):
    """Replies since."""

    replies: list[ReplyResult]
    cursor: str = Field(description="下一次请求的 after")


class QuoteResult(Result):
    """A quoted sentence, word for word."""

    text: str
    citation: int = Field(description="citations 中的序号，从 0 起")


class ChoiceResult(Result):
    """One of several documents that fit."""

    document_id: str
    label: str
    question: str


class DocumentScore(Result):
    """A document that was considered."""

    id: str
    score: float


class AnswerResult(Result):
    """The answer to a question."""

    kind: Literal["direct", "choices", "refutation", "none"]
    question: str
    text: str
    quotes: list[QuoteResult]
    rephrased: list[SentenceResult] = Field(
        description="根据 quotes 整理的话；没有启用或者没有通过核对则为空"
    )
    citations: list[CitationResult]
    choices: list[ChoiceResult]
    ways_on: list[Literal["ask_person", "open_case", "rephrase"]]
    documents: list[DocumentScore]
    confidence: float
    note: str


class DepartmentResult(Result):
    """A department that may be responsible."""

    name: str
    confidence: float


class PersonResult(Result):
    """Somebody the text speaks of, as it stands there."""

    name: str
    role: str


class MarksResult(Result):
    """What is to be seen about an item before anybody handles it."""

    sentiment: Literal["calm", "annoyed", "angry", "desperate"] = Field(title="情绪")
    sensitive: list[str] = Field(title="敏感情形")
    anonymous: bool = Field(title="要求匿名")
    confidential: bool = Field(title="要求保密")
    persons: list[PersonResult] = Field(title="涉及的人")
    reasons: list[str]


class PartResult(Result):
    """One of several demands in one text."""

    text: str
    demand_type: DemandName
    departments: list[DepartmentResult]
    territory: str
    severity: Literal["normal", "urgent", "emergency"]
    auto: bool


class RouteResult(Result):
    """What an item is and whose it is."""

    demand_type: DemandName
    category: list[str]
    departments: list[DepartmentResult]
    supporting: list[str]
    territory: str
    severity: Literal["normal", "urgent", "emergency"]
    reasons: list[str]
    auto: bool = Field(description="把握足够，可直接派单")
    emergency_number: str
    statutory_way: str
    marks: MarksResult
    parts: list[PartResult] = Field(description="一段话里有几件事时，每件各是什么；只有一件时为空")


class StepResult(Result):
    """One step a case has taken, as the citizen may know it."""

    seq: int
    at: str
    title: str
    text: str


class CaseResult(Result):
    """A case, to whom it belongs."""

    number: str
    state: str
    state_name: str
    demand_type: DemandName
    title: str
    text: str
    department: str
    opened_at: str
    due_at: str
    reply: str
    rating: int | None
    steps: list[StepResult]


class OpenedResult(Result):
    """A case that was opened, or the one the same request opened before."""

    number: str
    query_code: str
    created: bool
    state: str
    state_name: str
    department: str
    due_at: str
    emergency_number: str
    statutory_way: str


class StepsResult(Result):
    """Steps since."""

    steps: list[StepResult]


class ErrorBody(Result):
    """What went wrong."""

    code: str
    message: str
    fields: dict[str, str]


class ErrorResult(Result):
    """The one shape of every error."""

    error: ErrorBody
