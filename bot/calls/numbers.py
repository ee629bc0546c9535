"""The caller's number, however a call centre writes it. Pure."""

from __future__ import annotations

import re

_NOT_A_DIGIT = re.compile(r"\D")
_CHINA = re.compile(r"^(?:00)?86(?=1[3-9]\d{9}$|0?[2-9]\d{8,10}$)")
_TRUNK_BEFORE_MOBILE = re.compile(r"^0(?=1[3-9]\d{9}$)")
_LEAST_DIGITS, _MOST_DIGITS = 3, 20


def caller_number(told: str) -> str:
    """The digits alone, a mobile number without 0, 86 or +86; empty where there is no number.

    `anonymous`, `unknown`, `<null>` and a withheld number give nothing.
    """
    digits = _NOT_A_DIGIT.sub("", told.partition("@")[0])
    digits = _TRUNK_BEFORE_MOBILE.sub("", _CHINA.sub("", digits))
    return digits if _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS and digits.strip("0") else ""
