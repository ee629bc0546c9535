"""Schemathesis against the API's own description: nothing fails, all answers are as described.

`POLICYLINE_FUZZ_EXAMPLES` says how many requests each operation gets (`make fuzz` gives many).
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import CHECKS

from bot.cases.model import Role
from bot.web.sessions import COOKIE
from tests.attack.walking import Walk

EXAMPLES = int(os.environ.get("POLICYLINE_FUZZ_EXAMPLES", "12"))
LONGEST_S = 10.0
"""A reply that is waited for may take some seconds; nothing may take longer."""
_CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def _operations(described: dict[str, Any]) -> list[Any]:
    schema = schemathesis.openapi.from_dict(described)
    return [found.ok() for found in schema.get_all_operations()]


def _attack(operation: Any, base: str, cookie: str, known: tuple[str, str]) -> list[str]:
    """Send what the description makes up; gives what went wrong."""
    checks = CHECKS.get_by_names(list(_CHECKED))
    wrong: list[str] = []
    number, code = known

    @given(case=operation.as_strategy(), real=st.booleans(), address=st.integers(0, 2**24 - 1))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize="POLICYLINE_FUZZ_EXAMPLES" not in os.environ,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def sent(case: Case, real: bool, address: int) -> None:
        if real and "number" in case.path_parameters:
            case.path_parameters["number"] = number
            case.headers["X-Query-Code"] = code
        octets = ".".join(str(address >> shift & 255) for shift in (16, 8, 0))
        case.headers["X-Forwarded-For"] = f"10.{octets}"
        began = time.monotonic()
        answer = case.call(base_url=base, cookies={COOKIE: cookie})
        if time.monotonic() - began > LONGEST_S:
            wrong.append(f"{operation.label}: slow")
        try:
            case.validate_response(answer, checks=checks)
        except (AssertionError, BaseExceptionGroup) as error:
            said = getattr(error, "exceptions", (error,))
            wrong.extend(f"{operation.label}: {answer.status_code} {one!s:.300}" for one in said)

    sent()
    return wrong


async def _attacked(walk: Walk, described: dict[str, Any], *only: str) -> list[str]:
    house = walk.house
    opened = await house.case()
    known = (opened.case.number, opened.query_code)
    client = await house.staff(Role.SUPERVISOR)
    cookie = next(one.value for one in client.session.cookie_jar if one.key == COOKIE)
    base = str(house.server.make_url("")).rstrip("/")
    described["servers"] = [{"url": base}]
    wrong: list[str] = []
    for operation in _operations(described):
        if not only or operation.label in only:
            wrong += await asyncio.to_thread(_attack, operation, base, cookie, known)
    return wrong


async def _described(walk: Walk) -> dict[str, Any]:
    client = await walk.house.visitor()
    return dict(await (await client.get("/api/openapi.json")).json())


async def test_the_api_does_as_it_says_whatever_it_is_sent(walk: Walk) -> None:
    assert await _attacked(walk, await _described(walk)) == []


async def test_what_is_not_as_described_is_found(walk: Walk) -> None:
    described = await _described(walk)
    answers = described["paths"]["/api/v1/answers"]["post"]["responses"]
    del answers["400"]
    answers["200"]["content"]["application/json"]["schema"] = {"type": "integer"}
    assert await _attacked(walk, described, "POST /api/v1/answers")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_calls_itself_something_else_is_no_failure(walk: Walk, kind: str) -> None:
    for route in walk.routes("POST"):
        if route.is_api and route.body is not None:
            answer = await walk.asked(route, body=b'{"text": "a"}', **{"Content-Type": kind})
            assert answer.status < 500
            assert answer.content_type == "application/json"
