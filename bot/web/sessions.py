"""Who is signed in: sessions of staff, kept in the cache, so that every replica knows them."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.cache import Cache, CacheAway
from bot.cases.model import Actor, Role
from bot.errors import Forbidden, Unavailable

if TYPE_CHECKING:
    from bot.ports import Clock
    from bot.records import StaffMember

COOKIE = "policyline_staff"
CSRF_FIELD = "csrf_token"

_TOUCH_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Session:
    """A signed-in person.

    Args:
        csrf: goes into every form of theirs and must come back with it.
        must_change: nothing but the password page is open to them.
        must_enrol: nothing but their own account is open to them, to bind an authenticator.
        via: `password`, or `single_sign_on`.
        address, browser: where they signed in.
    """

    name: str
    display_name: str
    role: Role
    department: str
    must_change: bool
    csrf: str
    started_at: datetime
    seen_at: datetime
    must_enrol: bool = False
    via: str = "password"
    address: str = ""
    browser: str = ""

    @property
    def actor(self) -> Actor:
        """The person as the case model knows them."""
        return Actor(id=self.name, role=self.role, department=self.department)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a session begins; the arguments are those of `Session`."""

    via: str = "password"
    must_enrol: bool = False
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A session as shown; nobody can sign in with its handle."""

    handle: str
    session: Session


class Sessions:
    """Begin, find and end sessions.

    Args:
        idle: without any request for so long, the session ends.
        longest: after so long it ends anyway.
    """

    def __init__(self, cache: Cache, clock: Clock, *, idle: timedelta, longest: timedelta) -> None:
        self._cache, self._clock, self._idle, self._longest = cache, clock, idle, longest

    async def begin(self, member: StaffMember, how: Beginning | None = None) -> tuple[str, Session]:
        """A new session under a new random id; the id exists nowhere but in the cookie.

        Raises:
            Unavailable: the cache is away.
        """
        now, how = self._clock.now(), how or Beginning()
        session = Session(
            name=member.name,
            display_name=member.display_name or member.name,
            role=member.role,
            department=member.department,
            must_change=member.must_change and how.via == "password",
            csrf=secrets.token_urlsafe(32),
            started_at=now,
            seen_at=now,
            must_enrol=how.must_enrol,
            via=how.via,
            address=how.address,
            browser=how.browser,
        )
        session_id = secrets.token_urlsafe(32)
        await self._keep(session_id, session)
        with _needed():
            await self._cache.own_session(
                member.name, _key(session_id), self._longest.total_seconds()
            )
        return session_id, session

    async def find(self, session_id: str) -> Session | None:
        """The session of a cookie, or None where it ended.

        Raises:
            Unavailable: the cache is away.
        """
        with _needed():
            kept = await self._cache.get_session(_key(session_id))
        if kept is None:
            return None
        session, now = _from_json(kept), self._clock.now()
        if self._over(session):
            await self.end(session_id)
            return None
        if now - session.seen_at >= _TOUCH_AFTER:
            session = replace(session, seen_at=now)
            await self._keep(session_id, session)
        return session

    async def peek(self, session_id: str) -> Session | None:
        """The session where it lasts, without counting this as being there.

        Raises:
            Unavailable: the cache is away.
        """
        with _needed():
            kept = await self._cache.get_session(_key(session_id))
        if kept is None:
            return None
        session = _from_json(kept)
        return None if self._over(session) else session

    async def end(self, session_id: str) -> None:
        """Sign out; pages that are live hear of it. Raises `Unavailable`."""
        await self._end(_key(session_id))

    async def of(self, name: str) -> tuple[Listed, ...]:
        """Everything somebody is signed in with, used last first. Raises `Unavailable`."""
        with _needed():
            kept = await self._cache.sessions_of(name)
        found = (Listed(handle=key, session=_from_json(each)) for key, each in kept.items())
        lasting = [one for one in found if not self._over(one.session)]
        return tuple(sorted(lasting, key=lambda one: one.session.seen_at, reverse=True))

    async def end_some(self, name: str, *, only: str = "", but: str = "") -> int:
        """End sessions of somebody; gives how many. Raises `Unavailable`.

        Args:
            name: whose.
            only: the handle of the one that ends; empty: all.
            but: the handle of one that goes on; empty: none.
        """
        ended = [
            one.handle
            for one in await self.of(name)
            if one.handle != but and only in {"", one.handle}
        ]
        for handle in ended:
            await self._end(handle)
        return len(ended)

    def _over(self, session: Session) -> bool:
        now = self._clock.now()
        return now - session.started_at >= self._longest or now - session.seen_at >= self._idle

    async def _end(self, key: str) -> None:
        with _needed():
            await self._cache.delete_session(key)
        await self._cache.wake(_topic(key))

    async def _keep(self, session_id: str, session: Session) -> None:
        left = self._longest - (self._clock.now() - session.started_at)
        with _needed():
            await self._cache.set_session(
                _key(session_id), _to_json(session), min(left, self._idle).total_seconds()
            )


def ended_topic(session_id: str) -> str:
    """What is woken when the session ends."""
    return _topic(_key(session_id))


def handle_of(session_id: str) -> str:
    """What names a session where its id must not be shown."""
    return _key(session_id)


def _topic(key: str) -> str:
    return f"session:{key[:32]}"


def check_csrf(session: Session, given: str) -> None:
    """Refuse a form that did not come from a page of this session.

    Raises:
        Forbidden: the token is missing or another's.
    """
    if not hmac.compare_digest(session.csrf.encode(), given.encode()):
        raise Forbidden("页面已过期，这次提交没有生效。请返回并刷新页面后重试。", code="csrf")


def set_cookie(response: web.StreamResponse, name: str, value: str, *, secure: bool) -> None:
    """A cookie scripts cannot read and other sites do not send along; ends with the browser."""
    response.set_cookie(name, value, httponly=True, secure=secure, samesite="Lax", path="/")


def _key(session_id: str) -> str:
    # Whoever can read the cache cannot sign in with what stands there.
    return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()


@contextmanager
def _needed() -> Iterator[None]:
    """Inside, the cache cannot be done without. Raises `Unavailable`."""
    try:
        yield
    except CacheAway as error:
        raise Unavailable("登录服务暂时不可用，请稍后再试。") from error


def _to_json(session: Session) -> str:
    return json.dumps(asdict(session), default=datetime.isoformat)


def _from_json(kept: str) -> Session:
    values = json.loads(kept)
    values["role"] = Role(values["role"])
    for name in ("started_at", "seen_at"):
        values[name] = datetime.fromisoformat(values[name])
    return Session(**values)
