"""What an editor is to look at in an imported document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from knowledge.model import Document, Life
from knowledge.review import Change, ImportStep


def warnings(
    step: ImportStep,
    document: Document,
    *,
    others: Sequence[Document],
    twin: Document | None,
    publish: bool,
    today: date,
) -> Iterator[str]:
    """What an editor is to look at in an imported document.

    Args:
        step: what importing it means.
        document: as read.
        others: stored documents with its number or title.
        twin: the one of them that is the same text.
        publish: it is put into force at once.
        today: in Asia/Shanghai.
    """
    if step.change is Change.CHANGED and step.current is None:
        yield "内容有变，新版本是草稿；发布之前仍以原来的版本为准"
    if document.life in (Life.REPEALED, Life.REPLACED):
        yield "文件注明已废止或失效，不会被引用"
    elif document.valid_to is not None and document.valid_to < today:
        yield f"有效期已于 {document.valid_to.isoformat()} 届满，不会被引用"
    if twin is not None:
        yield _twin_zh(document, twin, publish=publish)
    elif others and document.number:
        names = "、".join(f"《{each.title}》（{each.id}）" for each in others[:3])
        told = f"《{document.title}》的文号 {document.number} 与 {names} 相同而内容不同"
        yield f"{told}，都已保留，请核对"
    if not document.department:
        yield "没有找到发文机关或来源"
    if document.published_on is None and document.issued_on is None:
        yield "没有找到日期"


def _twin_zh(document: Document, twin: Document, *, publish: bool) -> str:
    said = f"《{document.title}》与已有文件《{twin.title}》（{twin.id}）是同一内容的两个来源"
    if publish and twin.life is Life.PUBLISHED:
        return f"{said}，暂存为草稿，以免同一内容答两遍；确需发布请单独发布"
    return f"{said}，请只发布其中一份"
