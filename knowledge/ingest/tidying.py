"""White space as Chinese text has it."""

from __future__ import annotations

import re

_CJK = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}])[ \t\r\n]*[\r\n][ \t\r\n]*(?=[{_CJK}])")
_WHITE = re.compile(r"[ \t\r\n\f\v\u00a0\u3000\u2002-\u200a\u202f\u205f]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad\x00-\x08\x0b\x0e-\x1f\x7f]")


def tidy(text: str) -> str:
    """One line: line breaks inside Chinese gone, other white space one blank, ends stripped."""
    text = _INVISIBLE.sub("", text)
    return _WHITE.sub(" ", _BETWEEN_CJK.sub("", text)).strip()
