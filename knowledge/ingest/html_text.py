"""An HTML element as lines of plain text: one line a paragraph, one line a table row."""

from __future__ import annotations

import re
from collections.abc import Generator

from selectolax.lexbor import LexborNode

from knowledge.ingest.html_questions import SPEAKER, speaker_of
from knowledge.ingest.html_tables import is_data_table, table_lines
from knowledge.ingest.tidying import tidy

BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "address article aside blockquote body caption center dd details div dl dt fieldset "
        "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
        "section summary table tbody td tfoot th thead tr ul ucapcontent ",
    )
)
SKIPPED = frozenset(
    re.findall(
        r"\S+",
        "script style noscript template iframe object embed svg canvas select option button "
        "input textarea audio video map head title link meta ",
    )
)
_INLINE = frozenset({"span", "i", "em", "b", "strong", "label", "font", "a", "u"})
_SPEAKS = re.compile(r"[【\[]?[问答QA]\d{0,3}[：:】\].、]")
"""A line that says itself who speaks needs no bullet."""

Step = tuple[LexborNode, bool]
Walk = Generator[Step, bool | None, None]


def walk(root: LexborNode) -> Walk:
    """Every node below and with `root`, in order: (node, True) entering, (node, False) leaving.

    A caller that does not want a node's children sends True into the generator on entering.
    """
    node: LexborNode | None = root
    while node is not None:
        skip = yield node, True
        if not skip and node.first_child is not None:
            node = node.first_child
            continue
        yield node, False
        while node is not None and node.mem_id != root.mem_id and node.next is None:
            node = node.parent
            if node is not None:
                yield node, False
        if node is None or node.mem_id == root.mem_id:
            return
        node = node.next


class _Lines:
    """Collects text into lines."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._parts: list[str] = []
        self._prefix = ""

    def add(self, text: str) -> None:
        self._parts.append(text)

    def prefix(self, text: str) -> None:
        self._prefix = text

    def flush(self) -> None:
        line = tidy("".join(self._parts))
        self._parts.clear()
        if SPEAKER.fullmatch(line):
            self._prefix = line.rstrip("：:.") + "："
        elif line:
            spoken = _SPEAKS.match(line) is not None or (
                self._prefix.endswith("：") and line.startswith(self._prefix[0])
            )
            self.done.append(line if spoken else self._prefix + line)
            self._prefix = ""

    def end(self) -> list[str]:
        """Every line; an icon behind which nothing came is a line of its own."""
        self.flush()
        if self._prefix and self._prefix != "· ":
            self.done.append(self._prefix.rstrip("： "))
        return self.done


def lines(root: LexborNode, *, apart: bool = False) -> list[str]:
    """The text of an element, without empty lines.

    Data tables become one line a row, `head：value；head：value`; list items are numbered as shown
    or begin with `· `; what the markup alone shows as question and answer begins 问： and 答：.

    Args:
        root: the element.
        apart: put a blank behind each inline element, as for labels that stand side by side.
    """
    out = _Lines()
    lists: list[int | None] = []  # of each open list the last number, None where it has none
    steps = walk(root)
    event = next(steps, None)
    while event is not None:
        node, entering = event
        tag = node.tag or ""
        skip = False
        if node.is_text_node:
            if entering:
                out.add(_said(node))
        elif apart and not entering and tag in _INLINE:
            out.add(" ")
        elif tag in SKIPPED:
            skip = entering
        elif tag == "table" and entering and is_data_table(node):
            out.flush()
            out.done.extend(table_lines(node, lines))
            skip = True
        else:
            _element(out, lists, node, tag, entering=entering)
        event = _send(steps, skip=skip)
    return out.end()


def _send(steps: Walk, *, skip: bool) -> Step | None:
    try:
        return steps.send(True) if skip else next(steps)
    except StopIteration:
        return None


def _element(
    out: _Lines, lists: list[int | None], node: LexborNode, tag: str, *, entering: bool
) -> None:
    if tag == "br":
        if entering:
            out.flush()
        return
    if tag not in BLOCKS:
        return
    out.flush()
    if tag in ("ol", "ul"):
        if entering:
            start = node.attributes.get("start") or "1"
            ordered = tag == "ol"
            lists.append((int(start) if start.isdecimal() else 1) - 1 if ordered else None)
        elif lists:
            lists.pop()
    elif tag == "li" and entering:
        out.prefix(_bullet(lists))
    elif entering and (speaker := speaker_of(node)):
        out.prefix(speaker)


def _said(node: LexborNode) -> str:
    """A text node's words; an icon that reads 问 or 答 gets the colon it stands for."""
    text = node.text_content or ""
    parent = node.parent
    if len(text) < 12 and parent is not None and parent.tag in _INLINE:
        bare = tidy(text)
        if SPEAKER.fullmatch(bare) and parent.next is not None:
            return bare.rstrip("：:.") + "："
    return text


def _bullet(lists: list[int | None]) -> str:
    if not lists or lists[-1] is None:
        return "· "
    lists[-1] += 1
    return f"{lists[-1]}. "
