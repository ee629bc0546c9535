"""Which reader a file needs, and the limits every file is held to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from knowledge.ingest.errors import Unreadable
from knowledge.model import Document

MB = 1024 * 1024
SUFFIXES = {
    ".html": 30 * MB, ".htm": 30 * MB, ".shtml": 30 * MB, ".pdf": 100 * MB, ".docx": 100 * MB,
    ".md": 30 * MB, ".markdown": 30 * MB, ".txt": 30 * MB, ".jsonl": 1024 * MB,
}  # fmt: skip
"""File types that can be read, each with the largest size in bytes; JSON lines are read in turn."""


def files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files meant by paths: folders become what they hold that can be read, sorted; files stay.

    Hidden files and folders are left out of folders.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = (item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES)
        found += sorted(
            item
            for item in inside
            if item.is_file()
            and not any(part.startswith(".") for part in item.relative_to(path).parts)
        )
    return tuple(dict.fromkeys(found))


def read(path: Path) -> tuple[Document, ...]:
    """A file's documents: one for most files, one a line for JSON lines.

    Raises:
        Unreadable: the file, or any record of it, cannot become a document.
    """
    found = []
    for item in read_each(path):
        if isinstance(item, Unreadable):
            raise item
        found.append(item)
    return tuple(found)


def read_each(path: Path) -> Iterator[Document | Unreadable]:
    """A file's documents in turn; what cannot be read comes as the reason why."""
    try:
        yield from _reader(path)
    except Unreadable as error:
        yield error


def _reader(path: Path) -> Iterator[Document | Unreadable]:
    suffix = path.suffix.lower()
    _check(path, suffix)
    if suffix == ".jsonl":
        from knowledge.ingest.jsonl import read_jsonl

        yield from read_jsonl(path)
        return
    raw = _bytes(path)
    if suffix == ".pdf":
        from knowledge.ingest.pdf import read_pdf

        yield read_pdf(raw, name=path.name)
    elif suffix == ".docx":
        from knowledge.ingest.docx import read_docx

        yield read_docx(raw, name=path.name)
    elif suffix in (".md", ".markdown", ".txt"):
        from knowledge.ingest.text import read_text

        yield read_text(raw, name=path.name, markdown=suffix != ".txt")
    else:
        from knowledge.ingest.html import read_html

        yield read_html(raw, name=path.name)


def _check(path: Path, suffix: str) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Unreadable("文件不存在或无法访问") from error
    if suffix not in SUFFIXES:
        raise Unreadable(f"不支持的文件类型 {suffix or '（无扩展名）'}")
    if not path.is_file():
        raise Unreadable("不是普通文件")
    if size == 0:
        raise Unreadable("文件是空的")
    if size > SUFFIXES[suffix]:
        raise Unreadable(f"文件太大（{size // MB} MB，上限 {SUFFIXES[suffix] // MB} MB），未读取")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("文件无法读取") from error
