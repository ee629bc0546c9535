"""A document's text as a tree: headings, numbered parts, questions, and the lines below each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from knowledge.ingest.markers import (
    ANSWERED,
    ASKED,
    SENTENCE_END,
    Level,
    Marker,
    marker,
)
from knowledge.ingest.rows import Line, is_row

ROOT = -1.0
QUESTION = 20.0
"""Below every number: a question holds what follows until the next of its row."""
OVER_HEADING = 20.5
"""A heading without a number over other such headings."""
PLAIN_HEADING = 21.0
BODY = 30.0
MAX_HEADING = 40
MAX_QUESTION = 120
_SALUTATION = re.compile(
    r"(?:.{0,20}各.{0,40}|.{0,20}有关.{0,20}|[^：]{2,20}(?:局|委|办|政府|公司|先生|女士|朋友|市民))[：:]"
)
_ANSWERED_AT_ONCE = re.compile(r"[^。！；？?：]{4,60}[？?](?=[^”』）)】？?\s])")
_LABELLED = re.compile(r"[\u4e00-\u9fff]{2,6}：(?=\S)")
_LEAD_IN = re.compile(r".*(?:如下|下列|以下|之一|包括|，).*[：:]")
_DATE_LINE = re.compile(r"[（(]?\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日[）)]?")


@dataclass(kw_only=True)
class Node:
    """A part of the text and what stands below it.

    Args:
        level: `markers.Level`, or QUESTION, PLAIN_HEADING, BODY.
        label: how the part is called in a heading path; empty for body lines.
        heading: its line is a heading only and says nothing by itself.
        question: the question, where the part is a question with its answer below.
        start, end: of its own line; `end` of the whole is `last`.
    """

    level: float
    label: str = ""
    heading: bool = False
    question: str = ""
    start: int = 0
    end: int = 0
    number: Marker | None = None
    children: list[Node] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """A heading without a number."""
        return self.heading and self.number is None and not self.question

    @property
    def last(self) -> int:
        """Where the whole part ends."""
        node = self
        while node.children:
            node = node.children[-1]
        return max(self.end, node.end)


def outline(
    lines: tuple[Line, ...],
    *,
    titles: frozenset[str] = frozenset(),
    after_signature: frozenset[int] = frozenset(),
) -> Node:
    """The tree of a text.

    Args:
        lines: the text's lines, in order.
        titles: lines that name a text inside this one (the 办法 a 通知 sends out), without blanks.
        after_signature: where lines begin that follow a letter's signature.
    """
    root = Node(level=ROOT)
    stack = [root]
    skip_until = -1
    for at, line in enumerate(lines):
        if at < skip_until:
            continue
        node = _node(lines, at)
        signed = line.start in after_signature
        if node.label and node.number is None and not node.question and (
            signed or re.sub(r"\s", "", line.text) in titles
        ):  # fmt: skip
            node.level = Level.ANNEX
        if node.level == Level.ANNEX and node.heading and node.number is not None:
            skip_until = at + 1 + _titled(node, lines, at)
        _place(stack, node)
        if node.question and node.children:
            skip_until = at + 1
    return root


def _titled(node: Node, lines: tuple[Line, ...], at: int) -> int:
    """Take the line below a bare 附件1 into its heading where it names the annex; lines taken."""
    end = node.number.end if node.number is not None else 0
    bare = lines[at].text[end:].strip("：: ") == ""
    if not bare or at + 1 >= len(lines) or not _names(lines[at + 1].text):
        return 0
    if marker(lines[at + 1].text) is not None:
        return 0
    node.label, node.end = f"{node.label} {lines[at + 1].text}", lines[at + 1].end
    return 1


def _place(stack: list[Node], node: Node) -> None:
    top = stack[-1]
    if top.plain and not top.children and node.number is not None and node.number.ordinal == 1:
        parent = stack[-2].level if len(stack) > 1 else ROOT
        top.level = max(parent + 0.25, min(top.level, node.level - 0.5))
    while len(stack) > 1 and _closes(stack, node):
        stack.pop()
    stack[-1].children.append(node)
    if node.label:
        stack.append(node)


def _closes(stack: list[Node], node: Node) -> bool:
    """Whether a new part ends the innermost open one."""
    top = stack[-1]
    if not node.label:
        return False
    item = top.number is not None and not top.heading and top.level > Level.STEP
    if (
        node.plain
        and node.level > Level.ANNEX
        and (item or (top.plain and top.level > Level.ANNEX))
    ):
        return not (top.level == OVER_HEADING and node.level == PLAIN_HEADING)
    asking = next((open_ for open_ in reversed(stack) if open_.question), None)
    if asking is not None and not node.question:
        if not _ends_question(stack, asking, node):
            return top is not asking and top.level >= node.level
        return True
    if node.question and node.number is None:
        return bool(top.question) or top.plain or item
    if node.question and asking is not None and asking.number is not None:
        return True if _same_row(asking, node) else top.level >= node.level or bool(top.question)
    return top.level >= node.level


def _ends_question(stack: list[Node], asking: Node, node: Node) -> bool:
    """A numbered part inside an answer ends the question only where it carries on its row, or
    the row of a part the question stands in."""
    if node.level <= Level.CHAPTER:
        return True
    if node.number is None:
        return False
    section = node.heading and node.level <= Level.ONE
    if section and asking.number is None and not ASKED.match(asking.label):
        return True  # a question as a mere heading, and then the text's own first section
    rows = [open_ for open_ in stack[: stack.index(asking) + 1] if open_.number is not None]
    return any(
        row.number is not None
        and row.level == node.level
        and node.number.ordinal == row.number.ordinal + 1
        and (row is not asking or node.heading)
        for row in rows
    )


def _same_row(asking: Node, node: Node) -> bool:
    return asking.level == node.level


def _node(lines: tuple[Line, ...], at: int) -> Node:
    line = lines[at]
    asked = ASKED.match(line.text)
    number = marker(line.text)
    words = line.text[asked.end() :] if asked else line.text[number.end if number else 0 :]
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    node = Node(level=BODY, start=line.start, end=line.end, number=number)
    previous = lines[at - 1].text if at else ""
    if asked or _is_question(words, number, previous, following):
        return _question(line, node, words, asked_end=asked.end() if asked else 0)
    if number is not None:
        node.level = int(number.level)
        node.heading = _bare_heading(words, following)
        node.label = _label(line.text, words, number, heading=node.heading)
        return node
    if _plain_heading(line.text, following):
        node.level, node.heading, node.label = PLAIN_HEADING, True, line.text.rstrip("：:")
    elif previous.endswith(tuple(SENTENCE_END)) and _names(line.text):
        after = lines[at + 2].text if at + 2 < len(lines) else ""
        if _plain_heading(following, after) and not is_row(after):
            node.level, node.heading, node.label = OVER_HEADING, True, line.text
    return node


def _question(line: Line, node: Node, words: str, *, asked_end: int) -> Node:
    """A question's part; an answer set on the same line becomes its first child."""
    offset = len(line.text) - len(words)
    cut = _answer_on_line(words)
    question = words[:cut].strip().strip("*").strip()
    node.level = int(node.number.level) if node.number and not asked_end else QUESTION
    node.heading, node.question, node.label = True, question, line.text[: offset + cut].strip(" *")
    if cut < len(words):
        start = line.start + offset + cut
        rest = line.end - start
        start += rest - len(line.text[offset + cut :].lstrip())
        node.end = line.start + offset + cut
        node.children.append(Node(level=BODY, start=start, end=line.end))
    return node


