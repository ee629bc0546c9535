"""Pages whose text is a picture: what its description says, or plainly that there is none."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.ingest.tidying import tidy

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MIN_DESCRIPTION = 12
_MAX_PICTURES = 500
_APP = "#app, #root, #__next, #__nuxt, [id=main-app], [data-reactroot]"


def described(main: LexborNode) -> list[str]:
    """The descriptions (alt) of the pictures in an element that are sentences, each once."""
    found: dict[str, None] = {}
    for picture in main.css("img")[:_MAX_PICTURES]:
        for text in (picture.attributes.get("alt"), picture.attributes.get("title")):
            line = tidy(text or "")
            if len(_CHINESE.findall(line)) >= _MIN_DESCRIPTION:
                found.setdefault(line)
                break
    return list(found)


def why_empty(parser: LexborHTMLParser) -> str:
    """Why a page has no text, in one sentence for the person who imports."""
    frames = [node.attributes.get("src") or "" for node in parser.css("frame, iframe")]
    frames = [tidy(address)[:60] for address in frames if tidy(address)]
    if parser.css_first("frameset") is not None or (frames and not parser.css("img")):
        said = f"（{'、'.join(frames[:3])}）" if frames else ""
        return f"这是框架页，正文在它引用的页面或文件里{said}，请导入那一份"
    if parser.css_first(_APP) is not None:
        return "页面内容由脚本生成，保存的文件里没有正文，请在浏览器里打开后另存，或导入原文件"
    if parser.css_first("img") is not None:
        return "正文是图片，没有文字说明，无法引用；请补上图片的文字说明，或导入文字版"
    return "页面没有正文"
