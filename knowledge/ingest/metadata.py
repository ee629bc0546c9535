"""What a page or file says about itself: number, organ, dates, index number, validity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from knowledge.ingest.closing import (
    DATE_LINE,
    HEAD_LINE,
    ORGAN_END,
    ORGAN_LINE,
    signature,
    signed_at_once,
)
from knowledge.ingest.dates import add_years, first_date
from knowledge.ingest.labels import cut_at_label, pairs_in_line
from knowledge.ingest.tidying import tidy


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What was found; empty where the source does not say.

    Args:
        organ: the issuing organ as a metadata table names it.
        source: who published or supplied it (来源), never a site's own "本网".
        ended: the source says it is repealed or no longer valid.
    """

    title: str = ""
    number: str = ""
    organ: str = ""
    source: str = ""
    index_number: str = ""
    url: str = ""
    issued_on: date | None = None
    published_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    ended: bool = False

    def or_else(self, other: Metadata) -> Metadata:
        """This, with what it lacks taken from another."""
        lacking = {name: value for name, value in vars(other).items() if not getattr(self, name)}
        return replace(self, **lacking)


NUMBER = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,14}[ ]?[〔\[（(【［][ ]?(?:19|20)\d{2}[ ]?年?[〕\]）)】］][ ]?"
    r"(?:第[ ]?)?\d{1,5}[ ]?号(?:文)?"
)
_ORDER_NUMBER = re.compile(
    r"(?:[\u4e00-\u9fff]{2,20}(?:令|公告|通告)[ ]?)(?:(?:19|20)\d{2}年)?[ ]?第?[ ]?\d{1,4}[ ]?号"
)
_NOT_A_SOURCE = re.compile(
    r"^(?:本网|本站|本网站|网站|原创|其他|转载|互联网|网络|未知|admin\w*|管理员|系统管理员|-+|无)?$",
    re.IGNORECASE,
)
_ISSUING_TITLE = re.compile(
    rf"^((?:[\u4e00-\u9fff（）()]{{2,25}}?{ORGAN_END}(?:等\d+[个]?(?:部门|单位))?[ 、]?){{1,6}})"
    r"(?:关于|印发|转发|发布|公布|通告|通知|公告)"
)
_THIS = r"本(?:办法|规定|细则|实施细则|通知|意见|方案|条例|标准|决定|通告|公告|措施|规则|指引|政策)"
_EFFECT = re.compile(
    rf"(?:{_THIS}|现予(?:公布|发布))[^。；\n]{{0,12}}?自([^。；\n]{{2,30}}?)(?:起|开始)?(?:施行|实施|执行|生效)"
)
_TERM = re.compile(r"有效期(?:为|限为)?[ ]?([\d一二三四五六七八九十两]{1,3})[ ]?年")
_TERM_TO = re.compile(r"有效期(?:调整)?(?:延长)?(?:至|到)[ ]?([^。；，\n]{6,20})")


def from_pairs(pairs: Iterable[tuple[str, str]]) -> Metadata:
    """Metadata from labelled values, `labels.FIELDS` names the labels; the first good one counts.

    Args:
        pairs: (field, value) in the order they stand on the page.
    """
    found: dict[str, object] = {}
    for field, raw in pairs:
        value = _checked(field, tidy(raw))
        if value and field not in found:
            found[field] = value
    author = found.pop("author", None)
    if author:
        found.setdefault("source", author)
    ended = found.pop("status", None)
    from_label = found.pop("term", None)
    metadata = Metadata(**found, ended=ended == "ended")  # type: ignore[arg-type]
    if from_label and metadata.valid_to is None:
        metadata = replace(metadata, valid_to=_term_end(str(from_label), metadata))
    return metadata


def _checked(field: str, value: str) -> object:
    """The value in its type, or nothing where it cannot be what the label promises."""
    if field in ("issued_on", "published_on", "valid_from", "valid_to"):
        return first_date(value)
    if field == "number":
        return document_number(value)
    if field == "status":
        return (
            "ended"
            if re.search(r"失效|废止|无效|已过期", value) and "现行" not in value
            else "valid"
        )
    if field == "author":
        return value if ORGAN_LINE.fullmatch(value) else ""
    if field in ("organ", "source"):
        value = cut_at_label(re.sub(r"^(?:信息|文章|稿件)?来源[：:]", "", value))
        value = re.split(r"[ ]*[【\[]", value)[0]
        value = re.sub(r"[ ]?[,，;；][ ]?", "、", value).strip(" -—|：:")
        return "" if _NOT_A_SOURCE.match(value) or len(value) > 100 else value
    if field == "index_number":
        return value if re.fullmatch(r"[\w\-/.〔〕()（） ]{4,60}", value) else ""
    return value


def document_number(text: str) -> str:
    """The document number (发文字号) in a text that holds one, brackets as 〔〕; or empty."""
    found = NUMBER.search(text) or _ORDER_NUMBER.search(text)
    if not found:
        return ""
    number = re.sub(r"\s+", "", found.group(0)).removesuffix("文")
    return re.sub(r"[\[（(【［]((?:19|20)\d{2})年?[\]）)】］]", r"〔\1〕", number)


