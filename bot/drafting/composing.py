"""A draft put together from sentences that stand in its sources. Pure; it invents no sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.cases.masking import masked
from bot.drafting.model import Draft, DraftSentence, Replied, Source, SourceKind, SourceSentence
from bot.drafting.ranking import LEAST, RATHER, likeness
from bot.drafting.sentences import (
    Says,
    Sentence,
    may_be_reused,
    persons_of,
    sentences,
    statements,
    with_blanks,
)
from bot.drafting.sentences import likeness as sentences_alike
from bot.privacy import mobiles
from knowledge.model import Answer, AnswerKind
from nlu.text import bigrams

SHOWN = 6
"""Sentences of one source that are offered at most."""
_TAKEN = 3
"""Sentences taken from the earlier reply most alike; of each other one, one."""
_QUOTED = 3
_SAME = 0.6
"""Sentences so much alike say the same: the later one is left out."""
_WEIGHT = {
    Says.BASIS: 4.0,
    Says.CONDITION: 3.0,
    Says.EXPLANATION: 2.0,
    Says.MEASURE: 2.0,
    Says.OTHER: 0.0,
}
VERIFY = "【请核实】"
_HOLD_FOR_OTHERS = frozenset({Says.BASIS, Says.CONDITION})
"""What is true of others too."""
_POINTS = re.compile(r"该(?!类|项|办法|条例|规定|政策|文件|通知|标准)|上述|以上|本案|两户|此案")
"""Points to something only the earlier letter tells of."""
_LINE = re.compile(
    r"(?:0\d{2,3}[\-－—\s]?)?[2-8]\d{6,7}(?!\d)|"
    r"(?<!\d)(?:12345|12333|12366|12328|12388|12315|12368|12348|12329|95598)(?!\d)"
)
_CALLS = re.compile(r"(?:咨询|联系|致电|拨打|电话|热线)[^。]{0,30}$")
_BASIS_BLANK = re.compile(r"【文件名称及条款】|【文件、规划或理由】")


def from_answer(answer: Answer) -> tuple[Source, ...]:
    """The documents an answer quotes, each with its quotes; none where it gives no answer."""
    if answer.kind not in {AnswerKind.DIRECT, AnswerKind.REFUTATION}:
        return ()
    found = []
    for place, cited in enumerate(answer.citations):
        quoted = [quote.text.strip() for quote in answer.quotes if quote.citation == place]
        if quoted:
            found.append(
                Source(
                    kind=SourceKind.DOCUMENT,
                    key=cited.document_id,
                    title=f"{cited.title}（{cited.number}）" if cited.number else cited.title,
                    department=cited.department,
                    at=cited.published_on,
                    url=cited.url,
                    place=cited.place,
                    likeness=answer.confidence,
                    sentences=tuple(SourceSentence(text=text) for text in quoted[:_QUOTED]),
                )
            )
    return tuple(found)


def from_reply(found: Replied, asked: str, department: str) -> Source:
    """An earlier reply as a source: its statements, nobody to be recognised in them.

    Args:
        found: the earlier letter and its reply.
        asked: the letter to be answered, title and text.
        department: who answers it.
    """
    letter = f"{found.title}\n{found.text}"
    names = (*found.citizens, *persons_of(f"{letter}\n{found.reply}"))
    told = [
        SourceSentence(text=text, says=one.says)
        for one in statements(found.reply)
        if (text := _reusable(one, letter, asked, names))
    ]
    return Source(
        kind=SourceKind.REPLY,
        key=found.number,
        title=masked(found.title, names),
        department=found.department,
        at=found.day,
        likeness=likeness(asked, letter),
        sentences=tuple(told[:SHOWN]),
        same_department=bool(department) and department == found.department,
        bad=found.bad,
    )


def _reusable(one: Sentence, letter: str, asked: str, names: Sequence[str]) -> str:
    """A statement as it may be said again, or empty."""
    if any(name in one.text for name in names) or not may_be_reused(one.text):
        return ""
    text = with_blanks(one, letter, asked)
    return text if masked(text, tuple(names)) == text else ""


def office_line(found: Replied) -> str:
    """The office's telephone an earlier reply names for questions; empty where it names none."""
    for said in reversed(sentences(found.reply)):
        for line in _LINE.finditer(said):
            private = mobiles(line[0]) or line[0] in found.text
            if _CALLS.search(said[: line.start()]) and not private:
                return line[0]
    return ""


