"""Whatever a document looks like, its passages are its own text, whole and in order."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.ingest.markers import sentences
from knowledge.ingest.rows import is_row
from knowledge.ingest.structure import passages
from knowledge.model import Document, Passage

_WORDS = re.findall(
    r"\S+",
    "申请人 应当 提交 材料 由 乡镇 人民政府 审核 每月 五十元 老年人 补贴 发放 登记 居住 备案",
)
WORDS = st.lists(st.sampled_from(_WORDS), min_size=3, max_size=40).map("".join)
SENTENCE = st.tuples(WORDS, st.sampled_from(["。", "；", "！", "（见附表。）。", "，"])).map(
    lambda parts: parts[0] + parts[1].rstrip("，；") + ("。" if parts[1] in "，；" else "")
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=9).map("".join)
ROW = st.tuples(WORDS, WORDS, WORDS).map(
    lambda cells: f"事项：{cells[0]}；对象：{cells[1]}；地点：{cells[2]}；第二窗口"
)
TABLE = st.lists(ROW, min_size=2, max_size=12).map("\n".join)
NUMBERED = st.tuples(
    st.sampled_from(["一、", "（二）", "3.", "（4）", "⑤", "第六条 ", "第七章 ", "附件8："]),
    PARAGRAPH,
).map("".join)
HEADING = st.tuples(
    st.sampled_from(["一、", "二、", "（一）", "1.", "第三章 ", ""]),
    WORDS.map(lambda text: text[:12]),
).map("".join)
ASKED = st.tuples(
    st.sampled_from(["问：", "Q1：", "一、", "1.", "【问】", ""]), WORDS, PARAGRAPH
).map(lambda parts: f"{parts[0]}{parts[1][:20]}怎么办？\n{parts[2]}")
SIGNED = st.just("丰城市民政局\n2024年3月8日")
ANNEXES = st.just("附件：1.申请表\n2.名单")
DOCUMENT = st.lists(
    st.one_of(PARAGRAPH, TABLE, NUMBERED, HEADING, ASKED, SIGNED, ANNEXES), min_size=1, max_size=14
).map("\n".join)


def split(text: str) -> tuple[Passage, ...]:
    return passages(Document(id="d", title="示例文件", text=text))


@given(DOCUMENT)
@settings(max_examples=120, deadline=None)
def test_passages_are_the_texts_own_words_in_order(text: str) -> None:
    found = split(text)

    assert all(text[p.start : p.end] == p.text and p.text.strip() == p.text for p in found)
    assert all(p.text for p in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [p.ordinal for p in found] == list(range(len(found)))


@given(DOCUMENT)
@settings(max_examples=120, deadline=None)
def test_no_sentence_and_no_row_is_cut(text: str) -> None:
    starts, ends = zip(*[(p.start, p.end) for p in split(text)] or [(0, 0)], strict=True)
    edges = {*starts, *ends}
    rows = [match.span() for match in re.finditer(r"[^\n]+", text) if is_row(match.group(0))]
    prose = [
        (start, end)
        for start, end in sentences(text)
        if not any(first <= start and end <= last for first, last in rows)
    ]
    # a question and its answer may share a line, and a number stands before its sentence
    inside = [
        (text[start:end], edge)
        for start, end in (*prose, *rows)
        for edge in edges
        if start < edge < end and not re.fullmatch(r".{0,8}[：:、.）】\s]\s*", text[start:edge])
    ]

    assert inside == []


@given(DOCUMENT)
@settings(max_examples=120, deadline=None)
def test_every_line_but_signatures_and_lists_of_annexes_is_somewhere(text: str) -> None:
    found = split(text)
    said = "\n".join("\n".join([*p.heading_path, p.question, p.text]) for p in found)
    left_out = {"丰城市民政局", "2024年3月8日", "附件：1.申请表", "2.名单"}
    missing = [
        line
        for line in text.split("\n")
        if line not in left_out and line.rstrip("：:") not in said and _words(line) not in said
    ]

    assert missing == []


def _words(line: str) -> str:
    """A line without the mark of who speaks."""
    return re.sub(r"^(?:问：|Q1：|【问】)", "", line)
