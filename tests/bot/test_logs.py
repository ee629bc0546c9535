"""Logs: one JSON object a line, and nothing of what an error quotes."""

from __future__ import annotations

import io
import json
import logging

from bot.logs import JsonLines

log = logging.getLogger(__name__)

WORDS = "我家住在剑光街道，电话13812345678"


def fail() -> None:
    raise ValueError(WORDS)


def logged(write: str) -> dict[str, object]:
    """What one log call about a failure writes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    try:
        fail()
    except ValueError:
        log.exception(write, extra={"message_id": "m1"})
    finally:
        log.removeHandler(handler)
    (line,) = out.getvalue().splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_carries_the_errors_type_and_places_but_not_its_words() -> None:
    line = logged("turn failed")
    assert line["message"] == "turn failed"
    assert (line["level"], line["logger"], line["message_id"]) == ("ERROR", __name__, "m1")
    assert line["exception"] == "ValueError"
    assert str(line["places"]).endswith(" fail']")
    assert WORDS not in json.dumps(line, ensure_ascii=False)
