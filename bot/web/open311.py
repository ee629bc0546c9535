"""`/open311/v2`: GeoReport v2. Whoever sends a request shows an API key; reading needs none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge

from bot.errors import Forbidden, Invalid, NotFound, PolicylineError, TooMany
from bot.open311.errors import sentences, status_of
from bot.open311.listing import Reader
from bot.open311.server import Open311Server
from bot.web import open311_forms as forms
from bot.web.routes import Route, services_of
from bot.web.security import address_of, limit

PER_ADDRESS = 300
"""Calls a minute; a program may speak for many people."""
WRONG_KEYS = 30
"""Wrong keys from an address in five minutes; a right one is taken all the same."""
BODY_LIMIT = 256 * 1024
"""Bytes; 4,000 characters of Chinese are 36 kB in a form, attributes may be 40 times 500."""
CHANGESET = datetime(2026, 11, 26, tzinfo=UTC)
"""When what discovery tells last changed."""
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"

_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_TOO_LARGE = "提交的内容太大了，请缩短后再试。"

Told = Callable[[web.Request], Awaitable[tuple[str, forms.Json]]]


def _answered(tell: Told) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler that gives what `tell` tells, or what went wrong, in the form asked for."""

    async def answer(request: web.Request) -> web.Response:
        form = request.match_info.get("format") or request.path.rpartition(".")[2]
        try:
            if form not in forms.CONTENT_TYPES:
                raise NotFound("没有这个地址，格式只有 .xml 和 .json。")
            await limit(request, "open311", address_of(request), times=PER_ADDRESS, window_s=60)
            root, value = await tell(request)
        except PolicylineError as error:
            return _faulty(error, form)
        except HTTPRequestEntityTooLarge:
            return _faulty(Invalid(_TOO_LARGE), form)
        return _response(root, value, form)

    answer.__name__, answer.__doc__ = tell.__name__, tell.__doc__
    return answer


def _response(root: str, value: forms.Json, form: str, status: int = 200) -> web.Response:
    return web.Response(
        body=forms.rendered(root, value, form),
        status=status,
        content_type=forms.CONTENT_TYPES[form],
        charset="utf-8",
    )


def _faulty(error: PolicylineError, form: str) -> web.Response:
    status = status_of(error)
    told = [forms.error(status, sentence) for sentence in sentences(error)]
    known = form if form in forms.CONTENT_TYPES else "xml"
    response = _response("errors", told, known, status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(max(1, error.retry_after_s))
    return response


def _server(request: web.Request) -> Open311Server:
    server = services_of(request).open311
    server.check_jurisdiction(request.query.get("jurisdiction_id", "").strip())
    return server


async def discovery(request: web.Request) -> tuple[str, forms.Json]:
    """Where what is to be had, and whom to ask for a key."""
    settings, city = services_of(request).settings, services_of(request).city
    told = {
        "changeset": forms.moment(CHANGESET),
        "contact": settings.open311_contact or f"{city.name} {city.hotline} 热线",
        "key_service": settings.open311_contact
        or f"api_key 请向{city.name} {city.hotline} 热线申请",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.base_url}/open311/v2",
                "changeset": forms.moment(CHANGESET),
                "type": "production",
                "formats": list(forms.CONTENT_TYPES.values()),
            }
        ],
    }
    return "discovery", told


async def services(request: web.Request) -> tuple[str, forms.Json]:
    """What may be requested."""
    return "services", [forms.service(one) for one in _server(request).services()]


async def service(request: web.Request) -> tuple[str, forms.Json]:
    """The questions of one service."""
    found = _server(request).service(request.match_info["code"])
    return "service_definition", forms.definition(found)


async def requests(request: web.Request) -> tuple[str, forms.Json]:
    """Requests as far as they may be read."""
    server = _server(request)
    found = await server.requests(dict(request.query), await _reader(request, server))
    return "service_requests", [forms.service_request(one) for one in found]


async def one_request(request: web.Request) -> tuple[str, forms.Json]:
    """One request."""
    server = _server(request)
    found = await server.request(request.match_info["number"], await _reader(request, server))
    return "service_requests", [forms.service_request(found)]


async def token(request: web.Request) -> tuple[str, forms.Json]:
    """The number behind a token."""
    given = request.match_info["token"]
    number = await _server(request).number_of(given)
    return "service_requests", [{"service_request_id": number, "token": given}]


async def send(request: web.Request) -> tuple[str, forms.Json]:
    """Take a request; sent again within minutes, it is the same."""
    server = services_of(request).open311
    pairs = await _form(request)
    given = {name: value.strip() for name, value in (*request.query.items(), *pairs)}
    server.check_jurisdiction(given.get("jurisdiction_id", ""))
    name = await _key(request, server, given.get("api_key", ""))
    receipt = await server.open(
        pairs, name, client_id=request.headers.get("Idempotency-Key", "").strip()[:200]
    )
    return "service_requests", [forms.receipt(receipt)]


async def nothing(request: web.Request) -> tuple[str, forms.Json]:
    """An address there is nothing at."""
    raise NotFound(f"没有这个地址：{request.path[:100]}")


async def _key(request: web.Request, server: Open311Server, given: str) -> str:
    try:
        name, key = server.key(given)
    except Forbidden:
        who = address_of(request)
        await limit(request, "open311-wrong-key", who, times=WRONG_KEYS, window_s=300)
        raise
    await limit(request, "open311-key", name, times=key.per_minute, window_s=60)
    return name


async def _reader(request: web.Request, server: Open311Server) -> Reader:
    given = request.query.get("api_key", "").strip()
    return server.reader(await _key(request, server, given) if given else "")


async def _form(request: web.Request) -> list[tuple[str, str]]:
    """The form's fields; files are left out."""
    if request.content_type not in _FORM_TYPES:
        raise Invalid("请用表单提交（application/x-www-form-urlencoded，UTF-8）。")
    small = request.clone(client_max_size=BODY_LIMIT)
    try:
        form = await small.post()
    except (UnicodeDecodeError, LookupError, ValueError) as error:
        raise Invalid("表单内容读不出来，应为 UTF-8。") from error
    pairs = []
    for name, value in form.items():
        if isinstance(value, str):
            pairs.append((name, value))
        else:
            getattr(getattr(value, "file", None), "close", lambda: None)()
    return pairs


def _get(path: str, tell: Told) -> Route:
    return Route(method="GET", path=path, handler=_answered(tell))


OPEN311_ROUTES = (
    _get("/open311/discovery.{format}", discovery),
    _get("/open311/v2/discovery.{format}", discovery),
    _get("/open311/v2/services.{format}", services),
    _get("/open311/v2/services/{code}.{format}", service),
    _get("/open311/v2/requests.{format}", requests),
    _get("/open311/v2/requests/{number}.{format}", one_request),
    _get("/open311/v2/tokens/{token}.{format}", token),
    Route(method="POST", path="/open311/v2/requests.{format}", handler=_answered(send)),
    _get("/open311/{rest:.+}", nothing),
)
"""Public to the table of rights: `send` checks the API key itself."""
