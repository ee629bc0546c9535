"""Requests nobody sends by mistake, to every route: a refusal in the one shape, never a failure."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode

import pytest

from bot.cases.filters import CaseSort, decode_cursor
from bot.errors import Invalid
from bot.letters.wanted import place_of
from bot.web.rights import Right
from tests.attack.walking import NUMBER, Walk

_PART = b'--x\r\nContent-Disposition: form-data; name="text"'
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
FORMS: dict[str, tuple[bytes, str]] = {
    "bytes that are no text": (b"text=\xff\xfe", _FORM),
    "escapes that are no text": (b"text=%FF%00&number=%00&name=%00&id=%ED%A0%80&move=%00", _FORM),
    "a charset nobody knows": (b"text=1", f"{_FORM}; charset=nonsense"),
    "a charset that does not fit": (b"text=123", f"{_FORM}; charset=utf-16"),
    "no boundary": (b"text=1", "multipart/form-data"),
    "another boundary": (b"text=1", _PARTS),
    "a part's charset nobody knows": (
        _PART + b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\na\r\n--x--\r\n",
        _PARTS,
    ),
    "a part that is no text": (_PART + b"\r\n\r\na\xff\r\n--x--\r\n", _PARTS),
    "a file named with NUL": (_PART + b'; filename="a\x00b"\r\n\r\na\r\n--x--\r\n', _PARTS),
    "a file for a word": (_PART + b'; filename="a.txt"\r\n\r\na\r\n--x--\r\n', _PARTS),
    "a part without a name": (b"--x\r\n\r\na\r\n--x--\r\n", _PARTS),
    "an encoding nobody knows": (
        _PART + b"\r\nContent-Transfer-Encoding: nonsense\r\n\r\na\r\n--x--\r\n",
        _PARTS,
    ),
    "a form in a form": (
        _PART + b"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n"
        b"--x--\r\n",
        _PARTS,
    ),
    "a form that breaks off": (_PART + b"\r\n\r\na", _PARTS),
    "JSON of half characters": (
        b'{"text":"a\\ud800","conversation_id":"\\u0000","question":"\\u0000a"}',
        "application/json",
    ),
    "JSON nested deep": (b'{"text":' + b"[" * 100_000, "application/json"),
    "numbers without end": (b'{"grade":1e999,"text":NaN,"after":-1e400}', "application/json"),
}
QUERIES = (
    "",
    "?q=%00&before=%00&after=%FF&page=99999999999999999999&number=%00&state=%00&cursor=%00",
    "?q=%ED%A0%80&page=-1&since=%00&until=0000-00-00&after=-9&wait_s=nan&year=9999&month=9999-12",
    "?q=%0D%0AX-Put-In:1&next=%0D%0A&back=%0D%0A&tab=%0D%0A&done=%0D%0A&since=0001-01-01"
    "&until=9999-12-31&before=9999-12-31T23:59:59%2B00:00~&after=0001-01-01T00:00:00-23:59~x",
    "?cursor=WyJncmF2aXR5IiwiMjAyNi0wMS0wMVQwMDowMDowMCswMDowMCIsImEiLEluZmluaXR5XQ"
    "&before=0001-01-01T00:00:00%2B23:59~x",
)
IDS = ("%00", "%0D%0AX-Put-In:1", "%ED%A0%80", "..%2f..%2f..%2fetc%2fpasswd", "9" * 40)


def with_token(body: bytes, kind: str, csrf: str) -> bytes:
    """The form, with what a page of one's own would have put in it."""
    if kind.startswith(_FORM):
        return body + b"&csrf_token=" + csrf.encode()
    part = b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n%b\r\n' % csrf.encode()
    return part + body if kind == _PARTS else body


@pytest.mark.parametrize("name", FORMS)
async def test_a_form_nobody_can_read_is_refused(walk: Walk, name: str) -> None:
    form, kind = FORMS[name]
    failed = set()
    for route in walk.routes("POST"):
        _, csrf = await walk.person(route.right)
        body = with_token(form, kind, csrf) if csrf else form
        answer = await walk.asked(route, body=body, **{"Content-Type": kind})
        if answer.status >= 500:
            failed.add((route.path, answer.status))
        assert not re.search(r"Traceback|site-packages|Error:", await answer.text())
    assert failed == set()


@pytest.mark.parametrize("query", QUERIES)
async def test_no_query_breaks_a_page(walk: Walk, query: str) -> None:
    failed = set()
    for route in walk.routes("GET"):
        answer = await walk.asked(route, query=query)
        if answer.status >= 500:
            failed.add((route.path, answer.status))
        assert "X-Put-In" not in answer.headers
    assert failed == set()


@pytest.mark.parametrize("id", IDS)
async def test_no_id_breaks_a_route(walk: Walk, id: str) -> None:
    failed = set()
    for route in walk.routes("GET", "POST"):
        if "{" not in route.path:
            continue
        _, csrf = await walk.person(route.right)
        form = {"csrf_token": csrf} if route.method == "POST" else None
        answer = await walk.asked(route, id=id, body=form)
        if answer.status >= 500:
            failed.add((route.path, answer.status))
        assert "X-Put-In" not in answer.headers
        assert "root:" not in await answer.text()
    assert failed == set()


async def test_a_fragment_asked_for_as_a_page_leads_back_with_its_query_as_it_came(
    walk: Walk,
) -> None:
    [search] = [one for one in walk.routes("GET") if one.path == "/desk/search"]
    answer = await walk.asked(search, query="?q=%0D%0AX-Put-In:%201")
    assert (answer.status, answer.headers["Location"]) == (303, "/desk?q=%0D%0AX-Put-In:%201")


async def test_every_open_page_answers_while_nobody_is_signed_in(walk: Walk) -> None:
    """So that the walks above reach handlers, not a closed door."""
    known = [one for one in walk.routes("GET") if one.right is Right.PUBLIC]
    met = {(await walk.asked(one, id=NUMBER)).status for one in known}
    assert 200 in met
    assert 429 not in met


@pytest.mark.parametrize(
    "cursor",
    [
        b'["gravity", "2026-01-01T00:00:00+00:00", "a", Infinity]',
        b'["gravity", "2026-01-01T00:00:00+00:00", "a", 99999999999999999999]',
        b'["gravity", "0001-01-01T00:00:00+23:59", "a", 1]',
        b'["gravity", "9999-12-31T23:59:59-23:59", "a", 1]',
        b"[" * 6000,
    ],
    ids=["no number", "a number without end", "before time", "after time", "deep"],
)
def test_a_cursor_somebody_made_up_is_refused(cursor: bytes) -> None:
    with pytest.raises(Invalid):
        decode_cursor(urlsafe_b64encode(cursor).decode(), CaseSort.GRAVITY)


@pytest.mark.parametrize("place", ["0001-01-01T00:00:00+23:59~a", "9999-12-31T23:59:59-23:59~a"])
def test_a_place_in_the_letters_beyond_time_is_refused(place: str) -> None:
    with pytest.raises(Invalid):
        place_of(place)
