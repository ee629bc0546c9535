"""What the cells of a past case mean: times, types, grades, as systems write them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.cases.calendar import ZONE
from bot.cases.model import DemandType
from bot.cases.past import PastCase
from bot.cases.rules import GRADES
from bot.errors import Invalid

_TYPES = {
    "求决": DemandType.HELP,
    "意见": DemandType.SUGGESTION,
    "意见建议": DemandType.SUGGESTION,
    "建议意见": DemandType.SUGGESTION,
    "感谢": DemandType.PRAISE,
    "感谢表扬": DemandType.PRAISE,
    "表扬感谢": DemandType.PRAISE,
}
_GRADES = {word: grade for grade, word in GRADES.items()}
_GRADES |= {"很满意": 5, "一般": 3, "很不满意": 1}
"""The five grades of 国办发〔2019〕51号 and how else they are written."""
_NOT_RATED = frozenset({"未评价", "未评", "未回访", "无", "暂无", "无评价", "-", "--", "/"})
_YES = frozenset({"true", "1", "yes", "y", "是", "匿名", "保密"})
_WRITTEN = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时点](?:(\d{1,2})(?:[:分](?:(\d{1,2})(?:\.\d+)?)?秒?)?)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_SERIAL = re.compile(r"[345]\d{4}(?:\.\d+)?")
_SERIAL_START = datetime(1899, 12, 30, tzinfo=ZONE)


def past_case(
    cells: Mapping[str, str], formats: Sequence[str] = (), *, otherwise: datetime | None = None
) -> PastCase:
    """The past case a row tells of.

    Args:
        cells: our field → text.
        formats: how times may be written, as `strptime` takes it.
        otherwise: when it was opened, where the row does not say; None: it must.

    Raises:
        Invalid: a value that cannot be read; the fields say which, all of them.
    """
    faults: dict[str, str] = {}

    def cell(name: str) -> str:
        return cells.get(name, "").strip()

    def moment(name: str) -> datetime | None:
        try:
            return read_time(cell(name), formats)
        except ValueError:
            faults[name] = f"“{cell(name)[:30]}”不是时间，应写作 2026-03-02 10:00"
            return None

    opened_at, closed_at, replied_at = (
        moment("opened_at"),
        moment("closed_at"),
        moment("replied_at"),
    )
    opened_at = opened_at or otherwise
    if opened_at is None:
        faults.setdefault("opened_at", "不能为空")
    demand_type, rating = _demand_type(cell("demand_type"), faults), _rating(cell("rating"), faults)
    if faults or opened_at is None:
        raise Invalid("这一行不能导入。", fields=faults)
    return PastCase(
        text=cell("text"),
        opened_at=opened_at,
        external_number=cell("external_number"),
        title=cell("title"),
        demand_type=demand_type,
        place=cell("place"),
        territory=cell("territory"),
        occurred_at=cell("occurred_at"),
        contact_name=cell("contact_name"),
        contact_phone=cell("contact_phone"),
        department=cell("department"),
        supporting=cell("supporting"),
        reply_text=cell("reply_text"),
        rating=rating,
        replied_at=replied_at,
        closed_at=closed_at,
        anonymous=cell("anonymous").lower() in _YES,
        confidential=cell("confidential").lower() in _YES,
    )


def read_time(text: str, formats: Sequence[str] = ()) -> datetime | None:
    """A time as UTC; without a zone it is China's; None for nothing.

    Spreadsheets' own days since 1899-12-30 (such as 46023.5) are read too.

    Raises:
        ValueError: it is no time.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return None
    for written in formats:
        try:
            return _in_china(datetime.strptime(text, written))  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
    if _SERIAL.fullmatch(text):
        seconds = round(float(text) * 86_400)
        return (_SERIAL_START + timedelta(seconds=seconds)).astimezone(UTC)
    found = _WRITTEN.fullmatch(text) or _DIGITS.fullmatch(text)
    if found is not None:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return _in_china(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001 - the zone follows
    return _in_china(datetime.fromisoformat(text))


def _in_china(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)


def _demand_type(text: str, faults: dict[str, str]) -> DemandType | None:
    """咨询, 咨询类: both are meant."""
    if not text:
        return None
    word = text.removesuffix("类")
    if word in _TYPES:
        return _TYPES[word]
    try:
        return DemandType(word)
    except ValueError:
        known = "、".join(kind.value for kind in DemandType)
        faults["demand_type"] = f"“{text[:20]}”应是 {known} 之一"
        return None


def _rating(text: str, faults: dict[str, str]) -> int | None:
    if not text or text in _NOT_RATED:
        return None
    if text in _GRADES:
        return _GRADES[text]
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 5:
        return int(text)
    faults["rating"] = f"“{text[:20]}”应是 1 到 5，或非常满意、满意、基本满意、不满意、非常不满意"
    return None
