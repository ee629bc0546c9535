"""Passages follow the structure and never cut what belongs together."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.ingest import files, read
from knowledge.ingest.markers import Level, marker, number, sentences
from knowledge.ingest.structure import MAX_ANSWER_CHARS, MAX_CHARS, passages
from knowledge.model import Document, Passage

LONG = "申请人应当如实填写有关情况并对所交材料的真实性负责，" * 4 + "受理机关不得另外加收任何费用。"


def split(text: str, title: str = "示例文件") -> tuple[Passage, ...]:
    return passages(Document(id="d", title=title, text=text))


@pytest.mark.parametrize(
    ("line", "level", "ordinal"),
    [
        ("第一章 总则", Level.CHAPTER, 1),
        ("第十二条 本办法所称", Level.ARTICLE, 12),
        ("第二十三条之一 增加的", Level.ARTICLE, 23),
        ("一、办理条件", Level.ONE, 1),
        ("十一、其他", Level.ONE, 11),
        ("（三）材料", Level.PAREN_ONE, 3),
        ("(四) 流程", Level.PAREN_ONE, 4),
        ("1.身份证", Level.DIGIT, 1),
        ("2、户口簿", Level.DIGIT, 2),
        ("（1）原件", Level.PAREN_DIGIT, 1),
        ("③复印件", Level.PAREN_DIGIT, 3),
        ("附件2：申请表", Level.ANNEX, 2),
        ("第二步：提交", Level.STEP, 2),
        ("第三部分 附则", Level.PART, 3),
    ],
)
def test_markers(line: str, level: Level, ordinal: int) -> None:
    found = marker(line)
    assert found is not None
    assert (found.level, found.ordinal) == (level, ordinal)


@pytest.mark.parametrize(
    "line",
    ["1.5倍计发", "第三条规定的情形", "第五条、第六条", "2024年3月", "一次性补贴", "十分重要"],
)
def test_what_only_looks_like_a_number(line: str) -> None:
    assert marker(line) is None


@pytest.mark.parametrize(
    ("text", "value"), [("二十三", 23), ("一百零五", 105), ("十", 10), ("７", 7)]
)
def test_numerals(text: str, value: int) -> None:
    assert number(text) == value


def test_articles_keep_their_chapter() -> None:
    text = (
        f"第一章 总则\n第一条 {LONG}\n第二条 {LONG}\n第二章 附则\n第三条 本办法自公布之日起施行。"
    )
    found = split(text)
    assert [p.heading_path for p in found] == [
        ("第一章 总则", "第一条"),
        ("第一章 总则", "第二条"),
        ("第二章 附则", "第三条"),
    ]


def test_a_list_stays_with_its_lead_in() -> None:
    text = (
        "一、申请条件\n符合下列条件之一的，可以申请：\n（一）年满80周岁；\n（二）重度残疾；\n"
        "二、标准\n每月50元。"
    )
    first, second = split(text)
    assert first.text == "符合下列条件之一的，可以申请：\n（一）年满80周岁；\n（二）重度残疾；"
    assert first.heading_path == ("一、申请条件",)
    assert second.heading_path == ("二、标准",)


def test_a_regulation_inside_a_notice_is_its_own_part() -> None:
    text = (
        "各有关单位：\n现将《丰城市高龄补贴办法》印发给你们，请执行。\n丰城市民政局\n2024年3月8日\n"
        f"丰城市高龄补贴办法\n第一条 {LONG}"
    )
    last = split(text, "关于印发丰城市高龄补贴办法的通知")[-1]
    assert last.heading_path == ("丰城市高龄补贴办法", "第一条")


@pytest.mark.parametrize(
    "text",
    [
        "问：怎么申请？\n答：到村委会申请。\n问：多久发放？\n答：每月发放一次。",
        "问题1：怎么申请？\n答案：到村委会申请。\n问题2：多久发放？\n答案：每月发放一次。",
        "Q1：怎么申请？\nA1：到村委会申请。\nQ2：多久发放？\nA2：每月发放一次。",
        "一、怎么申请？\n到村委会申请。\n二、多久发放？\n每月发放一次。",
        "1.怎么申请？\n答：到村委会申请。\n2.多久发放？\n答：每月发放一次。",
        "怎么申请？\n到村委会申请。\n多久发放？\n每月发放一次。",
        "1.怎么申请？到村委会申请。\n2.多久发放？每月发放一次。",
        "【问】怎么申请？\n【答】到村委会申请。\n【问】多久发放？\n【答】每月发放一次。",
        "问：怎么申请？答：到村委会申请。\n问：多久发放？答：每月发放一次。",
        "问1：怎么申请？\n答1：到村委会申请。\n问2：多久发放？\n答2：每月发放一次。",
        "问题一：怎么申请？\n答复：到村委会申请。\n问题二：多久发放？\n答复：每月发放一次。",
        "【问题1】怎么申请？\n【答复】到村委会申请。\n【问题2】多久发放？\n【答复】每月发放一次。",
        "Q1 怎么申请？\nA1 到村委会申请。\nQ2 多久发放？\nA2 每月发放一次。",
        "问题1.怎么申请？\n答：到村委会申请。\n问题2.多久发放？\n答：每月发放一次。",
        "网友：怎么申请？\n回复：到村委会申请。\n网友：多久发放？\n回复：每月发放一次。",
        "日报记者：怎么申请？\n市民政局负责人：到村委会申请。\n电视台记者：多久发放？\n发言人：每月发放一次。",
        "第一问：怎么申请？\n到村委会申请。\n第二问：多久发放？\n每月发放一次。",
        "（一）怎么申请？\n到村委会申请。\n（二）多久发放？\n每月发放一次。",
        "问：怎么申请？\n答：到村委会申请。\n问：多久发放？\n答：每月发放一次。\n丰城市民政局\n2024年3月8日",
    ],
)
def test_questions_in_all_their_ways(text: str) -> None:
    found = [(p.question, p.text) for p in split(text)]
    assert found == [("怎么申请？", "到村委会申请。"), ("多久发放？", "每月发放一次。")]


def test_short_questions_below_sections() -> None:
    text = "一、申领\n1.找谁？\n找民政局。\n2.要钱吗？\n不要钱。\n二、发放\n1.何时发？\n每月十日。"
    assert [(p.heading_path[0], p.question) for p in split(text)] == [
        ("一、申领", "找谁？"),
        ("一、申领", "要钱吗？"),
        ("二、发放", "何时发？"),
    ]


def test_a_signature_and_a_list_of_annexes_are_no_part_of_the_last_article() -> None:
    text = (
        "第一条 每月五十元。\n第二条 本办法自印发之日起施行。\n附件：1.申请表\n2.花名册\n"
        "丰城市民政局\n丰城市财政局\n2024年3月8日\n附件1\n申请表\n填表人应当签字。"
    )
    assert [(p.heading_path, p.text) for p in split(text)] == [
        (("第一条",), "第一条 每月五十元。"),
        (("第二条",), "第二条 本办法自印发之日起施行。"),
        (("附件1 申请表",), "填表人应当签字。"),
    ]


def test_an_article_keeps_the_words_that_lead_into_its_list() -> None:
    (found,) = split("第三条 有下列情形之一的，可以申请：\n（一）年满80周岁；\n（二）重度残疾。")
    assert found.text.startswith("第三条 有下列情形之一的")
    assert found.heading_path == ("第三条",)


def test_headings_over_headings() -> None:
    text = f"新规发布了。\n小学招生\n网上报名\n{LONG}\n现场报名\n{LONG}\n初中招生\n对口直升\n{LONG}"
    assert [p.heading_path for p in split(text)[1:]] == [
        ("小学招生", "网上报名"),
        ("小学招生", "现场报名"),
        ("初中招生", "对口直升"),
    ]


def test_numbers_inside_an_answer_do_not_end_it() -> None:
    text = (
        "一、需要什么材料？\n答：需要：\n1.身份证；\n2.户口簿。\n二、多久办好？\n答：五个工作日。"
    )
    first, second = split(text)
    assert first.text == "需要：\n1.身份证；\n2.户口簿。"
    assert second.question == "多久办好？"


def test_a_long_answer_is_parted_and_keeps_its_question() -> None:
    text = "问：怎么办？\n答：" + "\n".join(LONG for _ in range(12)) + "\n问：多久？\n答：五天。"
    found = split(text)
    parts = [p for p in found if p.question == "怎么办？"]
    assert len(parts) > 1
    assert max(len(p.text) for p in parts) <= MAX_ANSWER_CHARS


def test_a_table_row_is_never_cut() -> None:
    rows = [f"街道：第{n}街道；地址：{LONG}；电话：0795-000000{n % 10}" for n in range(8)]
    found = split("一、受理点\n" + "\n".join(rows))
    assert all(any(row in p.text for p in found) for row in rows)


def test_a_row_whose_cells_hold_semicolons_is_whole() -> None:
    row = f"序号：1；指标：住所；说明：一年计八分；两年计十六分；{LONG}；备注：择一 计分；不重复"
    assert any(row in p.text for p in split(f"一、分值\n{row}\n{row}"))


def test_text_that_lost_its_line_breaks_is_parted_by_its_numbers() -> None:
    text = f"各单位： 现通知如下： 一、减免房租 {LONG} 二、延期缴纳 {LONG} 三、贷款贴息 {LONG}"
    assert [p.heading_path[-1:] for p in split(text)[1:]] == [
        ("一、减免房租",),
        ("二、延期缴纳",),
        ("三、贷款贴息",),
    ]


def test_marks_of_the_office_are_no_passages() -> None:
    found = split("丰民字〔2024〕12号\n示例文件\n每月发放一次。\n公开方式：主动公开")
    assert [p.text for p in found] == ["每月发放一次。"]


def test_sentences_keep_quotations_and_brackets_whole() -> None:
    text = "他说：“可以。不用来。”（见附件。）下一句！末句"
    assert [text[a:b] for a, b in sentences(text)] == [
        "他说：“可以。不用来。”",
        "（见附件。）",
        "下一句！",
        "末句",
    ]


LINES = st.lists(
    st.sampled_from(
        [
            *(
                "一、条件",
                "（一）本人",
                "1.材料：",
                "第二条 有效。",
                "问：怎么办？",
                "答：这样办。",
            ),
            *("年满60周岁。", LONG, "附件1", "怎么办？", "备注", "街道：甲；电话：乙；地址：丙"),
            *("2024年3月8日", "丰城市民政局", ""),
        ]
    ),
    max_size=25,
)


@given(LINES)
@settings(max_examples=200, deadline=None)
def test_offsets_hold_and_passages_never_overlap(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = split(text)
    assert all(text[p.start : p.end] == p.text and p.text.strip() == p.text for p in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert [p.ordinal for p in found] == list(range(len(found)))


@pytest.mark.data
def test_passages_of_real_pages_are_of_a_size_to_quote(data_dir: Path) -> None:
    found = [
        (read(path)[0], passages(read(path)[0])) for path in files([data_dir / "portal_pages"])
    ]
    sizes = [len(p.text) for _, each in found for p in each]
    assert all(doc.text[p.start : p.end] == p.text for doc, each in found for p in each)
    assert sum(size <= 2 * MAX_CHARS for size in sizes) == len(sizes)
    assert sum(80 <= size <= MAX_CHARS for size in sizes) / len(sizes) > 0.75
