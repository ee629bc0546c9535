"""Which addresses of a provider secrets may travel to."""

from __future__ import annotations

import re

_ADDRESS = re.compile(
    r"https://[^\s/?#@]+([/?][^\s#]*)?|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?][^\s#]*)?"
)


def safe_address(url: object) -> bool:
    """True for https, and for http that does not leave this machine."""
    return isinstance(url, str) and _ADDRESS.fullmatch(url) is not None
