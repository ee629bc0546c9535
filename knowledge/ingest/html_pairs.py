"""What a page says of its document outside the text: labelled values, dates beside the title."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.closing import ORGAN_LINE
from knowledge.ingest.html_text import lines, walk
from knowledge.ingest.labels import field_of, only_labels, pairs_in_line
from knowledge.ingest.tidying import tidy

Pairs = list[tuple[str, str]]
_MAX_ROW = 2000
_MAX_CELLS = 60
_DATED_LINE = re.compile(
    r"[\[（(]?((?:19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?[\])）]?[ ·|/]*(.{0,60})"
)
_DATE_PLACES = "#publish_time, [class*=pubtime], [class*=pub-time], [class*=publish], time, .date"
_SCRIPTED_TIME = re.compile(r"\b(?:ct|createTime|publish_time)\s*=\s*[\"'](\d{10})[\"']")
_NEAR_TITLE = 4


def visible_pairs(parser: LexborHTMLParser) -> tuple[Pairs, str]:
    """Labelled values anywhere on the page, and the line that stands above the first of them.

    Cells and definition lists come first, then lines; what has no label (a date or an organ right
    under the title) comes last.
    """
    body = parser.body
    if body is None:
        return [], ""
    scripted = _scripted_time(parser)
    for node in parser.css("script, style, noscript"):
        node.decompose()
    sizes = _sizes(body)
    pairs: Pairs = []
    for row in body.css("tr, dl, ul, li, div"):
        if sizes.get(row.mem_id, 0) >= _MAX_ROW:
            continue
        cells = [child for child in row.iter() if child.is_element_node]
        if 2 <= len(cells) <= _MAX_CELLS:
            pairs += _neighbours(cells)
    shown = lines(body, apart=True)
    pairs += _in_lines(shown)
    above, unlabelled = _beside_title(shown)
    places = [("published_on", tidy(node.text() or "")) for node in parser.css(_DATE_PLACES)[:20]]
    return pairs + unlabelled + [pair for pair in places if len(pair[1]) < 60] + scripted, above


def _sizes(body: LexborNode) -> dict[int, int]:
    """Characters inside each element."""
    sizes: dict[int, int] = {}
    open_sizes: list[int] = []
    for node, entering in walk(body):
        if node.is_text_node:
            if entering and open_sizes:
                open_sizes[-1] += len(node.text_content or "")
        elif entering:
            open_sizes.append(0)
        else:
            size = open_sizes.pop()
            sizes[node.mem_id] = size
            if open_sizes:
                open_sizes[-1] += size
    return sizes


def _in_lines(shown: list[str]) -> Pairs:
    pairs: Pairs = []
    for at, line in enumerate(shown):
        if len(line) < 400:
            pairs += pairs_in_line(line)
        following = shown[at + 1] if at + 1 < len(shown) else ""
        if line.endswith(("：", ":")) and field_of(line) and len(following) < 100:
            pairs.append((field_of(line), following))
    return pairs


def _neighbours(cells: list[LexborNode]) -> Pairs:
    texts = [tidy(cell.text() or "") for cell in cells]
    found = []
    for label, value in pairwise(texts):
        field = field_of(label) if len(label) <= 12 else ""
        plain = label.endswith(("：", ":")) or cells[0].tag in ("td", "th", "dt")
        if field and plain and value and not field_of(value) and len(value) < 300:
            found.append((field, value))
    return found


def _beside_title(shown: list[str]) -> tuple[str, Pairs]:
    """The line above the first line of metadata, and what of it bears no label."""
    for at, line in enumerate(shown):
        dated = _DATED_LINE.fullmatch(line)
        told = only_labels(line) and any(field in _TELLING for field, _ in pairs_in_line(line))
        signed = at > 0 and ORGAN_LINE.fullmatch(shown[at - 1]) is not None
        if (not dated and not told) or signed:
            continue
        above = next((each for each in reversed(shown[max(0, at - 2) : at]) if _is_title(each)), "")
        if not above:
            continue
        pairs: Pairs = []
        if not dated and not any(field in _DATES for field, _ in pairs_in_line(line)):
            pairs.append(("published_on", line[:60]))
        if dated:
            pairs.append(("published_on", dated.group(1)))
            if ORGAN_LINE.fullmatch(dated.group(2).strip()):
                pairs.append(("source", dated.group(2).strip()))
        return above, pairs
    return "", []


_DATES = ("published_on", "issued_on", "valid_from", "valid_to", "term")
_TELLING = ("published_on", "source", "organ", "issued_on")


def _is_title(line: str) -> bool:
    return (
        5 <= len(line) <= 100
        and not line.startswith("·")
        and line[-1] not in "。；：:，、"
        and not ORGAN_LINE.fullmatch(line)
    )


def _scripted_time(parser: LexborHTMLParser) -> Pairs:
    """The time of publication where only a script knows it, as in saved articles of WeChat."""
    for node in parser.css("script")[:200]:
        found = _SCRIPTED_TIME.search((node.text() or "")[:200_000])
        if found:
            at = datetime.fromtimestamp(int(found.group(1)) + 8 * 3600, UTC)
            return [("published_on", at.date().isoformat())]
    return []
