"""Pages from templates: what every page knows, and the static files with their versions."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.cases.model import Severity, State
from bot.city.model import City
from bot.privacy import mask_text
from bot.web import delivery_words, desk_words, disclosure_words, knowledge_words, words
from bot.web.rights import HOME, Right, allowed
from bot.web.routes import PAGES, SESSION, services_of
from bot.web.security import check_origin

FOLDER = Path(__file__).parent
TYPE_COOKIE = "policyline_type"

_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9_\-./?=&%:~]*")
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Static:
    """The static files, in memory, each with a version taken from its content."""

    def __init__(self, folder: Path) -> None:
        self.files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        everything = b"".join(self.files[name] for name in sorted(self.files))
        # One version for all: a module imports others by plain names under the same folder.
        self.version = hashlib.sha256(everything).hexdigest()[:12]

    def url(self, name: str) -> str:
        """Where a page finds the file. Raises `KeyError` for a name that is no file."""
        self.files[name]
        return f"/static/{self.version}/{name}"


class Pages:
    """Renders templates.

    Args:
        city: its name, number and wording stand on the pages.
        base_url: where citizens reach us.
    """

    def __init__(self, city: City, *, base_url: str) -> None:
        self.static = Static(FOLDER / "static")
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            when=words.when,
            day=words.day,
            clock_time=words.clock_time,
            spoken=words.spoken,
            weblink=words.weblink,
            masked=mask_text,
            spaced=desk_words.spaced,
            state_name=lambda state: city.wording.say(f"state_{state}"),
        )
        self._environment.globals.update(
            static=self.static.url,
            city_name=city.name,
            hotline=city.hotline,
            say=city.wording.say,
            document_path=words.document_path,
            ours=lambda url: url.startswith(f"{base_url}/"),
            words=words,
            deliveries=delivery_words,
            desk=desk_words,
            disclosures=disclosure_words,
            content=knowledge_words,
            State=State,
            Severity=Severity,
            Right=Right,
        )

    def text(self, template: str, **values: Any) -> str:
        """A template as a string."""
        return self._environment.get_template(template).render(**values)

    def part(self, template: str, name: str, *values: Any) -> str:
        """A macro of a template as a string; it knows what every page knows, and no reader."""
        made = getattr(self._environment.get_template(template).module, name)(*values)
        return str(made)

    def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        """A whole page for this reader."""
        session = request.get(SESSION)
        text = self.text(
            template,
            status=status,
            path=request.path,
            session=session,
            may=lambda right: session is not None and allowed(right, session.role),
            home=HOME[session.role] if session else "/chat",
            large=request.cookies.get(TYPE_COOKIE) == "large",
            **values,
        )
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """A whole page for this reader."""
    return request.app[PAGES].page(request, template, status=status, **values)


async def static_file(request: web.Request) -> web.Response:
    """One static file; an address with the version in it never changes its content."""
    static = request.app[PAGES].static
    name = request.match_info["name"]
    content = static.files.get(name)
    if content is None:
        raise web.HTTPNotFound
    fresh = request.match_info["version"] == static.version
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
    return web.Response(
        body=content,
        content_type=kind or "application/octet-stream",
        charset="utf-8" if kind in _TYPES.values() else None,
        headers={"Cache-Control": "public, max-age=31536000, immutable" if fresh else "no-cache"},
    )


def local_path(path: str, default: str = "/chat") -> str:
    """The path where it leads to a page of ours, else the default."""
    return path if _LOCAL.fullmatch(path) else default


async def set_type_size(request: web.Request) -> web.Response:
    """Switch between normal and large type, and go back where the reader was."""
    check_origin(request)
    form = await request.post()
    response = web.Response(status=303, headers={"Location": local_path(str(form.get("back")))})
    response.set_cookie(
        TYPE_COOKIE,
        "large" if form.get("size") == "large" else "normal",
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=services_of(request).settings.base_url.startswith("https://"),
    )
    return response
