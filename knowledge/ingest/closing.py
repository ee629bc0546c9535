"""What stands below a letter's words: the list of its annexes, the organ that signs, the date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.ingest.markers import SENTENCE_END, number

ORGAN_END = (
    r"(?:人民政府(?:办公厅|办公室)?|委员会(?:办公室)?|办公室|办公厅|管理局|总局|局|厅|委|部"
    r"|联合会|中心|总队|支队|大队|管理处|办事处|法院|检察院|银行|协会|总工会|街道|领导小组)"
)
ORGAN_LINE = re.compile(rf"(?:[\u4e00-\u9fff（）()、]{{2,30}}{ORGAN_END}[ ]?){{1,6}}")
HEAD_LINE = re.compile(
    r"代?(?:市长|省长|县长|区长|州长|局长|主任)[ ]?[\u4e00-\u9fff]{1,4}(?: [\u4e00-\u9fff]{1,2})?"
)
"""The head of an organ who signs an order."""
DATE_LINE = re.compile(
    r"^[（(]?(?:(?:19|20)\d{2}|[一二三四五六七八九〇○零]{4})[ ]?年[ ]?"
    r"[\d一二三四五六七八九十]{1,3}[ ]?月[ ]?"
    r"[\d一二三四五六七八九十]{1,3}[ ]?日[）)]?(?:印发)?$"
)
_SIGNED_AT_ONCE = re.compile(rf"(?P<organ>{ORGAN_LINE.pattern}?)[ ]*(?P<date>\d{{4}}年.{{3,8}}日)")
_ANNEX = re.compile(r"附\s*[件表录]?\s*[\d一二三四五六七八九十]{0,2}\s*[：:]")
_ANNEX_ITEM = re.compile(
    r"(?:附件\s*)?[（(]?(?:(\d{1,2})|([一二三四五六七八九十]{1,2}))[）)]?\s*[.．、：:\s].+"
)
_FILE_NAME = re.compile(
    r"(?:附件|·|\d{1,2}[.．、]).{2,80}\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar)"
)
_MAX_SIGNERS = 8
_MAX_ITEM = 80


def signature(lines: Sequence[str]) -> tuple[int, int] | None:
    """The lines of the letter's own signature as (first, end); the date line is the last of them.

    The first organ line (or several) followed by a date line; a text may hold further letters and
    regulations below it.
    """
    found = signatures(lines)
    return found[0] if found else None


def signatures(lines: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Every signature as (first, end) of its lines, in order."""
    found: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if _SIGNED_AT_ONCE.fullmatch(line) and at > 0:
            found.append((at, at + 1))
        elif DATE_LINE.match(line) and not line.endswith("印发"):
            first = at
            while (
                first > 0 and at - first < _MAX_SIGNERS and ORGAN_LINE.fullmatch(lines[first - 1])
            ):
                first -= 1
            last = at + 1 == len(lines) and at > 0
            if first < at or (last and lines[at - 1].endswith(tuple(SENTENCE_END))):
                found.append((first, at + 1))
    return tuple(found)


def _signs(line: str) -> bool:
    return bool(ORGAN_LINE.fullmatch(line) or HEAD_LINE.fullmatch(line))


def signed_at_once(line: str) -> tuple[str, str] | None:
    """Organ and date of a signature that stands on one line."""
    found = _SIGNED_AT_ONCE.fullmatch(line)
    return (found.group("organ").strip(), found.group("date")) if found else None


def closing(lines: Sequence[str]) -> frozenset[int]:
    """Which lines say nothing but who signed when, and which annexes follow.

    Args:
        lines: the text's lines, in order.
    """
    signed = {at for first, end in signatures(lines) for at in range(first, end)}
    listed: set[int] = {at for at, line in enumerate(lines) if _FILE_NAME.fullmatch(line)}
    for at, line in enumerate(lines):
        if _ANNEX.match(line) and at not in listed:
            listed |= _annexes(lines, at, signed | listed)
    return frozenset(signed | listed)


def _annexes(lines: Sequence[str], at: int, known: set[int]) -> set[int]:
    """The list of annexes that begins here; empty where the line heads an annex itself."""
    own = re.sub(_ANNEX, "", lines[at]).strip()
    if len(lines[at]) > _MAX_ITEM or lines[at].endswith(tuple(SENTENCE_END)):
        return set()
    last = _item(own) if own else None
    end = at + 1
    while end < len(lines) and end not in known:
        item = _item(lines[end])
        if item is None or not _carries_on(last, item, first=end == at + 1 and not own):
            break
        last, end = item, end + 1
    closes = end == len(lines) or end in known or bool(re.match(r"附\s*[件表]", lines[end]))
    return set(range(at, end)) if closes and (own or end > at + 1) else set()


def _item(line: str) -> tuple[bool, int] | None:
    """Of an annex's line in a list, whether its number is in digits, and the number."""
    found = _ANNEX_ITEM.fullmatch(line)
    if not found or len(line) > _MAX_ITEM or line.endswith(tuple(SENTENCE_END + "；;：")):
        return None
    return found.group(1) is not None, number(found.group(1) or found.group(2))


def _carries_on(last: tuple[bool, int] | None, item: tuple[bool, int], *, first: bool) -> bool:
    if last is None:
        return first and item[1] == 1
    return item == (last[0], last[1] + 1)
