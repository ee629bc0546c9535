"""A secret that is made once and kept in a file only its owner can read."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret kept in the file; made on first use, the same for processes that start together.

    Raises:
        OSError: the folder cannot be written, or the file not be read.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, whole = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
            with suppress(FileExistsError):  # another process was first: its secret counts
                os.link(whole, path)
        finally:
            Path(whole).unlink()
    return path.read_text().strip()
