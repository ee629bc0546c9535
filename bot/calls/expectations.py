"""Recorded calls with what a person would have written of them, read from a folder.

Beside `NAME.jsonl`, one moment a line (see docs/hotline-speech.md), stands `NAME.expected.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.calls.evaluate import Expected, Recorded
from bot.calls.model import Sentence
from bot.calls.order import NO, YES
from bot.calls.recorded import RecordedCall, open_recording

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_TEXTS = ("demand_type", "place", "occurred_at", "contact_name", "contact_phone")
_FLAGS = ("anonymous", "confidential")


class ExpectationsUnreadable(ValueError):
    """The folder holds no such calls, or one cannot be read; the message says which, in Chinese."""


def read_folder(folder: Path) -> tuple[Recorded, ...]:
    """Every call of a folder that has expectations, by name. Raises `ExpectationsUnreadable`."""
    names = sorted(
        path.name.removesuffix(".expected.toml") for path in folder.glob("*.expected.toml")
    )
    if not names:
        raise ExpectationsUnreadable(f"“{folder}”里没有 .expected.toml 文件")
    return tuple(_read(folder, name) for name in names)


def _read(folder: Path, name: str) -> Recorded:
    try:
        wanted = tomllib.loads((folder / f"{name}.expected.toml").read_text(encoding="utf-8"))
        call = open_recording(str(folder / f"{name}.jsonl"))
        return Recorded(
            name=name, caller=call.caller, sentences=_sentences(call), expected=_expected(wanted)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExpectationsUnreadable(f"“{name}”无法读取（{type(error).__name__}）") from error


def _sentences(call: RecordedCall) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(
            seq=seq,
            leg=said.leg,
            text=said.text,
            start_ms=said.start_ms,
            end_ms=said.end_ms,
            at=_BEGAN + timedelta(milliseconds=said.at_ms),
        )
        for seq, said in enumerate(call.sentences)
    )


def _expected(wanted: Mapping[str, Any]) -> Expected:
    asked = wanted.get("question", [])
    fields = {name: str(wanted[name]) for name in _TEXTS if name in wanted}
    fields |= {name: YES if wanted[name] else NO for name in _FLAGS if name in wanted}
    second = wanted.get("second", [])
    return Expected(
        fields=fields,
        lacks={"place": _several(wanted["place_not"])} if "place_not" in wanted else {},
        questions=tuple(str(each["text"]) for each in asked),
        documents=tuple(tuple(each["documents"]) for each in asked),
        asked_in=tuple(int(each["seq"]) for each in asked if "seq" in each),
        departments=tuple(wanted.get("departments", ())),
        second=tuple(second[0].get("departments", ())) if second else (),
        earlier_case=wanted.get("earlier_case"),
        emergency=wanted.get("emergency"),
    )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
