"""Accounts of staff: adding, signing in, passwords. Sessions live in the cache, not here."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from datetime import UTC, date, datetime, time, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from bot.cases.calendar import ZONE
from bot.cases.lookup import after_wrong, wait_s
from bot.cases.model import Role
from bot.clean import clean_text
from bot.errors import Conflict, Invalid, NotFound, NotSignedIn, TooMany
from bot.ports import Clock, Ids
from bot.records import AuditEntry, StaffMember
from bot.staff_ports import StaffStorage, StaffUnit

MIN_PASSWORD_CHARS = 10
MAX_PASSWORD_CHARS = 200
STAFF_ROLES = tuple(role for role in Role if role not in {Role.CITIZEN, Role.SYSTEM})
_NAME = re.compile(r"[\w.@-]{2,40}")
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})
_INITIAL_BYTES = 12
_NOBODY = "（没有这个账号）"


class StaffService:
    """Accounts.

    Args:
        storage: the database.
        clock: the time.
        ids: new ids.
        hasher: argon2id; the library's defaults follow RFC 9106's low-memory profile.
    """

    def __init__(
        self,
        storage: StaffStorage,
        clock: Clock,
        ids: Ids,
        *,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._ids = ids
        self._hasher = hasher or PasswordHasher()
        self._nobodys_hash = self._hasher.hash(secrets.token_urlsafe(16))

    async def add(
        self,
        name: str,
        role: Role,
        department: str = "",
        password: str | None = None,
        *,
        display_name: str = "",
        by: str = "system",
    ) -> str:
        """Add an account; gives the first password, which must be changed at the first sign-in.

        Args:
            name: to sign in with: letters, digits, `.`, `_`, `@`, `-`; 2 to 40 of them.
            role: not citizen, not system.
            department: owed for department roles; official name, the caller has checked it.
            password: None: one is made.
            display_name: as shown to others; empty: the name.
            by: who adds it, for the audit.

        Raises:
            Invalid: name, role, department or password cannot be used.
            Conflict: the name is taken.
        """
        _check_account(name, role, department)
        first = secrets.token_urlsafe(_INITIAL_BYTES) if password is None else password
        _check_password(first, name)
        now = self._clock.now()
        member = StaffMember(
            name=name,
            role=role,
            display_name=clean_text(display_name).strip()[:80] or name,
            department=department,
            created_at=now,
            password_changed_at=now,
        )
        hashed = await asyncio.to_thread(self._hasher.hash, first)
        async with self._storage.begin() as unit:
            if not await unit.staff.add(member, password_hash=hashed):
                raise Conflict(f"账号 {name} 已经存在。", code="name_taken")
            await self._audit(unit, by, "staff.add", name, now, role=role.value)
        return first

    async def sign_in(self, name: str, password: str) -> StaffMember:
        """Check name and password, and write down that somebody came in. As `check_password`."""
        member = await self.check_password(name, password)
        await self.signed_in(member, "password")
        return member

    async def check_password(self, name: str, password: str) -> StaffMember:
        """Check name and password; an unknown name takes as long and reads the same.

        Raises:
            NotSignedIn: wrong, or the account is closed.
            TooMany: five were wrong within 15 minutes; with the wait.
        """
        now = self._clock.now()
        key = tries_key("staff", name)
        async with self._storage.begin() as unit:
            await unit.tries.hold(key)
            count = await unit.tries.get(key)
            wait, count = wait_s(count, now), after_wrong(count, now)
            if not wait:
                # Counted before the slow check, so that guesses sent at once count as well.
                await unit.tries.put(key, count, now=now)
            member = await unit.staff.get(name)
            kept = await unit.staff.password_hash(name)
        if wait:
            raise TooMany(f"输错次数太多，请过 {-(-wait // 60)} 分钟再试。", retry_after_s=wait)
        fits = await asyncio.to_thread(self._fits, kept or self._nobodys_hash, password)
        if member is None or not fits or not member.active:
            if count.blocked_until is not None:
                await self._locked(member, now)
            raise NotSignedIn("账号或密码不对。", code="wrong_password")
        await self._right_password(member, kept or "", password, key)
        return member

    async def signed_in(self, member: StaffMember, how: str) -> None:
        """Write down that somebody came in, and by what: `password`, `code`, `single_sign_on`."""
        async with self._storage.begin() as unit:
            now = self._clock.now()
            await self._audit(unit, member.name, "staff.sign_in", member.name, now, how=how)

    async def change_password(self, name: str, old: str, new: str) -> None:
        """Change one's own password.

        Raises:
            NotSignedIn, TooMany: as `check_password`, for the old one.
            Invalid: the new one is too short, too long, the name, or the old one.
        """
        if old == new:
            raise Invalid("新密码不能和原密码相同。", fields={"new": "与原密码相同"})
        _check_password(new, name)
        await self.check_password(name, old)
        await self._set(name, new, must_change=False, by=name, action="staff.change_password")

    async def reset_password(self, name: str, *, by: str = "system") -> str:
        """Give an account a new first password, and let it try again. Raises `NotFound`."""
        first = secrets.token_urlsafe(_INITIAL_BYTES)
        await self._set(name, first, must_change=True, by=by, action="staff.reset_password")
        return first

    async def set_active(self, name: str, *, active: bool, by: str) -> None:
        """Let somebody in or keep them out. Raises `NotFound`."""
        async with self._storage.begin() as unit:
            if not await unit.staff.set_active(name, active=active):
                raise NotFound(f"没有账号 {name}。")
            action = "staff.open" if active else "staff.close"
            await self._audit(unit, by, action, name, self._clock.now())

    async def move(self, name: str, role: Role, department: str, *, by: str) -> None:
        """Give somebody another role or department; their sessions end with it.

        Raises:
            Invalid: no role of staff, or a department role without a department.
            NotFound: no such account.
        """
        _check_account(name, role, department)
        async with self._storage.begin() as unit:
            before = await unit.staff.get(name)
            if before is None or not await unit.staff.move(name, role=role, department=department):
                raise NotFound(f"没有账号 {name}。")
            await self._audit(
                unit,
                by,
                "staff.move",
                name,
                self._clock.now(),
                role=role.value,
                department=department,
                from_role=before.role.value,
                from_department=before.department,
            )

    async def get(self, name: str) -> StaffMember:
        """An account as it is now; a session checks it again. Raises `NotFound`."""
        async with self._storage.read() as unit:
            member = await unit.staff.get(name)
        if member is None:
            raise NotFound(f"没有账号 {name}。")
        return member

    async def all(self) -> tuple[StaffMember, ...]:
        """Every account, by name."""
        async with self._storage.read() as unit:
            return await unit.staff.all()

    async def record(self, by: str, action: str, subject: str = "", **details: str) -> None:
        """Write down what somebody did, such as an export; details free of citizens' words."""
        async with self._storage.begin() as unit:
            await self._audit(unit, by, action, subject, self._clock.now(), **details)

    async def audit_entries(
        self,
        *,
        subject: str = "",
        actor: str = "",
        action: str = "",
        day: date | None = None,
        before: str = "",
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """What staff did, newest first.

        Args:
            subject: only about this, empty for all.
            actor: only by this person, empty for all.
            action: only this, or all that begin with it where it ends in a dot; empty for all.
            day: only of this day in China.
            before: id of the last entry the reader has.
            limit: at most so many.
        """
        since, until = _span(day)
        async with self._storage.read() as unit:
            return await unit.audit.entries(
                subject=subject,
                actor=actor,
                action=action,
                since=since,
                until=until,
                before=before,
                limit=limit,
            )

    async def audit_actions(self) -> tuple[str, ...]:
        """Every kind of entry there is."""
        async with self._storage.read() as unit:
            return await unit.audit.actions()

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password[:MAX_PASSWORD_CHARS])
        except (VerifyMismatchError, InvalidHashError):
            return False

    async def _locked(self, member: StaffMember | None, now: datetime) -> None:
        """Write down that guesses were stopped; a name nobody has may be a mistyped password."""
        subject = _NOBODY if member is None else member.name
        async with self._storage.begin() as unit:
            await self._audit(unit, "system", "staff.locked", subject, now)

    async def _right_password(
        self, member: StaffMember, kept: str, password: str, key: str
    ) -> None:
        newer = ""
        if self._hasher.check_needs_rehash(kept):
            newer = await asyncio.to_thread(self._hasher.hash, password)
        async with self._storage.begin() as unit:
            await unit.tries.clear(key)
            if newer:
                await unit.staff.rehash(member.name, password_hash=newer)

    async def _set(
        self, name: str, password: str, *, must_change: bool, by: str, action: str
    ) -> None:
        hashed = await asyncio.to_thread(self._hasher.hash, password)
        now = self._clock.now()
        key = tries_key("staff", name)
        async with self._storage.begin() as unit:
            known = await unit.staff.set_password(
                name, password_hash=hashed, must_change=must_change, now=now
            )
            if not known:
                raise NotFound(f"没有账号 {name}。")
            await unit.tries.clear(key)
            await self._audit(unit, by, action, name, now)

    async def _audit(
        self,
        unit: StaffUnit,
        actor: str,
        action: str,
        subject: str,
        now: datetime,
        **details: str,
    ) -> None:
        await unit.audit.add(
            AuditEntry(
                id=self._ids.new_id(),
                at=now,
                actor=actor,
                action=action,
                subject=subject,
                details=details,
            )
        )


def tries_key(what: str, name: str) -> str:
    """Under what wrong tries at somebody's secret are counted; the name is not readable in it."""
    return f"{what}:{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _span(day: date | None) -> tuple[datetime | None, datetime | None]:
    if day is None:
        return None, None
    since = datetime.combine(day, time(), ZONE)
    return since.astimezone(UTC), (since + timedelta(days=1)).astimezone(UTC)


def _check_account(name: str, role: Role, department: str) -> None:
    faults = {}
    if not _NAME.fullmatch(name):
        faults["name"] = "2 到 40 个字母、汉字、数字或 . _ @ -"
    if role not in STAFF_ROLES:
        faults["role"] = "不是工作人员的角色"
    if role in _DEPARTMENT_ROLES and not department:
        faults["department"] = "部门人员必须写明部门"
    if faults:
        raise Invalid("账号信息有误。", fields=faults)


def _check_password(password: str, name: str) -> None:
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        message = f"密码应有 {MIN_PASSWORD_CHARS} 到 {MAX_PASSWORD_CHARS} 个字符。"
        raise Invalid(message, fields={"password": message})
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        message = "密码太容易猜到，请换一个。"
        raise Invalid(message, fields={"password": message})
