"""Documents, passages, citations and answers: the values every part of `knowledge` exchanges."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a document is."""

    POLICY = "policy"
    INTERPRETATION = "interpretation"
    GUIDE = "guide"
    FAQ = "faq"
    REFUTATION = "refutation"
    NOTICE = "notice"


class Form(StrEnum):
    """How an interpretation is told (the work plan counts the forms beyond text)."""

    TEXT = "text"
    QA = "qa"
    CHART = "chart"
    AUDIO_VIDEO = "audio_video"
    EXPERT = "expert"
    FIRST_INTERPRETER = "first_interpreter"


class Life(StrEnum):
    """Where a document stands: draft → checked → published → replaced or repealed."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    REPLACED = "replaced"
    REPEALED = "repealed"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file a document links to."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """One published text, one version of it.

    Args:
        id: kept as given on import, else derived from the content's source.
        text: plain text, paragraphs separated by a newline, tables as rows "head：value；…".
        department: the issuing organ (发文机关), or the source the page names.
        number: document number (发文字号), such as 丰府办字〔2021〕10号.
        issued_on: 成文日期; published_on: 发布日期; both calendar dates in Asia/Shanghai.
        valid_from, valid_to: first and last day of validity, both inclusive, None where open.
        policy_id: for an interpretation, the document it interprets.
        replaced_by: the document that took its place.
        version: 1, 2, …: a changed import is a new version.
        content_hash: hex SHA-256 over title, text and metadata; equal hash, nothing to import.
    """

    id: str
    title: str
    text: str
    kind: Kind = Kind.POLICY
    form: Form = Form.TEXT
    url: str = ""
    department: str = ""
    number: str = ""
    index_number: str = ""
    issued_on: date | None = None
    published_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    life: Life = Life.DRAFT
    policy_id: str = ""
    replaced_by: str = ""
    version: int = 1
    content_hash: str = ""
    sample: bool = False
    attachments: tuple[Attachment, ...] = ()

    def quotable_on(self, day: date) -> bool:
        """True where the document may be quoted on that day: published and valid."""
        return (
            self.life is Life.PUBLISHED
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a document that can be found by itself.

    Args:
        heading_path: headings from the title down, outermost first, without the title.
        start, end: characters of the document's text, so that text[start:end] == self.text.
        question: for a question-answer pair, the question; the passage's text is the answer.
    """

    document_id: str
    ordinal: int
    text: str
    start: int
    end: int
    heading_path: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where quoted text stands.

    Args:
        place: the place inside the document in words, such as "二、（三）" or "第五条".
        start, end: characters of the document's text that were quoted.
    """

    document_id: str
    title: str
    number: str = ""
    department: str = ""
    published_on: date | None = None
    url: str = ""
    place: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A quoted sentence, word for word, and the index of its citation in the answer."""

    text: str
    citation: int


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several documents that fit ("您是不是想问")."""

    document_id: str
    label: str
    question: str


class WayOn(StrEnum):
    """What a citizen can do when the content holds no answer."""

    ASK_PERSON = "ask_person"
    OPEN_CASE = "open_case"
    REPHRASE = "rephrase"


class AnswerKind(StrEnum):
    """How an answer answers."""

    DIRECT = "direct"
    CHOICES = "choices"
    REFUTATION = "refutation"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class ScoredDocument:
    """A document found, with its fused score (comparable only inside one answer)."""

    id: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question.

    Args:
        quotes: for direct and refutation, in reading order; empty otherwise.
        choices: for choices, best first, at most three.
        ways_on: for none (and as a last resort beside choices).
        documents: the documents considered, best first.
        confidence: 0 to 1, calibrated on questions with known documents.
        note: a sentence about validity, such as what replaced a repealed policy; or empty.
    """

    kind: AnswerKind
    question: str
    quotes: tuple[Quote, ...] = ()
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    ways_on: tuple[WayOn, ...] = ()
    documents: tuple[ScoredDocument, ...] = ()
    confidence: float = 0.0
    note: str = ""

    @property
    def text(self) -> str:
        """The quoted text as one string; each quote keeps its own punctuation."""
        return "".join(quote.text for quote in self.quotes)


@dataclass(frozen=True, kw_only=True)
class RephrasedSentence:
    """A sentence in plainer words, and the index of the citation whose quote supports it."""

    text: str
    citation: int


@dataclass(frozen=True, kw_only=True)
class Rephrased:
    """What an answer's quotes say in plainer words. It goes beside the quotes, never instead."""

    sentences: tuple[RephrasedSentence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What one import did; a bad file is reported and the others are imported.

    Args:
        failed: pairs of file name and a reason in Chinese.
        linked: pairs of an interpretation's id and its policy's, found in this import.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = field(default=())
    linked: tuple[tuple[str, str], ...] = ()
