"""What a file is, by its bytes alone, and the name it is served under. Pure, never raises."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

import puremagic

UNKNOWN = "application/octet-stream"
_WORD = "application/vnd.openxmlformats-officedocument."
_KNOWN = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp",
    "image/heic": "heic", "image/bmp": "bmp", "image/tiff": "tif",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/3gpp": "3gp",
    "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/amr": "amr", "audio/wav": "wav",
    "application/pdf": "pdf", "application/rtf": "rtf", "text/plain": "txt",
    f"{_WORD}wordprocessingml.document": "docx", f"{_WORD}spreadsheetml.sheet": "xlsx",
    f"{_WORD}presentationml.presentation": "pptx", "application/msword": "doc",
    "application/vnd.ms-excel": "xls", "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/ofd": "ofd", "application/zip": "zip", "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "message/rfc822": "eml", UNKNOWN: "bin",
}  # fmt: skip
"""Media type → the ending it is served under."""
MAY_HOLD_PROGRAMS = frozenset(
    {
        "doc",
        "xls",
        "ppt",
        "docx",
        "xlsx",
        "pptx",
        "odt",
        "ods",
        "rtf",
        "zip",
        "rar",
        "7z",
        "bin",
        "pdf",
    }
)
"""Endings of files whose reader is warned before opening them."""
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)
_BRANDS = (
    (re.compile(rb"heic|heix|mif1|hevc"), "image/heic"),
    (re.compile(rb"qt  "), "video/quicktime"),
    (re.compile(rb"3g[pg]\d?"), "video/3gpp"),
    (re.compile(rb"M4A |M4B "), "audio/mp4"),
)
_PROGRAMS = ("vbaproject.bin", ".exe", ".js", ".vbs", ".bat")
_PARTS = (
    ("word/", f"{_WORD}wordprocessingml.document"),
    ("xl/", f"{_WORD}spreadsheetml.sheet"),
    ("ppt/", f"{_WORD}presentationml.presentation"),
)
_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_OTHER = {
    "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/wav": "audio/wav",
    "audio/mpeg": "audio/mpeg", "audio/mp3": "audio/mpeg",
}  # fmt: skip
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\..*)?")
_BAD = re.compile(r'[<>:"|?*]')
_NAME_CHARS = 120
_SAMPLE = 64 * 1024
_MOST_NAMES = 5000
"""A zip of more is told by its beginning alone; reading a million names would take seconds."""


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A media type, and the ending that goes with it, without a dot."""

    media_type: str
    ending: str


def type_of(body: bytes) -> FileType:
    """What a file is; what nobody knows, programs among it, is `application/octet-stream`."""
    found = _media_type(body)
    return FileType(media_type=found, ending=_KNOWN[found])


def ending_of(media_type: str) -> str:
    """The ending of a media type; `bin` for one nobody knows."""
    return _KNOWN.get(media_type, "bin")


def served_name(name: str, ending: str) -> str:
    """The name a file is served under: one line, no folder, an ending that says what it is.

    Args:
        name: as its sender called it; may be empty.
        ending: of `type_of`; what the sender's name ends in stays before it where it is another.
    """
    last = re.split(r"[\\/]", name.strip())[-1]
    shown = "".join(each if each.isprintable() and not _BAD.match(each) else "_" for each in last)
    plain = " ".join(shown.split())
    stem = plain.strip(". ")
    own = PurePosixPath(stem).suffix.removeprefix(".").lower()
    if own == ending or (own, ending) in {("jpeg", "jpg"), ("tiff", "tif"), ("csv", "txt")}:
        stem = stem[: -len(own) - 1]
    stem = stem[:_NAME_CHARS].strip(". ") or "附件"
    return f"{'_' if _DEVICES.fullmatch(stem) else ''}{stem}.{ending}"


def _media_type(body: bytes) -> str:
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp":
        brand = body[8:12]
        return next((kind for name, kind in _BRANDS if name.match(brand)), "video/mp4")
    if body.startswith(b"PK\x03\x04"):
        return _zipped(body)
    if body.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        streams = ((name.encode("utf-16-le"), kind) for name, kind in _STREAMS)
        return next((kind for name, kind in streams if name in body), UNKNOWN)
    if _is_bitmap(body):
        return "image/bmp"
    known = next((kind for start, kind in _STARTS if body.startswith(start)), "")
    return known or (_magic(body) if body else UNKNOWN)


def _is_bitmap(body: bytes) -> bool:
    """By its header: two letters alone begin many a text."""
    size = int.from_bytes(body[2:6], "little")
    return body.startswith(b"BM") and body[6:10] == b"\0\0\0\0" and 0 < size <= len(body)


def _zipped(body: bytes) -> str:
    """A zip by the names inside it; nothing is unpacked but a line of an OpenDocument."""
    end = body.rfind(b"PK\x05\x06")
    if end < 0 or int.from_bytes(body[end + 10 : end + 12], "little") > _MOST_NAMES:
        return "application/zip" if end >= 0 else UNKNOWN
    try:
        with zipfile.ZipFile(BytesIO(body)) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError):
        return UNKNOWN
    if any(
        name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".vbs", ".bat")) for name in names
    ):
        return "application/zip"  # its programs are told by its ending, whatever else it is
    if "OFD.xml" in names:
        return "application/ofd"
    if "[Content_Types].xml" in names:
        for folder, kind in _PARTS:
            if any(name.startswith(folder) for name in names):
                return kind
    start = body[30:110]
    for kind in ("text", "spreadsheet"):
        if b"mimetypeapplication/vnd.oasis.opendocument." + kind.encode() in start:
            return f"application/vnd.oasis.opendocument.{kind}"
    return "application/zip"


def _magic(body: bytes) -> str:
    if _is_text(body):
        return "text/plain"
    try:
        told = puremagic.from_string(body[:_SAMPLE], mime=True)
    except (puremagic.PureError, ValueError, IndexError):
        return UNKNOWN
    return _OTHER.get(told, UNKNOWN)


def _is_text(body: bytes) -> bool:
    """Plain text in an encoding offices use; pages and scripts are text too, served as nothing
    else."""
    sample = body[:_SAMPLE]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decodes(sample[: len(sample) // 2 * 2], "utf-16")
    if any(byte < 9 or 13 < byte < 32 for byte in sample if byte != 27):
        return False
    for codec in ("utf-8", "gb18030"):
        try:
            sample[:-4].decode(codec) if len(body) > _SAMPLE else sample.decode(codec)
        except UnicodeDecodeError as error:
            if len(body) > _SAMPLE and error.start > _SAMPLE - 16:
                return True
            continue
        return True
    return False


def _decodes(sample: bytes, codec: str) -> bool:
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\r\n\f" for character in text)
