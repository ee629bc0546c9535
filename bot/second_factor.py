"""The second step of signing in: authenticators and recovery codes of staff."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.lookup import after_wrong, wait_s
from bot.cases.model import Role
from bot.errors import Conflict, Forbidden, NotFound, NotSignedIn, PolicylineError, TooMany
from bot.one_time_codes import (
    address,
    fitting_step,
    grouped,
    is_authenticators,
    new_key,
    plain,
    recovery_codes,
    recovery_hash,
)
from bot.ports import Clock, Ids
from bot.records import AuditEntry, SecondFactor
from bot.sealing import Seal, Unreadable
from bot.staff import tries_key
from bot.staff_ports import StaffStorage, StaffUnit

_PURPOSE = "second factor"
_TO_CONFIRM = timedelta(minutes=15)
"""A key begun and left alone is worth nothing after so long, and shown to nobody."""


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What a person puts into their authenticator.

    Args:
        key: in base32.
        address: the same as an `otpauth:` address, for a QR code.
    """

    key: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands.

    Args:
        since: when the authenticator came in force; None: there is none.
        codes_left: unused recovery codes.
    """

    since: datetime | None = None
    codes_left: int = 0


class SecondFactors:
    """Authenticators of staff.

    Args:
        storage: the database.
        clock: the time.
        ids: ids of audit entries.
        secret: the service's secret key; the keys of authenticators are sealed with it.
        issuer: the name an authenticator shows.
        demanded_of: roles that may not work without one.
        random: so many random bytes.
    """

    def __init__(
        self,
        storage: StaffStorage,
        clock: Clock,
        ids: Ids,
        secret: bytes,
        *,
        issuer: str,
        demanded_of: frozenset[Role] = frozenset(),
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._storage, self._clock, self._ids = storage, clock, ids
        self._seal = Seal(secret, _PURPOSE, random)
        self._issuer, self._random = issuer, random
        self.demanded_of = demanded_of

    async def standing(self, name: str) -> Standing:
        """How somebody stands."""
        async with self._storage.read() as unit:
            factor = await unit.second_factors.get(name)
            if factor is None or factor.confirmed_at is None:
                return Standing()
            left = await unit.second_factors.codes_left(name)
            return Standing(since=factor.confirmed_at, codes_left=left)

    async def in_force(self) -> frozenset[str]:
        """Everybody who has an authenticator."""
        async with self._storage.read() as unit:
            return await unit.second_factors.in_force()

    async def begin(self, name: str) -> Enrolment:
        """A new key, not in force before its first code. Raises `Conflict` where one is."""
        key = new_key(self._random)
        factor = SecondFactor(
            name=name, sealed_key=self._seal.close(key, name), begun_at=self._clock.now()
        )
        async with self._storage.begin() as unit:
            if not await unit.second_factors.begin(factor):
                raise Conflict("已经绑定了验证器。要换一个，请先解除。")
        return self._enrolment(name, key)

    async def begun(self, name: str) -> Enrolment:
        """The key that waits for its first code. Raises `NotFound`."""
        async with self._storage.read() as unit:
            factor = await unit.second_factors.get(name)
        if factor is None or not _waits(factor, self._clock.now()):
            raise NotFound("没有等待确认的验证器，请重新开始绑定。")
        try:
            return self._enrolment(name, self._seal.open(factor.sealed_key, name))
        except Unreadable as error:
            raise NotFound("验证器密钥已失效，请重新开始绑定。") from error

    async def confirm(self, name: str, typed: str) -> tuple[str, ...]:
        """Put the key in force by its first code; gives the recovery codes, once.

        Raises:
            NotSignedIn: the code is wrong.
            TooMany: five were.
            Conflict: nothing waits to be confirmed.
        """
        now, code = self._clock.now(), plain(typed)
        async with self._storage.begin() as unit:
            problem = await self._tried(unit, name, code, now, first=True)
            if problem is None:
                if not await unit.second_factors.confirm(name, now=now):
                    raise Conflict("没有等待确认的验证器，请重新开始绑定。")
                codes = await self._new_codes(unit, name)
                await self._audit(unit, name, "second_factor.on", name, now)
                return codes
        raise problem

    async def check(self, name: str, typed: str) -> None:
        """The second step: a code of the authenticator or a recovery code, each taken once.

        Raises:
            NotSignedIn: wrong, or taken before.
            TooMany: five were wrong within 15 minutes; with the wait.
        """
        now, code = self._clock.now(), plain(typed)
        async with self._storage.begin() as unit:
            problem = await self._tried(unit, name, code, now)
            if problem is None and not is_authenticators(code):
                await self._audit(unit, name, "second_factor.recovery_code", name, now)
        if problem is not None:
            raise problem

    async def new_codes(self, name: str, typed: str) -> tuple[str, ...]:
        """New recovery codes in place of all earlier ones; for a code, as `check`."""
        await self.check(name, typed)
        async with self._storage.begin() as unit:
            codes = await self._new_codes(unit, name)
            await self._audit(unit, name, "second_factor.codes", name, self._clock.now())
        return codes

    async def take_off_own(self, name: str, role: Role, typed: str) -> None:
        """Do without from now on; for a code, as `check`.

        Raises:
            Forbidden: the role may not.
        """
        if role in self.demanded_of:
            raise Forbidden("您的岗位必须使用验证器，不能解除。手机遗失请联系管理员。")
        await self.check(name, typed)
        await self.take_off(name, by=name)

    async def take_off(self, name: str, *, by: str) -> None:
        """Take somebody's authenticator and recovery codes off. Raises `NotFound`."""
        async with self._storage.begin() as unit:
            if not await unit.second_factors.remove(name):
                raise NotFound(f"账号 {name} 没有绑定验证器。")
            await unit.tries.clear(tries_key("code", name))
            await self._audit(unit, by, "second_factor.off", name, self._clock.now())

    def _enrolment(self, name: str, key: str) -> Enrolment:
        return Enrolment(key=grouped(key), address=address(key, name, self._issuer))

    async def _tried(
        self, unit: StaffUnit, name: str, code: str, now: datetime, *, first: bool = False
    ) -> PolicylineError | None:
        """Try a code and count it where it is wrong; what to say of it, None where it fits."""
        key = tries_key("code", name)
        await unit.tries.hold(key)
        count = await unit.tries.get(key)
        wait = wait_s(count, now)
        if wait:
            return TooMany(f"输错次数太多，请过 {-(-wait // 60)} 分钟再试。", retry_after_s=wait)
        if await self._fits(unit, name, code, now, first=first):
            await unit.tries.clear(key)
            return None
        count = after_wrong(count, now)
        await unit.tries.put(key, count, now=now)
        if count.blocked_until is not None:
            await self._audit(unit, "system", "second_factor.locked", name, now)
        return NotSignedIn("验证码不对，或已经用过。请等验证器显示下一个再试。", code="wrong_code")

    async def _fits(
        self, unit: StaffUnit, name: str, code: str, now: datetime, *, first: bool
    ) -> bool:
        factor = await unit.second_factors.get(name)
        if factor is None or not (_waits(factor, now) if first else factor.confirmed_at):
            return False
        if not is_authenticators(code):
            hashed = recovery_hash(name, code)
            return not first and await unit.second_factors.use_code(name, hashed, now=now)
        try:
            step = fitting_step(self._seal.open(factor.sealed_key, name), code, now)
        except Unreadable:  # the secret key was changed: recovery codes still count
            return False
        return step is not None and await unit.second_factors.use_step(name, step)

    async def _new_codes(self, unit: StaffUnit, name: str) -> tuple[str, ...]:
        codes = tuple(recovery_codes(self._random))
        await unit.second_factors.replace_codes(name, [recovery_hash(name, c) for c in codes])
        return tuple(grouped(code) for code in codes)

    async def _audit(
        self, unit: StaffUnit, actor: str, action: str, subject: str, now: datetime
    ) -> None:
        entry = AuditEntry(
            id=self._ids.new_id(), at=now, actor=actor, action=action, subject=subject
        )
        await unit.audit.add(entry)


def _waits(factor: SecondFactor, now: datetime) -> bool:
    """True for a key that may still be confirmed."""
    return factor.confirmed_at is None and now - factor.begun_at < _TO_CONFIRM
