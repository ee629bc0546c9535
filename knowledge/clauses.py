"""A quote cut into clauses, and what must be said along with a clause so that it stays true.

What stands before a clause in its sentence may be its condition or its subject; a clause after it
may limit it. `supports` gives every run of clauses with all that belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_RUN = 6
"""Clauses one rephrased sentence may gather; a longer one says too much at once to be checked."""
_MOST_CLAUSES = 40

_MARKER = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零\d]+[编章节条款](?![的规])|[一二三四五六七八九十]+、|"
    r"[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[.．、](?!\d)|答：|问：)\s*"
)
_ITEM = re.compile(r"^\s*(?:[（(][一二三四五六七八九十\d]+[）)]|\d{1,2}[.．、](?!\d))")
_MARKS_BETWEEN = frozenset("，,：:；;。！？!?\n")
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")
_IS_CASE = re.compile(r"的$")
"""材料齐全的 and the like: said once, it may govern what follows a semicolon too."""
_LIMITS = re.compile(r"^(?:并|且|但|同时|除|其中|不含|含|另|否则|不过|以)")
_EXCEPTS = re.compile(r"(?:除外|例外)$|不实|不属实|谣言|虚假")
_ANY_OF = re.compile(r"(?:具?有|符合|属于|存在)?(?:下列|以下)[^，。]{0,6}?(?:之一|任意一[项种])的?")
_LIMITING = re.compile(
    r"不|未|无|没|禁止|只|仅|方可|才能|除外|以上|以下|以内|超过|最高|最低|最多|至少|最长|满|应当|必须|需|须"
)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause of a quote.

    Args:
        sentence: which part of the quote, up to a full stop or semicolon, it stands in.
        period: which part of it, up to a full stop; -1 for those marked （一）, 1. and so on, which
            one sentence may gather.
        under: indices of the clauses outside its sentence that govern it: what introduces the list
            it is an item of, or a condition said once for several sentences.
        item: it belongs to an item of a list.
        introduces: a colon follows it.
    """

    text: str
    sentence: int
    period: int
    under: tuple[int, ...] = ()
    item: bool = False
    introduces: bool = False


@dataclass(frozen=True, kw_only=True)
class Support:
    """A run of clauses and what belongs to it, in reading order, as one text."""

    text: str


def without_marker(sentence: str) -> str:
    """A sentence without its place in a list, such as （一）, 第五条, 2. or a dash."""
    return _MARKER.sub("", sentence).lstrip("-–—·• ")


def cut(quote: str) -> tuple[Clause, ...]:
    """The clauses of a quote, in order; markers such as （一） and 第五条 are left out."""
    found: list[Clause] = []
    lead: tuple[int, ...] = ()
    shared: tuple[int, ...] = ()
    before, period, marked = "", 0, False
    for number, sentence in enumerate(_SENTENCE.findall(quote)):
        if not sentence.strip() or sentence.rstrip().endswith(("？", "?")):
            continue  # what a document asks it does not say
        period += before[-1:] != "；"
        item = _ITEM.match(sentence) is not None
        marked = item or (marked and before[-1:] == "；")
        lead = lead if item or before[-1:] == "；" else ()
        pieces = list(_pieces(_MARKER.sub("", sentence)))
        own = any(_IS_CASE.search(text) for text, _ in pieces[:-1])
        shared = shared if before[-1:] == "；" and not item and not own else ()
        first = len(found)
        found.extend(
            Clause(
                text=text,
                sentence=number,
                period=-1 if marked else period,
                under=lead + shared,
                item=bool(item and lead),
                introduces=mark in ("：", ":"),
            )
            for text, mark in pieces
        )
        introducing = tuple(at for at in range(first, len(found)) if found[at].introduces)
        lead = lead if item else introducing or lead
        shared = shared or tuple(
            at for at in range(first, len(found) - 1) if _IS_CASE.search(found[at].text)
        )
        before = sentence.rstrip()
    return tuple(found[:_MOST_CLAUSES])


def supports(quote: str) -> tuple[Support, ...]:
    """Every run of clauses of a quote that can be said by itself, with what belongs to it."""
    clauses = cut(quote)
    runs = (
        _with_all_that_belongs(clauses, first, last)
        for first in range(len(clauses))
        for last in range(first, min(first + LONGEST_RUN, len(clauses)))
        if clauses[first].period == clauses[last].period
    )
    return tuple(dict.fromkeys(run for run in runs if run is not None))


def _pieces(sentence: str) -> Iterator[tuple[str, str]]:
    """Clauses and the mark after each; marks inside brackets and quotation marks do not cut."""
    depth, start = 0, 0
    for at, character in enumerate(sentence):
        depth += (character in "（(“《「【") - (character in "）)”》」】")
        numeral = sentence[at - 1 : at].isdigit() and sentence[at + 1 : at + 2].isdigit()
        if depth <= 0 and character in _MARKS_BETWEEN and not numeral:
            if sentence[start:at].strip():
                yield sentence[start:at].strip(), character
            start = at + 1
    if sentence[start:].strip():
        yield sentence[start:].strip(), ""


def _with_all_that_belongs(clauses: tuple[Clause, ...], first: int, last: int) -> Support | None:
    """The run with its leads, conditions, subjects and limits; None where a list must be whole."""
    parts = {at: clauses[at].text for at in range(first, last + 1)}
    for at in range(first, last + 1):
        _add_before(clauses, at, parts)
    _add_after(clauses, last, parts)
    behind: list[int] = []
    for at in list(parts):
        for above in clauses[at].under:
            parts[above] = clauses[above].text
            _add_before(clauses, above, parts)
            if clauses[at].item and clauses[above].introduces:
                if _any_will_do(clauses, above):
                    behind.append(above)
                elif not _whole(clauses, above, parts):
                    return None
    order = [*(at for at in sorted(parts) if at not in behind), *sorted(set(behind))]
    said = [_ANY_OF.sub("", parts[at]) if behind else parts[at] for at in order]
    return Support(text="，".join(each for each in said if each) + "。")


def _add_before(clauses: tuple[Clause, ...], at: int, parts: dict[int, str]) -> None:
    """All before it in its sentence: whether that is its condition or its subject, it stays."""
    for before in range(at):
        if clauses[before].sentence == clauses[at].sentence:
            parts[before] = clauses[before].text


def _add_after(clauses: tuple[Clause, ...], last: int, parts: dict[int, str]) -> None:
    here = clauses[last].sentence
    rest = range(last + 1, len(clauses))
    for after in (at for at in rest if clauses[at].sentence == here):
        if clauses[last].introduces or _limits(clauses[after].text):
            parts[after] = clauses[after].text
    following = [at for at in rest if clauses[at].sentence == here + 1]
    if any(
        _LIMITS.match(clauses[at].text) or _EXCEPTS.search(clauses[at].text) for at in following
    ):
        parts.update((at, clauses[at].text) for at in following)


def _limits(text: str) -> bool:
    return _LIMITS.match(text) is not None or _LIMITING.search(text) is not None


def _any_will_do(clauses: tuple[Clause, ...], lead: int) -> bool:
    sentence = clauses[lead].sentence
    return any(_ANY_OF.search(each.text) for each in clauses if each.sentence == sentence)


def _whole(clauses: tuple[Clause, ...], lead: int, parts: dict[int, str]) -> bool:
    """Whether every item of the list is said."""
    items = [at for at, each in enumerate(clauses) if each.item and lead in each.under]
    return all(at in parts for at in items)
