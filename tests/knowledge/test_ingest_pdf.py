"""PDFs as offices make them, and as nobody should; all are made here."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from knowledge.ingest import Unreadable, read
from knowledge.ingest.structure import passages

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
SIZE = 12
TOP = 780
LEADING = 20


def drawn(*pages: Callable[[Canvas], None]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for page in pages:
        canvas.setFont("STSong-Light", SIZE)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def at(*texts: tuple[float, float, str]) -> Callable[[Canvas], None]:
    """A page with texts at (x in points, line from the top, text)."""

    def draw(canvas: Canvas) -> None:
        for x, line, text in texts:
            canvas.drawString(x, TOP - LEADING * line, text)

    return draw


def column(*lines: str, x: float = 72) -> Callable[[Canvas], None]:
    return at(*[(x, number, text) for number, text in enumerate(lines)])


def stored(folder: Path, content: bytes) -> Path:
    path = folder / "a.pdf"
    path.write_bytes(content)
    return path


def lines(folder: Path, *pages: Callable[[Canvas], None]) -> list[str]:
    (document,) = read(stored(folder, drawn(*pages)))
    return [document.title, *document.text.split("\n")]


def reason(folder: Path, content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read(stored(folder, content))
    return caught.value.reason_zh


TITLE = "关于发放高龄老人补贴的通知"
LEFT = [
    "各乡镇人民政府要在每月十日前把当",
    "月新增的老年人名单报市民政局，名单",
    "包括姓名、身份证号码和社会保障卡账",
    "号，由村委会逐户核对后签字并且盖章",
    "报送，不得漏报。",
]
RIGHT = [
    "市民政局收到名单后在五个工作日内完",
    "成审核，把补贴直接打入老年人本人的",
    "社会保障卡，不得以现金发放，也不得",
    "由他人代领，发放结果在村务公开栏里",
    "公示七日。",
]


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    rows = [(72.0, n + 2, text) for n, text in enumerate(LEFT)]
    rows += [(320.0, n + 2, text) for n, text in enumerate(RIGHT)]
    mixed = sorted(rows, key=lambda row: (row[1], row[0]))

    assert lines(tmp_path, at((180, 0, TITLE), *mixed)) == [TITLE, "".join(LEFT), "".join(RIGHT)]


def test_columns_whose_lines_stand_at_different_heights(tmp_path: Path) -> None:
    rows = [(72.0, n + 2, text) for n, text in enumerate(LEFT)]
    rows += [(320.0, n + 2.5, text) for n, text in enumerate(RIGHT)]

    assert lines(tmp_path, at((180, 0, TITLE), *rows)) == [TITLE, "".join(LEFT), "".join(RIGHT)]


def test_a_table_becomes_rows_with_their_heads(tmp_path: Path) -> None:
    cells = [
        ["年龄", "标准", "发放方式"],
        ["80至89岁", "50元", "银行卡"],
        ["90至99岁", "100元", "银行卡"],
    ]
    drawn_cells = [
        (80.0 + 150 * across, 2.0 + down, text)
        for down, row in enumerate(cells)
        for across, text in enumerate(row)
    ]
    page = at((72, 0, TITLE), (72, 1, "补贴标准按年龄分档："), *drawn_cells, (72, 5, "按月发放。"))

    assert lines(tmp_path, page) == [
        TITLE,
        "补贴标准按年龄分档：",
        "年龄：80至89岁；标准：50元；发放方式：银行卡",
        "年龄：90至99岁；标准：100元；发放方式：银行卡",
        "按月发放。",
    ]


def test_a_cell_over_two_lines_stays_in_its_row(tmp_path: Path) -> None:
    texts = [
        (80.0, 1.0, "事项"),
        (200.0, 1.0, "材料内容"),
        (80.0, 2.0, "落户"),
        (200.0, 2.0, "出生证明和父母"),
        (200.0, 3.0, "双方的身份证"),
        (80.0, 4.0, "换证"),
        (200.0, 4.0, "旧身份证"),
    ]

    assert lines(tmp_path, at((72, 0, "户籍业务材料一览"), *texts))[1:] == [
        "事项：落户；材料内容：出生证明和父母双方的身份证",
        "事项：换证；材料内容：旧身份证",
    ]


def test_an_indent_begins_a_paragraph(tmp_path: Path) -> None:
    full = "本市户籍年满八十周岁的老年人都可以向村委会提出申请并且填写登记表"
    page = at(
        (180, 0, TITLE),
        (96, 1, full[2:]),
        (72, 2, "附上本人身份证复印件"),
        (96, 3, "村委会当日上报。"),
    )

    assert lines(tmp_path, page)[1:] == [full[2:] + "附上本人身份证复印件", "村委会当日上报。"]


def test_running_heads_with_numbers_in_them_and_page_numbers(tmp_path: Path) -> None:
    pages = [
        column(f"丰城市政府公报 2024年第{n}期", f"第{n}条规定，每人每月五十元。", f"- {n} -")
        for n in (1, 2, 3, 4)
    ]

    assert lines(tmp_path, *pages)[1:] == [f"第{n}条规定，每人每月五十元。" for n in (1, 2, 3, 4)]


def test_a_word_parted_by_a_hyphen(tmp_path: Path) -> None:
    page = column(TITLE, "Applicants from abroad may register on the munici-", "pal website.")

    assert lines(tmp_path, page)[1:] == [
        "Applicants from abroad may register on the municipal website."
    ]


def test_a_letter_with_head_number_title_on_two_lines_and_signature(tmp_path: Path) -> None:
    page = at(
        (200, 0, "丰城市民政局文件"),
        (220, 1, "丰民字〔2024〕12号"),
        (200, 3, "丰城市民政局关于发放"),
        (206, 4, "高龄老人补贴的通知"),
        (72, 6, "各乡镇人民政府："),
        (96, 7, "每人每月五十元，由乡镇发放。"),
        (400, 9, "丰城市民政局"),
        (400, 10, "2024年3月8日"),
    )
    (document,) = read(stored(tmp_path, drawn(page)))

    assert document.title == "丰城市民政局关于发放高龄老人补贴的通知"
    assert (document.number, document.department) == ("丰民字〔2024〕12号", "丰城市民政局")
    assert document.issued_on == date(2024, 3, 8)
    assert [p.text for p in passages(document)] == [
        "各乡镇人民政府：\n每人每月五十元，由乡镇发放。"
    ]


def locked(user: str) -> bytes:
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(drawn(column(TITLE, "每人每月五十元，由乡镇发放。")))))
    writer.encrypt(user, "owner", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_an_empty_password_opens(tmp_path: Path) -> None:
    (document,) = read(stored(tmp_path, locked("")))

    assert document.text == "每人每月五十元，由乡镇发放。"


def test_a_password_is_asked_for_plainly(tmp_path: Path) -> None:
    assert "需要密码" in reason(tmp_path, locked("secret"))


def test_a_scan_says_it_is_one(tmp_path: Path) -> None:
    def picture(canvas: Canvas) -> None:
        canvas.rect(50, 50, 400, 600, fill=1)

    assert "扫描件" in reason(tmp_path, drawn(picture, picture))


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of numbered objects, with its table of where they are."""
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + table + end % (len(objects) + 1, len(out))


