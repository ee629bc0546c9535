"""A strict fake of a department's Open311 server (GeoReport v2), with FixMyStreet's habits.

It checks key, jurisdiction, service and location as the specification says, holds lists to 90 days
and 1,000 requests, answers in XML (in JSON only where told to), and knows FixMyStreet's further
statuses, nested `agency_responsible`, numeric ids and `servicerequestupdates`. It can lose an
answer after it took a request, fail for a while, list late, or give tokens. The client
`georeport`, which is not ours, finds its way in it: `tests/connectors/open311/test_fake.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

KEY = "their-api-key-of-us"
JURISDICTION = "lamps.example.gov.cn"
SERVICES = {"lamp": "路灯", "other": "其他"}
LONGEST = timedelta(days=90)
MOST = 1000
_KNOWN = {
    "jurisdiction_id", "api_key", "service_code", "lat", "long", "address_string", "address_id",
    "description", "email", "phone", "first_name", "last_name", "media_url", "device_id",
    "account_id",
}  # fmt: skip


@dataclass(kw_only=True)
class Kept:
    """A request the server has."""

    id: str
    at: datetime
    form: Mapping[str, str]
    status: str = "open"
    notes: str = ""
    updated: datetime
    listed_from: datetime


@dataclass
class Open311Side:
    """The server's side.

    Args:
        now: the time.
        json: it speaks JSON too.
        tokens: a request is answered with a token; the number comes with `number_tokens`.
        page: longest page; 0: it has no pages.
        late: a request is listed so much later.
        shows: what of a description it tells.
        accepts_updates: FixMyStreet's extension.
    """

    now: Callable[[], datetime]
    json: bool = False
    tokens: bool = False
    page: int = 0
    late: timedelta = timedelta()
    shows: Callable[[str], str] = str
    accepts_updates: bool = False
    kept: dict[str, Kept] = field(default_factory=dict)
    updates: dict[str, dict[str, str]] = field(default_factory=dict)
    numbered: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    failures: list[Callable[[], web.Response]] = field(default_factory=list)
    loses: int = 0

    def application(self) -> web.Application:
        """The HTTP interface."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/v2/services.{format}", self._services)
        app.router.add_get("/v2/services/{code}.{format}", self._definition)
        app.router.add_get("/v2/requests.{format}", self._list)
        app.router.add_post("/v2/requests.{format}", self._take)
        app.router.add_get("/v2/requests/{id}.{format}", self._one)
        app.router.add_get("/v2/tokens/{token}.{format}", self._token)
        app.router.add_post("/v2/servicerequestupdates.{format}", self._update)
        return app

    def say(self, number: str, status: str, notes: str = "") -> None:
        """Somebody there works on a request."""
        kept = self.kept[number]
        kept.status, kept.notes, kept.updated = status, notes, self.now()

    def fails(self, *statuses: int, **headers: str) -> None:
        """Answer the next calls so."""
        self.failures += [
            lambda status=status: web.Response(status=status, headers=headers)  # type: ignore[misc]
            for status in statuses
        ]

    def number_tokens(self) -> None:
        """The numbers of all tokens are there now."""
        self.numbered = {f"T{number}": number for number in self.kept}

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        if self.failures:
            return self.failures.pop(0)()
        if request.match_info.get("format") not in ({"xml", "json"} if self.json else {"xml"}):
            return _errors(request, 404, "unknown format")
        given = {**request.query, **(await request.post() if request.method == "POST" else {})}
        if given.get("jurisdiction_id", JURISDICTION) != JURISDICTION:
            return _errors(request, 404, "jurisdiction_id provided was not found")
        response: web.StreamResponse = await handler(request)
        if request.method == "POST" and self.loses:
            self.loses -= 1
            request.transport.close()  # type: ignore[union-attr]  # there is one while we answer
        return response

    async def _services(self, request: web.Request) -> web.Response:
        rows = [
            {"service_code": code, "service_name": name, "metadata": "false", "type": "realtime"}
            for code, name in SERVICES.items()
        ]
        return _answer(request, "services", "service", rows)

    async def _definition(self, request: web.Request) -> web.Response:
        code = request.match_info["code"]
        if code not in SERVICES:
            return _errors(request, 404, "service_code not found")
        inner = f"<service_code>{code}</service_code><attributes/>"
        return _xml(f"<service_definition>{inner}</service_definition>")

    async def _take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if request.content_type != "application/x-www-form-urlencoded":
            return _errors(request, 400, "form-urlencoded expected")
        if form.get("api_key") != KEY:
            return _errors(request, 403, "api_key was not provided or is not valid")
        fault = _fault(form)
        if fault is not None:
            return _errors(request, *fault)
        number = str(1000 + len(self.kept))
        now = self.now()
        self.kept[number] = Kept(
            id=number, at=now, form=form, updated=now, listed_from=now + self.late
        )
        if self.tokens:
            return _answer(request, "service_requests", "request", [{"token": f"T{number}"}])
        row = {"service_request_id": number, "service_notice": "", "account_id": ""}
        return _answer(request, "service_requests", "request", [row])

    async def _list(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("service_request_id"):
            wanted = query["service_request_id"].split(",")
            found = [self.kept[one] for one in wanted if one in self.kept]
            return self._told(request, found)
        now = self.now()
        try:
            end = _moment(query.get("end_date")) or now
            start = _moment(query.get("start_date")) or end - LONGEST
        except ValueError:
            return _errors(request, 400, "dates must be w3 date-times with a zone")
        if end - start > LONGEST:
            return _errors(request, 400, "more than 90 days")
        if set(query.get("status", "open").split(",")) - {"open", "closed"}:
            return _errors(request, 400, "status")
        found = [
            one
            for one in reversed(self.kept.values())
            if start <= one.at <= end
            and one.listed_from <= now
            and one.form["service_code"] in query.get("service_code", one.form["service_code"])
        ]
        page = int(query.get("page", "1")) if self.page else 1
        size = min(int(query.get("page_size", "50")), self.page) if self.page else MOST
        return self._told(request, found[(page - 1) * size : page * size])

    async def _one(self, request: web.Request) -> web.Response:
        known = self.kept.get(request.match_info["id"])
        if known is None:
            return _errors(request, 404, "service_request_id not found")
        return self._told(request, [known])

    async def _token(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if token not in self.numbered:
            return _errors(request, 404, "token not found")
        row = {"service_request_id": self.numbered[token], "token": token}
        return _answer(request, "service_requests", "request", [row])

    async def _update(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self.accepts_updates:
            return _errors(request, 404, "no such method")
        if form.get("api_key") != KEY:
            return _errors(request, 403, "api_key")
        needed = ("update_id", "updated_datetime", "service_request_id", "status", "description")
        if not all(form.get(name) for name in (*needed, "last_name")):
            return _errors(request, 400, "a field is missing")
        if form["service_request_id"] not in self.kept or _moment(form["updated_datetime"]) is None:
            return _errors(request, 400, "unknown request or date")
        self.updates.setdefault(form["update_id"], form)
        row = {"update_id": str(sorted(self.updates).index(form["update_id"]) + 1)}
        return _answer(request, "service_request_updates", "request_update", [row])

    def _told(self, request: web.Request, found: list[Kept]) -> web.Response:
        rows = [
            {
                "service_request_id": one.id,
                "status": one.status,
                "status_notes": one.notes,
                "service_name": SERVICES[one.form["service_code"]],
                "service_code": one.form["service_code"],
                "description": self.shows(one.form.get("description", "")),
                "agency_responsible": {"recipients": {"recipient": "路灯所"}},
                "requested_datetime": one.at.isoformat(),
                "updated_datetime": one.updated.isoformat(),
                "address": one.form.get("address_string", ""),
                "lat": one.form.get("lat", ""),
                "long": one.form.get("long", ""),
            }
            for one in found
        ]
        return _answer(request, "service_requests", "request", rows)


def _fault(form: Mapping[str, str]) -> tuple[int, str] | None:
    unknown = [name for name in form if name not in _KNOWN and not name.startswith("attribute[")]
    if unknown:
        return 400, f"unknown {unknown}"
    if form.get("service_code") not in SERVICES:
        return 404, "service_code provided was not found"
    pinned = "lat" in form and "long" in form
    if not (pinned or form.get("address_string") or form.get("address_id")):
        return 400, "a location is needed"
    if pinned and not (-90 <= float(form["lat"]) <= 90 and -180 <= float(form["long"]) <= 180):
        return 400, "lat, long"
    if len(form.get("description", "")) > 4000:
        return 400, "description is longer than 4,000 characters"
    return None


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text:
        raise ValueError(text)
    return moment


def _errors(request: web.Request, code: int, description: str) -> web.Response:
    row = {"code": str(code), "description": description}
    return _answer(request, "errors", "error", [row], status=code)


def _answer(
    request: web.Request, root: str, member: str, rows: list[Any], status: int = 200
) -> web.Response:
    if request.match_info.get("format") == "json":
        # Ids as numbers, as some servers give them.
        numbers = [
            {
                name: int(v) if name.endswith("_id") and str(v).isdigit() else v
                for name, v in row.items()
            }
            for row in rows
        ]
        return web.json_response(numbers, status=status, dumps=json.dumps)
    members = "".join(f"<{member}>{_elements(row)}</{member}>" for row in rows)
    return _xml(f"<{root}>{members}</{root}>", status)


def _elements(row: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{_elements(value) if isinstance(value, dict) else escape(value)}</{name}>"
        for name, value in row.items()
    )


def _xml(body: str, status: int = 200) -> web.Response:
    text = f'<?xml version="1.0" encoding="utf-8"?>{body}'
    return web.Response(text=text, status=status, content_type="text/xml", charset="utf-8")