def compose(
    sources: Sequence[Source],
    asked: str,
    demands: Sequence[str],
    frame: Callable[[Sequence[str]], str],
    blank: str,
    *,
    told_suffices: bool = False,
) -> Draft:
    """A draft from its sources.

    Args:
        sources: documents first, then earlier replies, the most alike first.
        asked: the letter, title and text.
        demands: where the letter names several, one text each.
        frame: the city's words around what is said, one paragraph a demand.
        blank: what stands where the writer must tell what was found and done.
        told_suffices: the published content alone may answer (咨询).
    """
    taken = tuple(_taken(sources, asked))
    if not taken:
        return Draft(text=frame(()), sources=tuple(sources))
    quoted = any(sources[one.source].kind is SourceKind.DOCUMENT for one in taken)
    left = "" if told_suffices and quoted else f"\n{blank}"
    paragraphs = _paragraphs(taken, demands)
    body = ["".join(said) + left if said else blank for said in paragraphs]
    return Draft(text=frame(body), sentences=taken, sources=tuple(sources))


def _taken(sources: Sequence[Source], asked: str) -> Iterator[DraftSentence]:
    """The sentences a draft begins with, in reading order, none said twice."""
    said: list[str] = []
    first_reply = True
    for place, source in enumerate(sources):
        if source.kind is SourceKind.DOCUMENT:
            chosen = list(source.sentences)
        elif source.likeness < LEAST:
            continue
        else:
            chosen = _best(source, asked, _TAKEN if first_reply else 1, others=not first_reply)
            first_reply = first_reply and not chosen
        for one in chosen:
            if all(sentences_alike(one.text, before) < _SAME for before in said):
                said.append(one.text)
                bound = one.says not in {None, *_HOLD_FOR_OTHERS}
                yield DraftSentence(text=_ended(one.text), source=place, bound=bound)


def _best(source: Source, asked: str, most: int, *, others: bool) -> list[SourceSentence]:
    """Of a reply the sentences most worth saying again, in its order.

    Basis and conditions hold for others too; what was found, done or explained is taken only from
    the first source, and only where its letter is rather like this one.
    """
    wanted = set(bigrams(asked))

    def worth(one: SourceSentence) -> float:
        held = set(bigrams(one.text))
        return _WEIGHT[one.says or Says.OTHER] + 10 * len(held & wanted) / (len(held) or 1)

    may = [
        one
        for one in source.sentences
        if (one.says in _HOLD_FOR_OTHERS and not _POINTS.search(one.text))
        or (source.likeness >= RATHER and not others)
    ]
    chosen = sorted(may, key=worth, reverse=True)[:most]
    return [one for one in source.sentences if one in chosen]


def _paragraphs(taken: Sequence[DraftSentence], demands: Sequence[str]) -> list[list[str]]:
    """The sentences by the demand each is nearest to; one paragraph where there is one."""
    if len(demands) <= 1:
        return [[_marked(one) for one in taken]]
    found: list[list[str]] = [[] for _ in demands]
    for one in taken:
        near = [sentences_alike(one.text, demand) for demand in demands]
        found[near.index(max(near))].append(_marked(one))
    return found


def _marked(one: DraftSentence) -> str:
    """What another case was told may be untrue of this one: no reply goes out with the mark."""
    return f"{VERIFY}{one.text}" if one.bound else one.text


def _ended(text: str) -> str:
    """With a full stop where it has no mark at its end."""
    bare = text.rstrip("；;，,、 ")
    return bare if bare.endswith(("。", "！", "？", "!", "?", "”", "】")) else f"{bare}。"


def satisfied(draft: Draft) -> Draft:
    """The draft with its documents named where the frame leaves a place for the basis."""
    named = [
        f"《{source.title}》{source.place}"
        for place, source in enumerate(draft.sources)
        if source.kind is SourceKind.DOCUMENT
        and any(one.source == place for one in draft.sentences)
    ]
    if not named:
        return draft
    return replace(draft, text=_BASIS_BLANK.sub(lambda _: "、".join(named), draft.text))
