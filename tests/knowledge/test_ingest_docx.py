"""Word files as offices make them, and as nobody should."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import docx
import pytest

from knowledge.ingest import Unreadable, read
from knowledge.ingest.docx_numbers import chinese, spelled
from knowledge.ingest.structure import passages
from knowledge.model import Document

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TITLE = "关于发放高龄老人补贴的通知"


def paragraph(text: str, *, number: tuple[int, int] | None = None) -> str:
    place = ""
    if number is not None:
        at, level = number
        place = (
            f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{at}"/></w:numPr></w:pPr>'
        )
    return f"<w:p>{place}<w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def word(folder: Path, body: str, **parts: str) -> Path:
    path = folder / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        document = f"<w:document {NAMES}><w:body>{body}</w:body></w:document>"
        packed.writestr("word/document.xml", document)
        for name, content in parts.items():
            packed.writestr(f"word/{name}.xml", f"<w:{name} {NAMES}>{content}</w:{name}>")
    return path


def lines(path: Path) -> list[str]:
    (document,) = read(path)
    return document.text.split("\n")


def reason(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path)
    return caught.value.reason_zh


def levels(*shapes: tuple[str, str]) -> str:
    found = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate(shapes)
    )
    return f'<w:abstractNum w:abstractNumId="7">{found}</w:abstractNum>'


def test_numbers_that_word_itself_puts_before_paragraphs(tmp_path: Path) -> None:
    numbering = levels(
        ("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")
    )
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
    body = paragraph(TITLE) + "".join(
        paragraph(text, number=(1, level))
        for level, text in [
            (0, "补贴对象"),
            (1, "本市户籍"),
            (1, "年满80周岁"),
            (2, "以身份证为准"),
            (0, "补贴标准"),
            (1, "每月五十元"),
        ]
    )
    path = word(tmp_path, body, numbering=numbering)

    assert lines(path) == [
        "一、补贴对象",
        "（一）本市户籍",
        "（二）年满80周岁",
        "1.以身份证为准",
        "二、补贴标准",
        "（一）每月五十元",
    ]


def test_articles_numbered_by_their_style_make_passages(tmp_path: Path) -> None:
    numbering = levels(("chineseCountingThousand", "第%1条"))
    numbering += '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>'
    styles = (
        '<w:style w:styleId="Tiao"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Tiao2"><w:basedOn w:val="Tiao"/></w:style>'
    )
    body = paragraph("丰城市公园管理办法") + "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for style, text in [("Tiao", "公园免费开放。"), ("Tiao2", "公园内禁止垂钓。")]
    )
    (document,) = read(word(tmp_path, body, numbering=numbering, styles=styles))

    assert [p.heading_path for p in passages(document)] == [("第一条",), ("第二条",)]


def test_a_list_that_starts_anew(tmp_path: Path) -> None:
    numbering = levels(("decimal", "%1.")) + (
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2">'
        '<w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        "</w:lvlOverride></w:num>"
    )
    body = paragraph(TITLE) + "".join(paragraph("材料", number=(at, 0)) for at in (1, 1, 2, 2))

    assert lines(word(tmp_path, body, numbering=numbering)) == [
        "1.材料",
        "2.材料",
        "5.材料",
        "6.材料",
    ]


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (12, "chineseCounting", "十二"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (4, "lowerRoman", "iv"),
        (2, "upperLetter", "B"),
        (7, "decimal", "7"),
        (7, "none", ""),
    ],
)
def test_forms_of_numbers(number: int, form: str, said: str) -> None:
    assert spelled(number, form) == said


def test_chinese_numerals() -> None:
    assert [chinese(number) for number in (10, 21, 105, 110)] == [
        "十",
        "二十一",
        "一百零五",
        "一百一十",
    ]


def test_merged_cells_are_said_in_every_row(tmp_path: Path) -> None:
    restart, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = "<w:tbl>" + row(cell("人群"), cell("标准", '<w:gridSpan w:val="2"/>'))
    table += row(cell("人群"), cell("城市"), cell("农村"))
    table += row(cell("低保", restart), cell("885元"), cell("680元"))
    table += row(cell("", goes_on), cell("按月"), cell("按季")) + "</w:tbl>"

    assert lines(word(tmp_path, paragraph(TITLE) + table)) == [
        "人群：低保；标准城市：885元；标准农村：680元",
        "人群：低保；标准城市：按月；标准农村：按季",
    ]


def test_deleted_words_are_gone_and_inserted_ones_there(tmp_path: Path) -> None:
    body = paragraph(TITLE) + (
        "<w:p><w:r><w:t>每人每月</w:t></w:r><w:del><w:r><w:delText>五十</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>六十</w:t></w:r></w:ins><w:r><w:t>元。</w:t></w:r>"
        "<w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom></w:p>"
    )

    assert lines(word(tmp_path, body)) == ["每人每月六十元。"]


def test_text_boxes_stand_once_and_notes_below_their_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('咨询电话：0795-0000000')}</w:txbxContent>"
    body = paragraph(TITLE) + (
        '<w:p><w:r><w:t>由户籍地受理</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:r><w:t>。</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><wps:txbx>"
        f"{box}</wps:txbx></mc:Choice><mc:Fallback><v:textbox>{box}</v:textbox></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    notes = f'<w:footnote w:id="2">{paragraph("户籍地指户口簿所载地址。")}</w:footnote>'

    assert lines(word(tmp_path, body, footnotes=notes)) == [
        "由户籍地受理。",
        "咨询电话：0795-0000000",
        "注：户籍地指户口簿所载地址。",
    ]


def test_content_controls_and_fields(tmp_path: Path) -> None:
    body = paragraph(TITLE) + (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('控件里的文字。')}</w:sdtContent></w:sdt>"
        "<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t>网址</w:t></w:r>"
        "</w:hyperlink><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>"
    )

    assert lines(word(tmp_path, body)) == ["控件里的文字。", "网址"]


LETTER = (
    "丰城市民政局文件",
    "丰民字〔2024〕12号",
    "丰城市民政局关于发放",
    "高龄老人补贴的通知",
    "各乡镇人民政府：",
    "每人每月五十元。",
    "丰城市民政局",
    "2024年3月8日",
)


def letter(folder: Path) -> Document:
    made = docx.Document()
    for text in LETTER:
        made.add_paragraph(text)
    path = folder / "letter.docx"
    made.save(str(path))
    (document,) = read(path)
    return document


def test_a_letter_with_its_head_and_a_title_over_two_lines(tmp_path: Path) -> None:
    document = letter(tmp_path)

    assert document.title == "丰城市民政局关于发放高龄老人补贴的通知"
    assert document.number == "丰民字〔2024〕12号"
    assert document.issued_on == date(2024, 3, 8)
    assert [p.text for p in passages(document)] == ["各乡镇人民政府：\n每人每月五十元。"]


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = word(tmp_path, paragraph("零" * 25_000_000))

    assert path.stat().st_size < 1_000_000
    assert "解压后过大" in reason(path)


def test_a_great_number_of_parts_is_refused(tmp_path: Path) -> None:
    path = word(tmp_path, paragraph(TITLE))
    with zipfile.ZipFile(path, "a") as packed:
        for number in range(20_001):
            packed.writestr(str(number), b"")

    assert "部件过多" in reason(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as packed:
        bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
        packed.writestr("word/document.xml", f"{bomb}<w:document {NAMES}>&b;</w:document>")

    assert "实体" in reason(path)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = "<w:sdt><w:sdtContent>" * 20_000 + paragraph(TITLE) + "</w:sdtContent></w:sdt>" * 20_000

    assert "嵌套过深" in reason(word(tmp_path, deep))


def test_names_that_point_outside_are_never_written(tmp_path: Path) -> None:
    path = word(tmp_path, paragraph(TITLE) + paragraph("每月五十元。"))
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("../../outside.xml", "<x/>")
        packed.writestr("/outside.xml", "<x/>")

    assert lines(path) == ["每月五十元。"]
    assert not (tmp_path.parent.parent / "outside.xml").exists()


@pytest.mark.parametrize("kept", [b"", b"PK\x03\x04 cut off"])
def test_a_damaged_file(tmp_path: Path, kept: bytes) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(kept)

    assert reason(path)


def test_a_zip_that_is_no_word_file(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a.txt", "x")
    path = tmp_path / "a.docx"
    path.write_bytes(packed.getvalue())

    assert "不是 .docx" in reason(path)


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.ofd"])
def test_older_and_other_formats_say_what_to_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xd0\xcf\x11\xe0")

    assert "另存为" in reason(path)
