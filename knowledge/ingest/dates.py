"""Dates as Chinese offices write them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge.ingest.markers import number

_PATTERNS = (
    re.compile(r"((?:19|20)\d{2})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d{2})([01]\d)([0-3]\d)(?!\d)"),
    re.compile(
        r"([二一][〇○零０九][〇○零０一二三四五六七八九]{2})年([一二三四五六七八九十]{1,3})月"
        r"([一二三四五六七八九十]{1,3})日"
    ),
)


def first_date(text: str) -> date | None:
    """The first calendar date in a text (2024-01-05, 2024年1月5日, 20240105, 二〇二四年…)."""
    found = [match for match in (pattern.search(text) for pattern in _PATTERNS) if match]
    for match in sorted(found, key=lambda match: match.start()):
        parts = [re.sub("[○０]", "〇", part) for part in match.groups()]
        year, month, day = (number(part) for part in parts)
        if 1 <= month <= 12 and 1 <= day <= 31 and 1949 <= year <= 2100:
            try:
                return date(year, month, day)
            except ValueError:  # such as the 31st of June
                continue
    return None


def add_years(start: date, years: str) -> date | None:
    """The last day of a term of years that begins on `start`; None where `years` is no number."""
    count = number(years.replace("两", "二"))
    if not 0 < count <= 50:
        return None
    try:
        end = start.replace(year=start.year + count)
    except ValueError:  # the 29th of February
        end = date(start.year + count, 3, 1)
    return end - timedelta(days=1)