def stream(content: bytes) -> bytes:
    packed = zlib.compress(content, 9)
    head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
    return head + packed + b"\nendstream"


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"


@pytest.mark.parametrize("size", [9_000_000, 300_000_000])
def test_a_stream_that_unpacks_to_too_much(tmp_path: Path, size: int) -> None:
    bomb = raw_pdf(CATALOGUE, ONE_PAGE, PAGE, stream(b" " * size))

    assert len(bomb) < 1_000_000
    assert "过大" in reason(tmp_path, bomb)


def test_pages_that_hold_themselves(tmp_path: Path) -> None:
    loop = raw_pdf(CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>")

    assert reason(tmp_path, loop)


def test_a_page_count_that_is_a_lie(tmp_path: Path) -> None:
    kids = b" ".join([b"3 0 R"] * 4000)
    pages = b"<< /Type /Pages /Kids [" + kids + b"] /Count 4000 >>"

    assert "超过" in reason(tmp_path, raw_pdf(CATALOGUE, pages, PAGE, stream(b"BT ET")))


def test_a_drawing_that_draws_itself(tmp_path: Path) -> None:
    form = (
        b"<< /Type /XObject /Subtype /Form /Resources << /XObject << /F 4 0 R >> >> /Length 4 >>\n"
    )
    page = (
        b"<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /XObject << /F 4 0 R >> >> >>"
    )
    loop = raw_pdf(CATALOGUE, ONE_PAGE, page, form + b"stream\n/F Do\nendstream", stream(b"/F Do"))

    assert reason(tmp_path, loop)


def test_a_file_cut_off_in_the_middle(tmp_path: Path) -> None:
    whole = drawn(column(TITLE, "每人每月五十元，由乡镇发放。"))

    assert reason(tmp_path, whole[: len(whole) // 3])
