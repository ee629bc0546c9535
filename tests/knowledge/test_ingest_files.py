"""PDF, Word, Markdown, text and JSON lines; and files that are none of these."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from time import process_time

import docx
import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.ingest import Unreadable, files, jsonl, read, read_each
from knowledge.ingest.structure import passages
from knowledge.model import Form, Kind, Life

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def pdf(*pages: list[str]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for page in pages:
        canvas.setFont("STSong-Light", 12)
        for at, line in enumerate(page):
            canvas.drawString(72, 780 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def reason(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path)
    return caught.value.reason_zh


def test_pdf_lines_become_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    head = "丰城市民政局文件汇编"
    path.write_bytes(
        pdf(
            [head, "关于发放高龄老人补贴的通知", "一、补贴对象",
             "具有本市户籍、年满八十周岁并且居住在本市的老年人，可以向户籍",
             "所在地的村民委员会提出申请。", "— 1 —"],
            [head, "二、补贴标准", "每人每月五十元。", "— 2 —"],
            [head, "三、其他", "丰城市民政局", "2024年3月8日", "— 3 —"],
        )
    )  # fmt: skip
    (document,) = read(path)
    assert document.title == "关于发放高龄老人补贴的通知"
    assert "可以向户籍所在地的村民委员会提出申请。" in document.text
    assert "— 2 —" not in document.text
    assert head not in document.text
    assert document.issued_on == date(2024, 3, 8)
    assert document.department == "丰城市民政局"


def test_an_encrypted_pdf_is_named(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf(["保密"]))))
    writer.encrypt("secret", algorithm="AES-256")
    path = tmp_path / "locked.pdf"
    writer.write(path)
    assert "已加密" in reason(path)


def test_a_scan_says_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf([], []))
    assert "扫描件" in reason(path)


def test_word_with_a_table(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_paragraph("关于发放高龄老人补贴的通知")
    made.add_paragraph("一、补贴标准")
    table = made.add_table(rows=3, cols=2)
    for row, cells in zip(
        table.rows, [("年龄标准", "补贴金额"), ("80岁", "50元"), ("90岁", "100元")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    made.add_paragraph("二、办理时间为工作日。")
    path = tmp_path / "a.docx"
    made.save(str(path))
    (document,) = read(path)
    assert document.title == "关于发放高龄老人补贴的通知"
    assert document.text.split("\n") == [
        "一、补贴标准",
        "年龄标准：80岁；补贴金额：50元",
        "年龄标准：90岁；补贴金额：100元",
        "二、办理时间为工作日。",
    ]


MARKDOWN = """---
id: faq-gaoling
title: 高龄补贴常见问题
kind: faq
form: qa
department: 丰城市民政局
number: 丰民字〔2024〕12号
issued_on: 2024-03-08
published_on: 2024-03-12
valid_from: 2024-04-01
valid_to: 2029-03-31
policy_id: policy-gaoling
sample: true
---

## 一、申请

**问：怎么申请？**
答：带身份证到村委会申请，
不用交钱。

### 问：要什么材料？

1. 身份证
2. 户口簿

## 二、标准

