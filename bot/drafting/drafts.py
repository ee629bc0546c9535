"""Drafts of replies for a case: from published content and from earlier replies to its likes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases.calendar import local_day
from bot.cases.model import Case, DemandType
from bot.cases.ports import CaseWording
from bot.cases.replying import template
from bot.drafting.composing import compose, from_answer, from_reply, office_line, satisfied
from bot.drafting.model import Draft, DraftUse, Letter, Replied, Source
from bot.drafting.ports import Content, DraftStorage
from bot.drafting.ranking import LEAST, likeness
from bot.drafting.replied import RepliedCases

SOURCES = 3
"""Earlier replies shown; the measured figures are of the first three."""
LOOKED_AT = 12
"""Earlier letters read in full, of which those most alike are shown."""
_QUESTION_CHARS = 120
_TITLE_CHARS = 10


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """A draft for a case.

    Args:
        ready: the earlier replies were looked through; False: they are still being read.
    """

    draft: Draft
    ready: bool = True


class Drafts:
    """Suggests drafts; never sends one.

    Args:
        storage: the database.
        content: published content.
        wording: the city's words around a reply.
    """

    def __init__(self, storage: DraftStorage, content: Content, wording: CaseWording) -> None:
        self._storage, self._content, self._wording = storage, content, wording
        self._replied = RepliedCases(storage)

    async def close(self) -> None:
        """Stop reading earlier replies."""
        await self._replied.close()

    async def suggest(self, case: Case, demands: Sequence[str] = ()) -> Suggested:
        """A draft for a case; the plain frame where nothing is alike enough.

        Args:
            case: to be replied to.
            demands: where its text names several.
        """
        answer = await self._content.answered(_question(case))
        found = await self._replied.like(letter_of(case), LOOKED_AT)
        draft = await asyncio.to_thread(
            drafted, case, demands, from_answer(answer), found or (), self._wording
        )
        return Suggested(draft=draft, ready=found is not None)

    async def use(self, since: datetime, before: datetime, department: str = "") -> DraftUse:
        """How many replies of a half-open span were begun from a draft."""
        async with self._storage.read() as unit:
            return await unit.replied.drafted(since, before, department)


def drafted(
    case: Case,
    demands: Sequence[str],
    documents: Sequence[Source],
    found: Sequence[Replied],
    wording: CaseWording,
) -> Draft:
    """The draft for a case from documents and from the earlier letters that fit best. Pure."""
    letter = letter_of(case)
    asked = f"{letter.title}\n{letter.text}"
    earlier = most_alike(found, asked, letter.department)
    own = (one for one in found if one.department and one.department == letter.department)
    phone = next((line for line in map(office_line, own) if line), "")

    def frame(answers: Sequence[str]) -> str:
        return template(case, wording, demands, phone, answers)

    return satisfied(
        compose(
            (*documents, *earlier),
            asked,
            demands,
            frame,
            wording.say("reply_draft_blank"),
            told_suffices=case.demand_type is DemandType.CONSULTATION,
        )
    )


def letter_of(case: Case) -> Letter:
    """A case as its likes are looked for."""
    return Letter(
        id=case.id,
        title=case.title,
        text=case.matter,
        department=case.lead_department,
        demand_type=case.demand_type.value,
        category=case.category[0] if case.category else "",
        day=local_day(case.opened_at),
    )


def most_alike(found: Sequence[Replied], asked: str, department: str) -> list[Source]:
    """The sources worth showing, in the order they were found: alike enough, with something said.

    Replies word for word the same (one matter, several letters) are shown once.
    """
    shown: list[Source] = []
    for one in found:
        if len(shown) == SOURCES or likeness(asked, f"{one.title}\n{one.text}") < LEAST:
            continue
        source = from_reply(one, asked, department)
        said = [sentence.text for sentence in source.sentences]
        told = any(said == [each.text for each in before.sentences] for before in shown)
        if said and not told:
            shown.append(source)
    return shown


def _question(case: Case) -> str:
    """What the content is asked: the title, or the beginning where that is all the title is."""
    text = " ".join(case.matter.split())
    if case.title and not text.startswith(case.title[:_TITLE_CHARS].rstrip("…")):
        return case.title
    return text[:_QUESTION_CHARS]
