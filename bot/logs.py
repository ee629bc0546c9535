"""Logs, as JSON lines or plain: our ids and errors' types, never a citizen's words."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from bot.privacy import MaskingFilter
from bot.settings import PREFIX, SettingsError
from bot.trail import bound

_OF_EVERY_RECORD = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}
_FRAMES = 12
OURS = ("bot", "connectors", "knowledge", "nlu")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what `extra` gave.

    Of an exception the type and the places are written, not its text: a database driver's error
    quotes the values it was given.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {**bound(), **_extra(record)}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = type(record.exc_info[1]).__name__
            line["places"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for somebody at a terminal: one line, ids and what `extra` gave behind it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        said = {**bound(), **_extra(record)}
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = type(record.exc_info[1]).__name__
            said["places"] = " < ".join(_places(record.exc_info[2]))
        told = " ".join(f"{key}={value}" for key, value in said.items())
        return f"{at} {record.levelname} {record.name}: {record.getMessage()} {told}".rstrip()


FORMATS: dict[str, Callable[[], logging.Formatter]] = {"json": JsonLines, "plain": PlainLines}


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in record.__dict__.items() if key not in _OF_EVERY_RECORD}


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def configure(level: str, form: str = "json") -> None:
    """Send our own lines from this level up to standard error.

    Of libraries only warnings are written: below them, database drivers log the values they are
    given and HTTP clients the tokens in their addresses.

    Args:
        level: a level's name.
        form: `json`, one object a line, or `plain`.

    Raises:
        bot.settings.SettingsError: no such level.
    """
    if level.upper() not in logging.getLevelNamesMapping():
        raise SettingsError([f"{PREFIX}LOG_LEVEL: no such level"])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATS[form]())
    handler.addFilter(MaskingFilter())
    wanted = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(wanted, logging.WARNING), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(wanted)
