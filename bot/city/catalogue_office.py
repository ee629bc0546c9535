"""The dispatch catalogue as its administrator changes it from a page; versions are files.

They lie under `HOME/catalogue`, as the command line keeps them: replicas on several machines share
that folder, or each is given the same catalogue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.city import catalogue_sheet, sheets, versions
from bot.city.model import City, Duty
from bot.clean import clean_text
from bot.errors import Invalid, NotFound
from bot.ports import Clock

MAX_BYTES = 8 * 1024 * 1024
_FAULTS_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class CataloguePreview:
    """What an uploaded catalogue would do; nothing is kept.

    Args:
        faults: with any, it cannot be kept.
        added, changed, removed: duties as `编号 事项`.
        gaps: what it leaves open; no fault.
        table: the catalogue as it would be kept, as CSV.
    """

    duties: int = 0
    faults: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    table: bytes = b""

    @property
    def same(self) -> bool:
        """Nothing would change."""
        return not (self.faults or self.added or self.changed or self.removed)


class CatalogueOffice:
    """Drives the catalogue's versions.

    Args:
        home: where the installation keeps them.
        clock: the time.
    """

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home, self._clock = home, clock

    async def versions(self, city: City) -> tuple[versions.Version, ...]:
        """All of them, the shipped one first. Raises `Invalid` where one is damaged."""
        try:
            return await asyncio.to_thread(versions.versions, self._home, city)
        except versions.CatalogueUnreadable as error:
            raise Invalid(f"{error}。") from error

    async def duties(self, city: City, name: str = "") -> tuple[Duty, ...]:
        """A version's duties, or those in use. Raises `Invalid` where it cannot be read."""
        try:
            wanted = name or versions.current(self._home)
            return await asyncio.to_thread(versions.load, self._home, wanted, city)
        except versions.CatalogueUnreadable as error:
            raise Invalid(f"{error}。") from error

    async def file(self, city: City, kind: str, name: str = "") -> bytes:
        """A version as `xlsx` or `csv`. Raises `Invalid`, `NotFound`."""
        rows = catalogue_sheet.rows_of(await self.duties(city, name))
        if kind == "csv":
            return sheets.write_csv(rows)
        if kind != "xlsx":
            raise NotFound("只有 xlsx 和 csv 两种格式。")
        return await asyncio.to_thread(
            sheets.write_workbook, rows, catalogue_sheet.WIDTHS, "派单目录"
        )

    async def preview(self, city: City, raw: bytes) -> CataloguePreview:
        """Look at a file. Raises `Invalid` where it is no table."""
        if len(raw) > MAX_BYTES:
            raise Invalid(f"文件太大，最多 {MAX_BYTES // 1024 // 1024} MB。")
        checked = await asyncio.to_thread(_read, raw, city)
        if checked.faults:
            said = [fault.said for fault in checked.faults[:_FAULTS_SHOWN]]
            if len(checked.faults) > _FAULTS_SHOWN:
                said.append(f"另有 {len(checked.faults) - _FAULTS_SHOWN} 处")
            return CataloguePreview(faults=tuple(said))
        try:
            before = await self.duties(city)
        except Invalid:  # the one in use no longer fits the units: all of this one is new
            before = ()
        return _compared(before, checked.duties, city)

    async def save(self, city: City, raw: bytes, *, by: str, reason: str, source: str) -> str:
        """Keep a catalogue that was looked at, and take it into use; gives its name.

        Raises:
            Invalid: no reason, faults, or nothing changes.
        """
        note = clean_text(reason).strip()
        if not 1 <= len(note) <= 500:
            raise Invalid("请写明修改的理由，不超过 500 个字。", fields={"reason": "必须填写"})
        looked = await self.preview(city, raw)
        if looked.faults:
            raise Invalid(f"有 {len(looked.faults)} 处不对，没有保存。")
        if looked.same:
            raise Invalid("内容没有变化，没有保存。")
        checked = await asyncio.to_thread(_read, raw, city)
        name = versions.save(
            self._home,
            checked.duties,
            who=by,
            now=self._clock.now(),
            source=clean_text(source)[:120],
            note=note,
        )
        versions.use(self._home, name)
        return name

    async def use(self, city: City, name: str) -> None:
        """Go back to a version. Raises `Invalid` where it cannot be used."""
        await self.duties(city, name or "-")
        versions.use(self._home, name)

    def current(self) -> str:
        """The version in use on this machine; empty for the shipped one."""
        return versions.current(self._home)


def _read(raw: bytes, city: City) -> catalogue_sheet.Checked:
    try:
        return catalogue_sheet.read(sheets.read(raw), city)
    except sheets.SheetUnreadable as error:
        raise Invalid(f"{error}。", fields={"file": "不能用"}) from error


def _compared(before: Sequence[Duty], after: Sequence[Duty], city: City) -> CataloguePreview:
    old, new = ({duty.id: duty for duty in duties} for duties in (before, after))
    return CataloguePreview(
        duties=len(after),
        added=tuple(_named(new[each]) for each in new if each not in old),
        changed=tuple(_named(new[each]) for each in new if each in old and new[each] != old[each]),
        removed=tuple(_named(old[each]) for each in old if each not in new),
        gaps=catalogue_sheet.gaps(after, city),
        table=sheets.write_csv(catalogue_sheet.rows_of(after)),
    )


def _named(duty: Duty) -> str:
    return f"{duty.id} {duty.name}"
