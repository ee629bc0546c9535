"""Everything that reads what the outside world wrote, each as a function of bytes.

`raises` is all a parser may raise. What it costs is bounded by its input's size: seconds and bytes
a kilobyte, beside a floor that no input may exceed. `READERS` is what is fuzzed by the tests
(Hypothesis, a bounded number of inputs) and by `make fuzz` (atheris, for as long as one likes).
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

from openpyxl import Workbook

from bot.cases.filters import CaseSort, decode_cursor
from bot.cases.past_file import open_past
from bot.city.catalogue_sheet import read as read_catalogue
from bot.city.load import DEFAULT
from bot.city.sheets import SheetUnreadable
from bot.city.sheets import read as read_sheet
from bot.errors import PolicylineError
from bot.letters.wanted import place_of
from bot.open311.asked import read as read_asked
from bot.open311.services import Services
from connectors.channels.hotline.ami_events import AmiCalls
from connectors.channels.hotline.esl_events import EslCalls, table
from connectors.channels.hotline.esl_wire import LONGEST_HEADERS, headers_of, read_frame
from connectors.channels.hotline.live import LiveCalls
from connectors.channels.hotline.names import Operators
from connectors.channels.mailbox.html import plain
from connectors.channels.wechat import envelope
from connectors.departments.open311 import answers
from connectors.departments.work_order.reading import read_mapping
from connectors.departments.work_order.told import events_at, parsed, updates
from connectors.errors import ConnectorError
from connectors.speech.transcript import Transcript, heard
from knowledge.ingest.docx import read_docx
from knowledge.ingest.errors import Unreadable
from knowledge.ingest.html import read_html
from knowledge.ingest.pdf import read_pdf
from knowledge.ingest.text import read_text
from tests.fakes.town import town

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_CITY = town()
_MAPPING = read_mapping(
    DEFAULT / "work_order" / "example.toml",
    dict.fromkeys(("市城管局", "市城市管理局"), "市城市管理局"),
)
_SERVICES = Services(_CITY)
_OPERATORS = Operators({"8001": "王芳"})


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One parser.

    Args:
        read: hands it the bytes.
        raises: what it says it raises.
        seeds: inputs it takes, to begin from.
        s_per_kb: seconds a kilobyte of input may cost, beside a quarter of a second.
    """

    read: Callable[[bytes], object]
    raises: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    s_per_kb: float = 0.05

    def __call__(self, raw: bytes) -> None:
        """Read; what it may raise is no finding."""
        with suppress(*self.raises):
            self.read(raw)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _fields(raw: bytes) -> dict[str, str]:
    return headers_of(_text(raw), encoded=True)


def _ami(raw: bytes) -> object:
    calls = AmiCalls(LiveCalls("ami", NOW), _OPERATORS, (), lambda: NOW)
    events = [calls.events(_fields(one)) for one in raw.split(b"\n\n")]
    found = calls.found([_fields(raw)], [_fields(raw)])
    return events, found


def _esl(raw: bytes) -> object:
    calls = EslCalls(LiveCalls("esl", NOW), _OPERATORS, (), lambda: NOW)
    told = [calls.events(_fields(one)) for one in raw.split(b"\n\n")]
    return told, calls.found("12345", table(_text(raw)))


def _frames(raw: bytes) -> object:
    async def read() -> list[object]:
        reader = asyncio.StreamReader(limit=LONGEST_HEADERS)
        reader.feed_data(raw)
        reader.feed_eof()
        found: list[object] = []
        while not reader.at_eof():
            found.append(await read_frame(reader))
        return found

    return asyncio.run(read())


def _transcript(raw: bytes) -> object:
    so_far = Transcript()
    for line in _text(raw).split("\n"):
        so_far = heard(so_far, line)
    return so_far


def _work_order(raw: bytes) -> object:
    message = parsed(raw)
    return updates(events_at(message, "data.list"), _MAPPING, source="county", now=NOW)


def _open311_form(raw: bytes) -> object:
    return read_asked(parse_qsl(_text(raw), keep_blank_values=True), _SERVICES)


def _past(ending: str) -> Callable[[bytes], object]:
    def read(raw: bytes) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"orders{ending}"
            path.write_bytes(raw)
            return list(open_past(path).rows())

    return read


def _cursors(raw: bytes) -> object:
    text, packed = _text(raw), urlsafe_b64encode(raw).decode()
    for sort in CaseSort:
        for one in (text, packed):
            with suppress(PolicylineError):
                decode_cursor(one, sort)
    return place_of(text)


