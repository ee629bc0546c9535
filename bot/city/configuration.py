"""The city's configuration as its administrator changes it: looked at first, then a version.

A process reads the city once, when it starts. A change is taken into use by starting the processes
again; until then `/admin` shows which of them still run with an older version.
"""

from __future__ import annotations

import asyncio
import difflib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.city import overlay, readable
from bot.city.changed import CityStorage, CityVersion
from bot.city.fault_lines import Fault, located
from bot.city.load import CityError, load
from bot.city.model import City
from bot.city.parts import BY_FILE, MAX_BYTES, CityPart
from bot.clean import clean_text
from bot.errors import Conflict, Invalid, NotFound
from bot.ports import Clock, Wakeups

TOPIC = "city"
_CONTEXT_LINES = 2
_MOST_LINES = 600

Check = Callable[[Path], None]
"""Reads a file the loader does not read. Raises `ValueError` with what is wrong."""
Misfits = Callable[[City, Path], Sequence[str]]
"""What else must hold of a city and its folder: a sentence for each thing that does not."""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A file as the newest version has it.

    Args:
        own: it is the folder's own.
        text: empty where the file is not there.
    """

    part: CityPart
    text: str
    own: bool
    there: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a change would do; nothing is kept.

    Args:
        content: what the file would hold; None: the folder's own.
        faults: with any, it cannot be kept.
        differences: row by row, where the part is shown as tables.
        lines: the lines that differ with those around them, each after its mark: ` `, `-`, `+`,
            and `@` where lines were left out.
        cut: there are more lines.
        removed_units: names no unit of the city has any longer.
        seen: the last version there was.
    """

    part: CityPart
    content: bytes | None
    text: str
    faults: tuple[Fault, ...] = ()
    differences: tuple[readable.Difference, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    removed_units: tuple[str, ...] = ()
    seen: int = 0

    @property
    def same(self) -> bool:
        """Nothing would change."""
        return not self.faults and not self.lines


class Configuration:
    """Reads and changes it.

    Args:
        storage: where versions are.
        clock: the time.
        wakeups: tell other processes.
        base: the city's own folder.
        checks: file → check, of files the loader does not read.
        misfits: what else must hold, such as the dispatch catalogue in use.
    """

    def __init__(
        self,
        storage: CityStorage,
        clock: Clock,
        wakeups: Wakeups,
        *,
        base: Path,
        checks: Mapping[str, Check] | None = None,
        misfits: Misfits = lambda city, folder: (),
    ) -> None:
        self._storage, self._clock, self._wakeups, self._base = storage, clock, wakeups, base
        self._checks, self._misfits = checks or {}, misfits

    async def versions(self, file: str = "", limit: int = 200) -> tuple[CityVersion, ...]:
        """Changes, newest first; of one file where named."""
        async with self._storage.read() as unit:
            return await unit.city.versions(file=file, limit=limit)

    async def get(self, id: int) -> CityVersion:
        """One change. Raises `NotFound`."""
        async with self._storage.read() as unit:
            found = await unit.city.get(id)
        if found is None or found.file not in BY_FILE:
            raise NotFound("没有这一版。")
        return found

    async def content(self, part: CityPart, at: int | None = None) -> Content:
        """A file as it is, or as a version of it had it.

        Args:
            part: which.
            at: a change's number; 0: the folder's own; None: the newest.
        """
        async with self._storage.read() as unit:
            if at is None:
                kept = (await unit.city.files()).get(part.file)
            else:
                kept = await unit.city.content(at) if at else None
        raw = await asyncio.to_thread(self._own, part.file) if kept is None else kept
        text = "" if raw is None else raw.decode("utf-8-sig", "replace")
        return Content(part=part, text=text, own=kept is None, there=raw is not None)

    async def city(self) -> City | None:
        """The city as the newest versions have it, whether or not everything else fits it; None
        where it cannot be read."""
        async with self._storage.read() as unit:
            files = await unit.city.files()
        return await asyncio.to_thread(self._read, files)

    async def changed_by(self, version: CityVersion) -> Preview:
        """What a version changed, against the one of its file before; faults are not looked for."""
        part = BY_FILE[version.file]
        before = await self.content(part, version.previous)
        after = await self.content(part, version.id)
        lines, cut = _lines(before.text, after.text)
        return Preview(part=part, content=None, text=after.text, lines=lines, cut=cut)

    async def before(self, id: int) -> tuple[CityPart, bytes | None]:
        """A file as it was before a change. Raises `NotFound`."""
        version = await self.get(id)
        async with self._storage.read() as unit:
            content = await unit.city.content(version.previous) if version.previous else None
        return BY_FILE[version.file], content

    async def preview(self, part: CityPart, content: bytes | None) -> Preview:
        """What a change would do.

        Args:
            part: the file.
            content: what it is to hold; None: what the folder has.

        Raises:
            Invalid: too large, or no text.
        """
        text = _text(content)
        async with self._storage.read() as unit:
            files, seen = dict(await unit.city.files()), await unit.city.newest()
        return await asyncio.to_thread(self._compared, part, content, text, files, seen)

    async def save(
        self, part: CityPart, content: bytes | None, *, by: str, reason: str, seen: int
    ) -> CityVersion:
        """Keep a change that was looked at.

        Args:
            part: the file.
            content: what it holds from now on; None: what the folder has.
            by: who.
            reason: why; owed.
            seen: the last version there was when it was looked at.

        Raises:
            Invalid: no reason, faults, or nothing changes.
            Conflict: somebody changed something in the meantime.
        """
        reason = clean_text(reason).strip()
        if not 1 <= len(reason) <= 500:
            raise Invalid("请写明修改的理由，不超过 500 个字。", fields={"reason": "必须填写"})
        looked = await self.preview(part, content)
        if looked.faults:
            raise Invalid(f"有 {len(looked.faults)} 处不对，没有保存。")
        if looked.same:
            raise Invalid("内容没有变化，没有保存。")
        async with self._storage.begin() as unit:
            newest = await unit.city.newest()
            of_file = await unit.city.versions(file=part.file, limit=1)
            version = CityVersion(
                id=seen + 1,
                at=self._clock.now(),
                by=by,
                reason=reason,
                file=part.file,
                hash="" if content is None else hashlib.sha256(content).hexdigest(),
                previous=of_file[0].id if of_file else 0,
            )
            if newest != seen or not await unit.city.add(version, content):
                raise Conflict("预览之后又有人改过配置，请重新预览。", code="changed_meanwhile")
        await self._wakeups.wake(TOPIC)
        return version

    def _own(self, file: str) -> bytes | None:
        path = self._base / file
        return path.read_bytes() if path.is_file() else None

    def _compared(
        self, part: CityPart, content: bytes | None, text: str, files: dict[str, bytes], seen: int
    ) -> Preview:
        """Blocks for some 0.3 s: the city is read twice."""
        was = self._read(files)
        own = self._own(part.file)
        before = files.get(part.file, own) or b""
        if content is None:
            files.pop(part.file, None)
            text = (own or b"").decode("utf-8-sig", "replace")
        else:
            files[part.file] = content
        now, faults = self._tried(files)
        lines, cut = _lines(before.decode("utf-8-sig", "replace"), text)
        told: tuple[readable.Difference, ...] = ()
        removed: tuple[str, ...] = ()
        if was and now:
            old, new = (readable.sheets_of(one, part.name) for one in (was, now))
            told = readable.differences(old, new)
            removed = tuple(one for one in was.unit_names if one not in now.unit_names)
        return Preview(
            part=part,
            content=content,
            text=text,
            faults=tuple(located(said, part.file, text) for said in faults),
            differences=told,
            lines=lines,
            cut=cut,
            removed_units=removed,
            seen=seen,
        )

    def _read(self, files: Mapping[str, bytes]) -> City | None:
        with overlay.trial(self._base, files) as folder:
            try:
                return load(folder)
            except CityError:
                return None

    def _tried(self, files: Mapping[str, bytes]) -> tuple[City | None, tuple[str, ...]]:
        with overlay.trial(self._base, files) as folder:
            try:
                city = load(folder)
            except CityError as error:
                return None, error.faults
            faults = []
            for file, check in self._checks.items():
                if not (folder / file).is_file():
                    continue
                try:
                    check(folder / file)
                except ValueError as error:
                    faults += [_at(file, one) for one in str(error).splitlines()]
            faults += self._misfits(city, folder)
        return (None if faults else city), tuple(faults)


def _at(file: str, said: str) -> str:
    return f"{file} {said}" if said.startswith("第 ") else f"{file}：{said}"


def _text(content: bytes | None) -> str:
    if content is None:
        return ""
    if len(content) > MAX_BYTES:
        raise Invalid(f"文件太大，最多 {MAX_BYTES // 1024} KB。", fields={"file": "太大"})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("文件应存为 UTF-8 的文本。", fields={"file": "不是文本"}) from error


def _lines(before: str, after: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    made = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT_LINES
    )
    found = [(line[:1], line[1:]) for line in list(made)[2:]]  # without the two files' names
    return tuple(found[:_MOST_LINES]), len(found) > _MOST_LINES
