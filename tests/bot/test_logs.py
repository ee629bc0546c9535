"""Logs: one JSON object a line, and nothing of what an error quotes."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys

from bot.logs import JsonLines
from bot.settings import ROOT

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


_LIBRARY_AND_OURS = """
import logging, sys
from bot.logs import configure
configure("debug")
logging.getLogger("aiosqlite").debug("executing %s", sys.argv[1])
logging.getLogger("bot.turn").debug("ours")
"""


def test_libraries_do_not_write_what_they_are_given_even_while_faults_are_sought() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIBRARY_AND_OURS, WORDS],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["ours"]
