"""Ids on the lines of the log: bound where work is done, also in tasks begun there."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.clock import RandomIds
from bot.logs import FORMATS
from bot.trail import bound, on_trail, trail_of

log = logging.getLogger(__name__)


@pytest.fixture(params=["json", "plain"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(FORMATS[request.param]())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield out
    log.removeHandler(handler)


def test_lines_carry_what_is_bound_and_no_more(written: io.StringIO) -> None:
    with on_trail(trail="m1", message_id="m1", case_number=""):
        log.info("inside", extra={"channel": "wechat"})
        with on_trail(case_number="20260302000001"):
            log.info("deeper")
    log.info("outside")
    inside, deeper, outside = written.getvalue().splitlines()
    assert "m1" in inside
    assert "wechat" in inside
    assert "case_number" not in inside
    assert "m1" in deeper
    assert "20260302000001" in deeper
    assert "m1" not in outside


def test_a_plain_line_is_one_line_and_tells_of_an_error_its_type() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(FORMATS["plain"]())
    log.addHandler(handler)
    try:
        json.loads("人民路")
    except ValueError as error:
        log.error("not read", exc_info=error)  # noqa: TRY400 - as code does that gives it on
    finally:
        log.removeHandler(handler)
    (line,) = out.getvalue().splitlines()
    assert "exception=JSONDecodeError" in line
    assert "人民路" not in line


async def test_tasks_begun_on_a_trail_stay_on_it() -> None:
    async def told() -> str:
        return bound().get("trail", "")

    with on_trail(trail="m1"):
        task = asyncio.create_task(told())
    assert (await task, await told()) == ("m1", "")


def test_what_is_no_id_of_ours_is_not_bound() -> None:
    with pytest.raises(ValueError, match="text"), on_trail(text="人民路"):
        pass


def test_a_case_leads_back_to_its_message_and_never_to_its_citizen() -> None:
    message = RandomIds().new_id()
    assert trail_of(f"wechat:oOpenIdOfACitizen-_123:{message}") == message
    assert trail_of(f"letter:{message}") == message
    for origin in ("import:2026-17", "wechat:oOpenIdOfACitizen-_123", "", "13900000001"):
        assert trail_of(origin) == ""