def _answer_on_line(words: str) -> int:
    """Where the answer begins that stands on the question's own line; the line's end if none."""
    if words.rstrip("*”）) ").endswith(("？", "?")):
        return len(words)
    found = re.search(r"[？?][*”\s]*(?=\S)", words)
    answered = re.search(r"\s答[：:]", words)
    if answered and (not found or answered.start() < found.end()):
        return answered.start()
    return found.end() if found else len(words)


def _is_question(words: str, number: Marker | None, previous: str, following: str) -> bool:
    if number is not None and number.level >= Level.ONE and _ANSWERED_AT_ONCE.match(words):
        return True
    if not following or ANSWERED.match(words):
        return False
    labelled = _LABELLED.match(words) and not _asks(words)
    if ANSWERED.match(following) and 4 <= len(words) <= MAX_QUESTION and not labelled:
        return True
    if number is not None and number.level in (Level.CHAPTER, Level.ARTICLE, Level.ANNEX):
        return False
    whole = words.rstrip("*”）) ")
    shortest = 5 if number is None else 3
    if not shortest <= len(words) <= MAX_QUESTION or not whole.endswith(("？", "?")):
        return False
    if any(mark in whole[:-1] for mark in "。！；"):
        return False
    if number is not None:
        return not _asks(following) or marker(following) is None
    return not _asks(following) and not _asks(previous)


def _asks(line: str) -> bool:
    return line.rstrip("*”）) ").endswith(("？", "?")) and len(line) < MAX_QUESTION


def _bare_heading(words: str, following: str) -> bool:
    """A numbered line that only names what follows."""
    if not words or not following:
        return not words
    short = len(words) <= MAX_HEADING and words[-1] not in SENTENCE_END + "；;，,"
    return short and not (words.endswith(("：", ":")) and len(words) > 25) and not is_row(words)


def _label(line: str, words: str, number: Marker, *, heading: bool) -> str:
    if heading:
        return line.rstrip("：:")
    lead = re.match(r"[^。：；，,\s]{2,20}(?=[。：\s])", words)
    if number.level >= Level.ONE and lead:
        return line[: line.index(words)] + lead.group(0)
    return number.label + ("." if number.level is Level.DIGIT else "")


def _plain_heading(text: str, following: str) -> bool:
    """A short line without end mark before a longer one that has words of its own."""
    if not following or not _names(text) or _DATE_LINE.fullmatch(following):
        return False
    says = following[-1] in SENTENCE_END + "；;：:" or marker(following) is not None
    return says and (len(following) > len(text) or marker(following) is not None)


def _names(text: str) -> bool:
    """A short line that could name what follows, and says nothing itself."""
    if not 2 <= len(text) <= 30 or text.startswith(("·", "-", "★注")):
        return False
    if _SALUTATION.fullmatch(text) or _LEAD_IN.fullmatch(text) or _DATE_LINE.fullmatch(text):
        return False
    if text[-1] in SENTENCE_END + "；;，,、" or ANSWERED.match(text) or is_row(text):
        return False
    return not re.search(r"[：:。；]", text[:-1]) and not re.search(r"\d{5,}", text)