def from_meta_tags(tags: Sequence[tuple[str, str]]) -> Metadata:
    """Metadata from `<meta name content>`, after the government sites' common standard and og:*."""
    fields = {
        "articletitle": "title", "pubdate": "published_on", "contentsource": "source",
        "url": "url", "og:url": "url", "article:published_time": "published_on",
        "publishdate": "published_on", "publish_date": "published_on", "date": "published_on",
        "firstpublishedtime": "published_on", "og:release_date": "published_on",
        "dc.title": "title", "dc.date": "published_on", "source": "source", "publisher": "source",
        "article:author": "source", "datepublished": "published_on", "wenhao": "number",
        "author": "author", "filenumber": "number", "indexnumber": "index_number",
        "createdate": "published_on",
    }  # fmt: skip
    return from_pairs(
        (fields[name.lower()], value) for name, value in tags if name.lower() in fields
    )


def from_lines(lines: Sequence[str], *, title: str = "", issued_on: date | None = None) -> Metadata:
    """Metadata from the text itself: the number above it, the signature below, its last article.

    Args:
        lines: the text's lines.
        title: names the issuing organs in "X关于印发…" where no signature does.
        issued_on: as known from elsewhere; validity "自印发之日起" counts from it.
    """
    head = [line for line in lines[:12] if len(line) < 60]
    number = next((n for n in map(_number_line, head) if n), "") or _order_number(head)
    labelled = from_pairs(pair for line in head for pair in pairs_in_line(line))
    organ, signed = _signature(lines)
    organ = organ or _ordering(number)
    titled = _ISSUING_TITLE.match(title)
    found = Metadata(
        number=number,
        organ=organ or (titled.group(1).strip(" 、") if titled else ""),
        issued_on=signed,
    )
    found = labelled.or_else(found)
    valid_from, valid_to = validity(
        lines, issued_on=_printed(lines) or issued_on or found.issued_on
    )
    return found.or_else(Metadata(valid_from=valid_from, valid_to=valid_to))


def number_before_labels(line: str) -> str:
    """The document number that begins a line of metadata (丰府发〔2024〕1号 来源：…); or empty."""
    found = NUMBER.match(line)
    if not found or not pairs_in_line(line) or not re.match(r"\s", line[found.end() :]):
        return ""
    return document_number(found.group(0))


def _number_line(line: str) -> str:
    bare = line.strip("（()） ")
    found = NUMBER.fullmatch(bare) or NUMBER.fullmatch(line) or _ORDER_NUMBER.fullmatch(bare)
    return document_number(found.group(0)) if found else ""


def _ordering(number: str) -> str:
    """The organ whose order it is (丰城市人民政府令第12号); empty for other numbers."""
    found = re.match(r"([\u4e00-\u9fff]{2,20}?)(?:令|公告|通告)", number)
    return found.group(1) if found else ""


def _order_number(head: Sequence[str]) -> str:
    """The number of an order (令) whose name and number stand on two lines."""
    for line, following in pairwise(head[:6]):
        numbered = re.fullmatch(r"(?:\d{4}年)?[ ]?第[ ]?\d{1,4}[ ]?号", following)
        if numbered and re.fullmatch(r"[\u4e00-\u9fff]{2,20}(?:令|公告|通告)", line):
            return document_number(line + following)
    return ""


def _signature(lines: Sequence[str]) -> tuple[str, date | None]:
    """Who signed the letter itself, and when; a date right under the title counts as one."""
    under_title = next((at for at, line in enumerate(lines[:3]) if DATE_LINE.match(line)), None)
    found = signature(lines)
    if under_title is not None and (found is None or found[0] > under_title):
        organ = _signature(lines[under_title + 1 :])[0]
        return organ, first_date(lines[under_title])
    if found is None:
        at = next((at for at, line in enumerate(lines) if _dated(line)), None)
        return "", first_date(lines[at]) if at is not None else None
    first, end = found
    at_once = signed_at_once(lines[first])
    if at_once:
        return "、".join(at_once[0].split()), first_date(at_once[1])
    organs = [line for line in lines[first : end - 1] if not HEAD_LINE.fullmatch(line)]
    return "、".join(" ".join(organs).split()), first_date(lines[end - 1])


def _dated(line: str) -> bool:
    return bool(DATE_LINE.match(line)) and not line.endswith("印发")


def _printed(lines: Sequence[str]) -> date | None:
    """The date in the imprint below a letter, "X办公室 2021年4月16日印发"."""
    imprint = next((line for line in reversed(lines[-6:]) if line.endswith("日印发")), "")
    return first_date(imprint)


def validity(lines: Sequence[str], *, issued_on: date | None) -> tuple[date | None, date | None]:
    """First and last day of validity as the text states them ("本办法自…起施行，有效期5年").

    Args:
        lines: the text's lines.
        issued_on: stands for 印发之日 and 发布之日.
    """
    for line in reversed(lines):
        effect = _EFFECT.search(line)
        own_term = re.search(rf"{_THIS}有效期", line)
        if not effect and not own_term:
            continue
        start = issued_on
        if effect and not re.search(r"印发|发布|公布|下发|颁布", effect.group(1)):
            start = first_date(effect.group(1))
        return start, _end(line[(effect or own_term).start() :], start)  # type: ignore[union-attr]
    return None, None


def _end(sentence: str, start: date | None) -> date | None:
    until = _TERM_TO.search(sentence)
    if until and first_date(until.group(1)):
        return first_date(until.group(1))
    term = _TERM.search(sentence)
    return add_years(start, term.group(1)) if term and start else None


def _term_end(text: str, metadata: Metadata) -> date | None:
    start = metadata.valid_from or metadata.issued_on or metadata.published_on
    term = re.search(r"([\d一二三四五六七八九十两]{1,3})[ ]?年(?!\d|[ ]?\d{1,2}月)", text)
    until = first_date(text)
    if until:
        return until
    return add_years(start, term.group(1)) if term and start else None
