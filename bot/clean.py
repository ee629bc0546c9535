"""Text as every database and channel takes it."""

from __future__ import annotations


def clean_text(text: str) -> str:
    """Without NUL, which PostgreSQL refuses; half a surrogate pair, no UTF-8, becomes U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
