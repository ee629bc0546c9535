"""Which reader a file needs, and the limits every file is held to."""

from __future__ import annotations

import os
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


OTHER_OFFICE = {
    ".doc": "旧的 Word 格式（.doc）", ".wps": "WPS 文字格式（.wps）", ".ofd": "版式文件（.ofd）",
    ".rtf": "RTF 格式（.rtf）", ".dot": "旧的 Word 模板（.dot）",
}  # fmt: skip
"""Texts of an office that cannot be read, each with its name; said, where a folder holds them."""


def files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The files meant by paths: folders become the texts they hold, sorted; files stay.

    Hidden files and folders are left out of folders, and links to folders are not followed, so that
    a circle of links ends. Texts in formats that cannot be read are named too: `read` says so.
    """
    found: list[Path] = []
    for path in paths:
        found += sorted(_inside(path)) if _is_folder(path) else [path]
    return tuple(dict.fromkeys(found))


def _inside(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(where, name)
            known = path.suffix.lower() in SUFFIXES or path.suffix.lower() in OTHER_OFFICE
            if known and not name.startswith((".", "~$")):
                yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a link that leads back to itself
        return False


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
    except PermissionError as error:
        raise Unreadable("没有权限读取这个文件") from error
    except OSError as error:
        raise Unreadable("文件不存在或无法访问") from error
    if suffix in OTHER_OFFICE:
        raise Unreadable(f"不能读取{OTHER_OFFICE[suffix]}，请另存为 .docx 或 .pdf 后导入")
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
    except PermissionError as error:
        raise Unreadable("没有权限读取这个文件") from error
    except OSError as error:
        raise Unreadable("文件无法读取") from error
