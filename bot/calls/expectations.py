"""Recorded calls with what a person would have written of them, read from a folder.

Beside `NAME.jsonl`, one moment a line (see docs/hotline-speech.md), stands `NAME.expected.toml`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.calls.evaluate import Expected, Recorded
from bot.calls.model import Sentence
from bot.calls.order import NO, YES
from connectors.calls import Leg

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
        lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()][1:]
        return Recorded(
            name=name,
            caller=next((str(row["caller"]) for row in rows if row.get("caller")), ""),
            sentences=_sentences(rows),
            expected=_expected(wanted),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ExpectationsUnreadable(f"“{name}”无法读取（{type(error).__name__}）") from error


def _sentences(rows: list[dict[str, Any]]) -> tuple[Sentence, ...]:
    committed = [row for row in rows if row.get("committed") is True]
    return tuple(
        Sentence(
            seq=seq,
            leg=Leg(row["leg"]),
            text=str(row["text"]),
            start_ms=int(row.get("start_ms", 0)),
            end_ms=int(row.get("end_ms", 0)),
            at=_BEGAN + timedelta(milliseconds=int(row["at_ms"])),
        )
        for seq, row in enumerate(committed)
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