| 年龄 | 每人每月 | 备注 |
|---|---|---|
| 80岁 | 50元 | 按月发 |
"""


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "faq.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    (document,) = read(path)
    assert (document.id, document.kind, document.form) == ("faq-gaoling", Kind.FAQ, Form.QA)
    assert document.sample
    assert document.policy_id == "policy-gaoling"
    assert document.valid_to == date(2029, 3, 31)
    found = [(p.heading_path[0], p.question, p.text) for p in passages(document)]
    assert found == [
        ("一、申请", "怎么申请？", "带身份证到村委会申请，不用交钱。"),
        ("一、申请", "要什么材料？", "1. 身份证\n2. 户口簿"),
        ("二、标准", "", "年龄：80岁；每人每月：50元；备注：按月发"),
    ]


@pytest.mark.parametrize("line", ["titel: 写错的键", "issued_on: 去年", "kind: 小说", "life: 睡着"])
def test_front_matter_that_means_nothing(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n{line}\n---\n正文。\n", encoding="utf-8")
    assert reason(path)


def test_plain_text_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("关于冬季供水的公告\n今日夜间停水检修。\n".encode("gb18030"))
    (document,) = read(path)
    assert (document.title, document.kind) == ("关于冬季供水的公告", Kind.NOTICE)


def test_json_lines_keep_their_ids_and_report_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = {
        "id": "x-1",
        "title": "停水公告",
        "text": "今夜停水。",
        "kind": "notice",
        "published": "2024-03-12",
        "department": "市自来水公司",
        "number": "",
        "url": "https://example.org/1",
    }
    path.write_text(
        "\n".join(
            [json.dumps(good, ensure_ascii=False), "{坏的", '{"id": "x-2", "text": ""}', "[]"]
        ),
        encoding="utf-8",
    )
    first, *bad = read_each(path)
    assert not isinstance(first, Unreadable)
    assert (first.id, first.text, first.kind) == ("x-1", "今夜停水。", Kind.NOTICE)
    assert first.published_on == date(2024, 3, 12)
    assert first.life is Life.DRAFT
    assert [each.place for each in bad if isinstance(each, Unreadable)] == [
        "第 2 行",
        "第 3 行",
        "第 4 行",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.html", b"", "空"),
        ("blank.html", b"  \n ", "空"),
        ("bare.html", b"<html><body><div></div></body></html>", "没有正文"),
        ("picture.html", b"\x89PNG\r\n\x1a\n\x00\x00", "不是文本"),
        ("binary.html", bytes(range(256)) * 40, "不是文本"),
        ("prose.html", "这不是网页".encode(), "不是网页"),
        ("bomb.html", b"<html><body>" + b"<div>" * 200_000 + b"x", "嵌套过深"),
        ("odd.html", b"<html><body>" + b"<x-y>" * 20_000 + b"x", "嵌套过深"),
        ("tags.html", b"<html><body>" + b"<p>" * 400_001 + b"x", "标签过多"),
        ("word.html", b"PK\x03\x04" + b"x" * 50, "不是文本"),
        ("a.pdf", b"%PDF-1.7 broken", "损坏"),
        ("b.pdf", b"no pdf at all", "损坏"),
        ("a.docx", b"PK\x03\x04 broken", "损坏"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧的 .doc"),
        ("a.txt", b"\n\n", "空"),
        ("a.jsonl", b"\n", "没有内容"),
        ("a.xyz", b"x", "不支持"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in reason(path)


def test_a_file_of_200_mb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.html"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    assert "太大" in reason(path)


SAYS = "丰城市高龄补贴自2025年起按月发放，由户籍地乡镇受理。"


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='" + "nav " * 500_000 + f"'>{SAYS}</div>",
        "<p>" + "&lt;&nbsp;" * 100_000 + f"</p><p>{SAYS}</p>",
        "<table><tr>" + "<td rowspan=60000 colspan=60000>格</td>" * 200 + f"</tr></table><p>{SAYS}",
        "<script>" + "x = {'a': [" * 50_000 + f"</script><p>{SAYS}</p>",
        "<p>" + "（" * 50_000 + f"</p><p>{SAYS}</p>",
        "<div><span>发布日期：</span>" * 1_000 + f"<p>{SAYS}</p>",
    ],
)
def test_pages_built_to_do_harm_are_read_in_a_moment(tmp_path: Path, markup: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><body><div id=zoom>{markup}</div></body></html>", encoding="utf-8")
    before = process_time()
    (document,) = read(path)
    assert SAYS in document.text
    assert process_time() - before < 10


def test_a_file_without_the_right_to_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>x</p>", encoding="utf-8")

    def refuse(_path: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read whatever a mode forbids
    assert "没有权限" in reason(path)


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("停水公告\n今夜停水。", encoding="utf-8")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    assert [path.name for path in files([tmp_path])] == ["a.md", "self.md"]
    assert "无法访问" in reason(tmp_path / "self.md")


def test_a_line_too_long_is_left_out_and_the_next_one_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE_CHARS", 100)
    path = tmp_path / "a.jsonl"
    long, short = {"id": "1", "text": "停水。" * 200}, {"id": "2", "text": "停水。"}
    rows = [json.dumps(each, ensure_ascii=False) for each in (long, short)]
    path.write_text("\n".join(rows), encoding="utf-8")
    bad, good = read_each(path)
    assert isinstance(bad, Unreadable)
    assert "太长" in bad.reason_zh
    assert not isinstance(good, Unreadable)
    assert good.id == "2"


def test_a_missing_file(tmp_path: Path) -> None:
    assert "不存在" in reason(tmp_path / "gone.html")


def test_folders_give_what_can_be_read(tmp_path: Path) -> None:
    for name in ("b.md", "a.html", "skip.png", ".hidden.md"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.name for path in files([tmp_path])] == ["a.html", "b.md"]