def docx_of(*paragraphs: str, **more: bytes) -> bytes:
    """A Word file; `more` are other parts of the archive."""
    said = "".join(f"<w:p><w:r><w:t>{one}</w:t></w:r></w:p>" for one in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:body>{said}</w:body></w:document>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", body)
        for name, content in more.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook_of(*rows: tuple[object, ...]) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def pdf_of(text: str = "High age allowance") -> bytes:
    """A PDF of one page."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    raw, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table_at = len(raw)
    raw += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    raw += b"".join(b"%010d 00000 n \n" % place for place in places)
    raw += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF" % (
        len(parts) + 1,
        table_at,
    )
    return raw


_WECHAT = (
    "<xml><ToUserName><![CDATA[gh]]></ToUserName><FromUserName>c</FromUserName>"
    "<CreateTime>1772416800</CreateTime><MsgType>text</MsgType><Content>路灯坏了</Content>"
    "<MsgId>1</MsgId><SendLocationInfo><Label>人民路</Label></SendLocationInfo></xml>"
).encode()
_CURSOR = b'["opened_at", "2026-01-01T00:00:00+00:00", "20260302000001", 1]'
_PAGE = (
    "<html><head><title>高龄津贴</title><meta name='ArticleTitle' content='高龄津贴'></head><body>"
    "<div class='article'><h1>高龄津贴</h1><table><tr><td>问</td><td>答</td></tr></table>"
    "<p>年满八十周岁的老人可以申请高龄津贴，带身份证到便民服务中心。</p></div></body></html>"
).encode()
_ORDER_THERE = {"工单编号": "A1", "工单标题": "路灯", "办理时限": "2026-03-04 18:00:00"}
_EVENT = {"事件编号": "E1", "操作类型": "派单", "操作时间": "2026-03-02 09:00:00"}
_TOLD = {"data": {"list": [{**_EVENT, "工单": _ORDER_THERE}]}}
_HEADS = ("编号", "事项", "一级分类", "主办单位", "属地规则", "关键词", "时限（工作日）")
_ORDERS = ("编号", "标题", "内容", "受理时间", "联系电话", "承办单位", "评价")
_ORDER = ("A1", "路灯不亮", "人民路的路灯坏了", "2026-01-02 10:00", "13900000001", "城管", "满意")
_AMI = b"Event: QueueCallerJoin\nUniqueid: 1.1\nQueue: 12345\nCallerIDNum: 13900000001\n\n"
_ESL = (
    b"Event-Name: CUSTOM\nCC-Action: member-queue-start\nCC-Queue: 12345\n"
    b"CC-Member-Session-UUID: u-1\nEvent-Date-Timestamp: 1772416800000000\n\n"
)
_LAMP = b"service_code=other&description=a&lat=28.1&long=115.7&attribute[a][]=1&media_url=https://example.com/b"

READERS: dict[str, Reader] = {
    "wechat-xml": Reader(read=envelope.parse, raises=(ConnectorError,), seeds=(_WECHAT,)),
    "mail-html": Reader(read=lambda raw: plain(_text(raw)), raises=(), seeds=(_PAGE,)),
    "page": Reader(
        read=lambda raw: read_html(raw, name="a.html"), raises=(Unreadable,), seeds=(_PAGE,)
    ),
    "pdf": Reader(
        read=lambda raw: read_pdf(raw, name="a.pdf"),
        raises=(Unreadable,),
        seeds=(pdf_of(),),
        s_per_kb=0.3,
    ),
    "docx": Reader(
        read=lambda raw: read_docx(raw, name="a.docx"),
        raises=(Unreadable,),
        seeds=(docx_of("高龄津贴办法", "第一条 年满八十周岁的老人可以申请。"),),
    ),
    "markdown": Reader(
        read=lambda raw: read_text(raw, name="a.md", markdown=True),
        raises=(Unreadable,),
        seeds=("# 高龄津贴\n\n- 一\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode(),),
    ),
    "funasr": Reader(
        read=_transcript,
        raises=(ConnectorError,),
        seeds=(
            b'{"mode":"2pass-online","text":"a","seq":1}\n{"mode":"2pass-offline","text":"b",'
            b'"timestamp":"[[0,100]]","stamp_sents":[{"start":1,"end":2}],"is_final":true}',
        ),
    ),
    "ami": Reader(read=_ami, raises=(), seeds=(_AMI, _AMI.replace(b"Join", b"Abandon"))),
    "esl": Reader(read=_esl, raises=(), seeds=(_ESL,)),
    "esl-frames": Reader(
        read=_frames,
        raises=(ConnectorError,),
        seeds=(b"Content-Type: text/event-plain\nContent-Length: 3\n\nabc", _ESL),
    ),
    "work-order": Reader(
        read=_work_order, raises=(ConnectorError,), seeds=(json.dumps(_TOLD).encode(),)
    ),
    "open311-xml": Reader(
        read=lambda raw: (answers.requests(raw, "xml"), answers.taken(raw, "xml")),
        raises=(ConnectorError,),
        seeds=(b"<service_requests><request><service_request_id>1</service_request_id></request>"
               b"</service_requests>",),
    ),
    "open311-json": Reader(
        read=lambda raw: (answers.requests(raw, "json"), answers.taken(raw, "json")),
        raises=(ConnectorError,),
        seeds=(b'[{"service_request_id":"1","status":"open","updated_datetime":"2026-01-01"}]',),
    ),
    "open311-form": Reader(read=_open311_form, raises=(PolicylineError,), seeds=(_LAMP,)),
    "catalogue": Reader(
        read=lambda raw: read_catalogue(read_sheet(raw), _CITY),
        raises=(SheetUnreadable,),
        seeds=(workbook_of(_HEADS, ("CG-01", "路灯", "市政", "市城市管理局", "部门", "路灯", 5)),
               ",".join(_HEADS).encode() + b"\nCG-01,a,b,c,d,e,5\n"),
    ),
    "orders-xlsx": Reader(
        read=_past(".xlsx"), raises=(PolicylineError,), seeds=(workbook_of(_ORDERS, _ORDER),)
    ),
    "orders-csv": Reader(
        read=_past(".csv"),
        raises=(PolicylineError,),
        seeds=(f"{','.join(_ORDERS)}\n{','.join(_ORDER)}\n".encode(),),
    ),
    "orders-jsonl": Reader(
        read=_past(".jsonl"),
        raises=(PolicylineError,),
        seeds=(json.dumps(dict(zip(_ORDERS, _ORDER, strict=True))).encode(),),
    ),
    "cursors": Reader(
        read=_cursors,
        raises=(PolicylineError,),
        seeds=(b"2026-01-01T00:00:00+00:00~abc", _CURSOR),
    ),
}  # fmt: skip
