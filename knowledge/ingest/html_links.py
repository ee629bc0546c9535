"""What a page links to: its attachments, and the policy an interpretation belongs to."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.tidying import tidy
from knowledge.model import Attachment

_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|csv|txt)(?:$|[?#])", re.I)
_ATTACHMENT_AREA = "[class*=fj], [id*=fj], [class*=attach], [class*=annex], [class*=accessory]"
_POLICY_LABEL = re.compile(
    r"(?:相关|关联|解读)?(?:政策(?:文件|原文)|文件原文|原文(?:链接)?|解读文件|被解读文件|相关文件|政策链接|相关链接|链接)"
    r"(?:链接)?[：:]?"
)
_POLICY_NAME = re.compile(
    r"关于.+|.+(?:办法|细则|规定|条例|方案|意见|决定|标准|通知|措施|规划|制度)"
)
POLICY_LINK = "政策原文："
"""Begins the name under which an interpretation's link to its policy is kept."""
_NEAR = 3
_MAX_LINKS = 20_000


def attachments(parser: LexborHTMLParser, base: str) -> tuple[Attachment, ...]:
    """Files a page links to, each address once.

    Args:
        parser: the whole page, before anything is taken out of it.
        base: the page's own address, against which links are resolved; or empty.
    """
    found: dict[str, Attachment] = {}
    areas = {link.mem_id for link in parser.css(_attachment_links())}
    for link in parser.css("a[href]")[:_MAX_LINKS]:
        href = (link.attributes.get("href") or "").strip()
        name = _name(link)
        is_file = bool(_FILE.search(urlsplit(href).path) if _splits(href) else False)
        if not is_file and not (link.mem_id in areas and name.startswith("附件")):
            continue
        url = urljoin(base, href) if base else href
        if url.startswith(("http://", "https://", "/", "./", "../")) or "://" not in url:
            found.setdefault(url, Attachment(name=name or url.rsplit("/", 1)[-1], url=url))
    return tuple(found.values())


def linked_policies(parser: LexborHTMLParser, base: str) -> tuple[Attachment, ...]:
    """Links an interpretation shows as its policy (政策原文, 相关政策文件, 解读文件)."""
    found: dict[str, Attachment] = {}
    for link in parser.css("a[href]")[:_MAX_LINKS]:
        href = (link.attributes.get("href") or "").strip()
        title = tidy(link.attributes.get("title") or "")
        shown = tidy(link.text() or "")
        name = title if len(title) >= len(shown.rstrip(".…")) else shown
        if len(name) > 200 or not _splits(href) or not _POLICY_NAME.fullmatch(name.rstrip("》")):
            continue
        if "解读" in name or not _labelled(link):
            continue
        url = urljoin(base, href) if base else href
        found.setdefault(url, Attachment(name=POLICY_LINK + name, url=url))
    return tuple(found.values())


def _labelled(link: LexborNode) -> bool:
    """Whether 政策原文 or its like stands right before a link or heads the list it is in."""
    node: LexborNode | None = link
    for _ in range(_NEAR + 1):
        if node is None or node.tag == "body":
            return False
        before = node.prev
        while before is not None and not (before.text() or "").strip():
            before = before.prev
        if before is not None:
            said = tidy((before.text() or "")[-60:])
            if re.search(rf"(?:{_POLICY_LABEL.pattern})$", said):
                return True
        node = node.parent
    return False


def _name(link: LexborNode) -> str:
    return tidy(link.text() or "") or tidy(link.attributes.get("title") or "")


def _attachment_links() -> str:
    return ", ".join(f"{area.strip()} a[href]" for area in _ATTACHMENT_AREA.split(","))


def _splits(href: str) -> bool:
    try:
        urlsplit(href)
    except ValueError:
        return False
    return bool(href) and not href.lower().startswith(("javascript:", "data:", "mailto:", "#"))
