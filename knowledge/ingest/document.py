"""What a reader found → a document: title, kind, id and dates settled in one place."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePath

from knowledge.ingest.markers import ANSWERED, ASKED
from knowledge.ingest.metadata import Metadata, document_number, from_lines
from knowledge.model import Attachment, Document, Form, Kind, Life


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a reader took from a file.

    Args:
        name: the file's name.
        lines: the text, a paragraph or table row each.
        metadata: what the file says about itself outside its text.
        hint: words about where it was filed, such as the column's type.
        site: the site's name, from which the organ is guessed last.
    """

    name: str
    lines: tuple[str, ...]
    metadata: Metadata
    attachments: tuple[Attachment, ...] = ()
    hint: str = ""
    site: str = ""


def build(source: Source) -> Document:
    """The document of one page or file; its life is a draft, or repealed where it says so."""
    given = source.metadata
    issued_on = given.published_on or given.issued_on
    own = from_lines(source.lines, title=given.title, issued_on=issued_on)
    title = given.title or own.title or first_title(source.lines) or PurePath(source.name).stem
    found = given.or_else(own)
    lines = _without_title(source.lines, title)
    kind, form = kind_of(title, lines, hint=source.hint, number=found.number)
    return Document(
        id=derived_id(found.url or f"{source.name}\n{title}"),
        title=title,
        text="\n".join(lines),
        kind=kind,
        form=form,
        url=found.url,
        department=_organ(given, own) or site_organ(source.site),
        number=found.number,
        index_number=found.index_number,
        issued_on=found.issued_on,
        published_on=found.published_on,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        life=Life.REPEALED if found.ended else Life.DRAFT,
        attachments=source.attachments,
    )


def _organ(given: Metadata, own: Metadata) -> str:
    """The organ a metadata table names; else, for a numbered document, the one that signed it; else
    the source the page names, else the signature's."""
    signed = own.organ if given.number or own.number else ""
    return given.organ or signed or given.source or own.organ or own.source


def derived_id(source: str) -> str:
    """An id for content that brings none: the same address or file gives the same id."""
    return hashlib.sha256(source.encode()).hexdigest()[:24]


TITLE_END = re.compile(
    r"(?:通知|公告|通告|办法|细则|规定|条例|方案|意见|决定|标准|指南|措施|批复|函|问答|解读)(?:[（(].*[）)])?$"
)
"""How the title of an official text ends."""
_NO_TITLE = re.compile(r".{2,30}文件|.{0,6}(?:编号|密级|索引号)[：:].*|\d+|附件\d*")


def first_title(lines: tuple[str, ...]) -> str:
    """The title a plain text opens with: its first short line that is no number or letterhead.

    A title set over two or three lines is put together.
    """
    for at, line in enumerate(lines[:6]):
        if not 4 <= len(line) <= 80 or line.endswith(("。", "；", "：")):
            continue
        if _NO_TITLE.fullmatch(line) or document_number(line):
            continue
        for more in (1, 2):
            joined = "".join(lines[at : at + 1 + more])
            broken = not TITLE_END.search("".join(lines[at : at + more])) and "关于" in joined
            if broken and TITLE_END.search(joined) and len(joined) <= 100:
                return joined
        return line
    return ""


def _without_title(lines: tuple[str, ...], title: str) -> tuple[str, ...]:
    """The text below its title, which may be set over some lines, and below the letterhead."""
    wanted = re.sub(r"\s", "", title)
    for at in range(min(5, len(lines))):
        for end in (at + 1, at + 2, at + 3):
            if re.sub(r"\s", "", "".join(lines[at:end])) == wanted and len(lines) > end:
                return lines[end:]
        if not _NO_TITLE.fullmatch(lines[at]) and not document_number(lines[at]):
            break
    return lines


def site_organ(site: str) -> str:
    """The organ behind a site, from its name (丰城市民政局网站 → 丰城市民政局)."""
    return re.sub(
        r"(?:政府)?(?:门户|官方)?(?:网站|网)$|(?:门户网站|官网|政府信息公开.*)$", "", site
    )


_KINDS = (
    (Kind.REFUTATION, r"辟谣|谣言|不实信息|网传.*(?:不实|假)"),
    (
        Kind.INTERPRETATION,
        r"《.+》.{0,6}(?:问答|答问|解答)|解读|一图读懂|图解|起草说明|政策说明|读懂|答记者问|新闻发布会|发布会实录",
    ),
    (Kind.FAQ, r"常见问题|热点问题|问答|答问|答疑|百问|知多少|Q&A|有问必答|解答"),
    (
        Kind.GUIDE,
        r"指南|指引|攻略|流程|须知|怎么|如何|手册|操作|一文(?:说清|看懂|读懂)|看这里|办理吧|申领|简介",
    ),
    (
        Kind.POLICY,
        r"(?:办法|细则|规定|条例|方案|意见|决定|标准|规划|措施|制度)(?:[（(].*[）)])?$|关于.*通知$",
    ),
    (Kind.NOTICE, r"通告|公告|公示|通知|提醒|温馨提示"),
)
_FORMS = (
    (Form.QA, r"问答|答问|答记者问|Q&A|常见问题|百问|答疑"),
    (Form.CHART, r"一图读懂|图解|图表解读|长图"),
    (Form.AUDIO_VIDEO, r"音频|视频|动漫|在线访谈|短视频"),
    (Form.EXPERT, r"专家解读|专家谈"),
    (
        Form.FIRST_INTERPRETER,
        r"(?:主要)?负责(?:人|同志).{0,6}解读|[局厅委]?(?:局长|主任|厅长|市长|书记|行长).{0,8}解读|一把手.{0,4}解读|第一解读人",
    ),
)


def kind_of(
    title: str, lines: tuple[str, ...], *, hint: str = "", number: str = ""
) -> tuple[Kind, Form]:
    """What a document is, from its title, its number, the column it stood in, and its shape."""
    asked = sum(bool(ASKED.match(line)) for line in lines)
    answered = sum(bool(ANSWERED.match(line)) for line in lines)
    form = next((form for form, words in _FORMS if re.search(words, title)), Form.TEXT)
    if form is Form.TEXT and (answered >= 3 or asked >= 3):
        form = Form.QA
    named = next((kind for kind, words in _KINDS if re.search(words, title)), None)
    if number and named not in (Kind.REFUTATION, Kind.INTERPRETATION, Kind.FAQ):
        return Kind.POLICY, form
    if named is not None:
        return named, form
    if form is Form.QA:
        return Kind.FAQ, form
    hinted = next((kind for kind, words in _KINDS if re.search(words, hint)), None)
    return hinted or (Kind.POLICY if "政策文件" in hint else Kind.NOTICE), form
