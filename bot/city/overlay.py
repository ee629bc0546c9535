"""The city's folder with an administrator's changes over it, as files a process reads.

The truth is in the database; what lies under `HOME/city` is written anew from it at each start.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_POINTER = "current"
_KEPT = 10
"""So many folders of before stay: another process of this machine may be starting with one."""


def folder_of(home: Path) -> Path:
    """Where an installation writes them."""
    return home / "city"


def write(home: Path, base: Path, files: Mapping[str, bytes]) -> Path:
    """The folder to read the city from, written where it is not there yet, and pointed at.

    Args:
        home: what the service writes.
        base: the city's own folder, `POLICYLINE_CITY`; it is never changed.
        files: name → content, over those of the folder; none: the folder itself is read.
    """
    folder = folder_of(home)
    if not files:
        (folder / _POINTER).unlink(missing_ok=True)
        return base
    target = folder / _fingerprint(base, files)
    if not target.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
        _lay(draft, base, files)
        try:
            draft.rename(target)
        except OSError:  # another process of this machine was first
            shutil.rmtree(draft)
    pointer = folder / f".{_POINTER}.{os.getpid()}"
    pointer.write_text(json.dumps({"folder": target.name, "base": str(base)}), encoding="utf-8")
    pointer.replace(folder / _POINTER)
    _prune(folder, target)
    return target


def in_use(home: Path, base: Path) -> Path:
    """The folder the service last read the city from, for commands beside it."""
    try:
        said = json.loads((folder_of(home) / _POINTER).read_text(encoding="utf-8"))
        found = folder_of(home) / str(said["folder"])
        known = str(said["base"]) == str(base)
    except (OSError, ValueError, KeyError, TypeError):
        return base
    return found if known and found.is_dir() else base


@contextlib.contextmanager
def trial(base: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Inside, a folder as `write` would make it, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="policyline-city-") as name:
        folder = Path(name)
        _lay(folder, base, files)
        yield folder


def _prune(folder: Path, used: Path) -> None:
    """Let go of folders nobody reads: files are read when a process starts and not again."""
    others = [path for path in folder.iterdir() if path.is_dir() and path != used]
    others.sort(key=lambda path: path.stat().st_mtime)
    for path in others[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _lay(folder: Path, base: Path, files: Mapping[str, bytes]) -> None:
    shutil.copytree(base, folder, dirs_exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _fingerprint(base: Path, files: Mapping[str, bytes]) -> str:
    """Of everything in the folder, so that a folder that changed is written anew."""
    known = {
        path.relative_to(base).as_posix(): path.read_bytes()
        for path in base.rglob("*")
        if path.is_file()
    }
    total = hashlib.sha256()
    for name, content in sorted({**known, **files}.items()):
        total.update(hashlib.sha256(name.encode()).digest())
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:24]
