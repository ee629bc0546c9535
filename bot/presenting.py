"""How answers and cases are told to a citizen: our values → `Reply`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol
from urllib.parse import quote

from bot.cases.model import Case, State
from bot.cases.notices import due_on, reply_case
from connectors.base import Reply, ReplyCitation, ReplyKind, ReplyOption, ReplySentence
from knowledge.model import Answer, AnswerKind, Citation, Document, Form, Rephrased, WayOn

_PICTURE = re.compile(r"https?://\S+\.(?:jpe?g|png|gif)", re.IGNORECASE)


class Say(Protocol):
    """The city's wording: key and values → the text."""

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in."""


def options(say: Say, *keys: str) -> tuple[ReplyOption, ...]:
    """Quick replies whose label is also what they send."""
    return tuple(ReplyOption(label=say(key), text=say(key)) for key in keys)


def answer_reply(
    answer: Answer, rephrased: Rephrased | None = None, *, say: Say, base_url: str
) -> Reply:
    """An answer as the citizen reads it.

    Args:
        answer: what content came to.
        rephrased: its quotes in plainer words, which go beside them.
        say: the city's wording.
        base_url: where our pages are, without a slash at the end; a document without an address
            of its own is linked to its page here.
    """
    if answer.kind is AnswerKind.NONE:
        return Reply(text=say("not_found"), options=_ways_on(answer, say))
    citations = tuple(_citation(citation, base_url) for citation in answer.citations)
    if answer.kind is AnswerKind.CHOICES:
        return Reply(
            kind=ReplyKind.CHOICES,
            text=say("choices"),
            citations=citations,
            options=(
                *(ReplyOption(label=c.label, text=c.question) for c in answer.choices),
                *options(say, "choices_none"),
            ),
        )
    parts = [answer.text, answer.note]
    if answer.kind is AnswerKind.REFUTATION:
        parts.insert(0, say("refutation_first"))
    text = "\n".join(part for part in parts if part)
    plainer = tuple(
        ReplySentence(text=each.text, citation=each.citation)
        for each in (rephrased.sentences if rephrased else ())
    )
    return Reply(
        kind=ReplyKind.ANSWER,
        text=text,
        citations=citations,
        rephrased=plainer,
        options=options(say, "option_helpful", "option_unhelpful"),
    )


def told_by_chart(reply: Reply, document: Callable[[str], Document | None]) -> Reply:
    """The reply with form and picture of what it cites, where that is told by a chart."""
    return replace(reply, citations=tuple(_charted(c, document) for c in reply.citations))


def case_reply(case: Case, *, query_code: str, say: Say, key: str = "") -> Reply:
    """What the citizen is told when a case was opened.

    Args:
        case: as opened.
        query_code: told once, here.
        say: the city's wording.
        key: the wording's; empty: by whether a department has it already.
    """
    dispatched = case.state is State.DISPATCHED
    return Reply(
        kind=ReplyKind.CASE,
        text=say(
            key or ("case_opened" if dispatched else "case_opened_triage"),
            number=case.number,
            query_code=query_code,
            department=case.lead_department or say("department_pending"),
            due_on=due_on(case) or say("due_pending"),
        ),
        case=reply_case(case, query_code),
    )


def _ways_on(answer: Answer, say: Say) -> tuple[ReplyOption, ...]:
    keys = []
    if WayOn.OPEN_CASE in answer.ways_on:
        keys.append("open_case_offer")
    if WayOn.ASK_PERSON in answer.ways_on:
        keys.append("option_human")
    return options(say, *keys)


def _charted(citation: ReplyCitation, document: Callable[[str], Document | None]) -> ReplyCitation:
    cited = document(citation.document_id)
    if cited is None or cited.form is not Form.CHART:
        return citation
    pictures = (a.url for a in cited.attachments if _PICTURE.fullmatch(a.url))
    return replace(citation, form=cited.form.value, picture=next(pictures, ""))


def _citation(citation: Citation, base_url: str) -> ReplyCitation:
    page = f"{base_url}/documents/{quote(citation.document_id, safe='')}"
    return ReplyCitation(
        document_id=citation.document_id,
        title=citation.title,
        number=citation.number,
        department=citation.department,
        published_on=citation.published_on.isoformat() if citation.published_on else "",
        url=citation.url or page,
        place=citation.place,
        start=citation.start,
        end=citation.end,
    )
