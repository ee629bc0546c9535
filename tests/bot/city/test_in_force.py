"""The city with its administrator's changes: written, read at a start, shown by each process."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import city as cities
from bot.app import running
from bot.cache import Cache
from bot.city import overlay
from bot.city.configuration import Configuration
from bot.city.in_force import Presence, take_up
from bot.city.load import DEFAULT, CityError
from bot.city.model import City
from bot.city.parts import BY_NAME
from bot.errors import Invalid, NotFound
from bot.settings import Settings
from bot.storage.units import Storage
from connectors import registry
from tests.fakes.edges import FakeClock, RecordedWakeups
from tests.servers import free_port

CITY = (DEFAULT / "city.toml").read_text(encoding="utf-8")
NAMED = CITY.replace('name = "', 'name = "新')
FILES = {"city.toml": NAMED.encode()}


async def keep(storage: Storage, clock: FakeClock, content: bytes, part: str = "city") -> None:
    made = Configuration(storage, clock, RecordedWakeups(), base=DEFAULT)
    seen = (await made.preview(BY_NAME[part], content)).seen
    await made.save(BY_NAME[part], content, by="admin", reason="改名", seen=seen)


def test_files_are_laid_over_the_folder_which_stays_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    folder = overlay.write(home, DEFAULT, FILES)
    assert cities.load(folder).name == f"新{cities.load(DEFAULT).name}"
    assert (folder / "work_order" / "example.toml").is_file()
    assert (DEFAULT / "city.toml").read_text(encoding="utf-8") == CITY
    assert overlay.in_use(home, DEFAULT) == folder
    assert overlay.write(home, DEFAULT, FILES) == folder
    assert [path.name for path in overlay.folder_of(home).glob(".draft*")] == []


def test_nothing_changed_is_the_folder_itself(tmp_path: Path) -> None:
    overlay.write(tmp_path, DEFAULT, FILES)
    assert overlay.write(tmp_path, DEFAULT, {}) == DEFAULT
    assert overlay.in_use(tmp_path, DEFAULT) == DEFAULT


def test_another_citys_folder_is_not_mixed_up(tmp_path: Path) -> None:
    overlay.write(tmp_path, DEFAULT, FILES)
    assert overlay.in_use(tmp_path, tmp_path / "another") == tmp_path / "another"


def test_a_folder_that_changed_is_written_anew(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "a.toml").write_text("1")
    first = overlay.write(tmp_path, base, FILES)
    (base / "a.toml").write_text("2")
    second = overlay.write(tmp_path, base, FILES)
    assert first != second
    assert (second / "a.toml").read_text() == "2"


def test_old_folders_do_not_pile_up(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    for number in range(15):
        overlay.write(tmp_path, base, {"a.toml": b"%d" % number})
    kept = [path for path in overlay.folder_of(tmp_path).iterdir() if path.is_dir()]
    assert len(kept) == 11
    assert overlay.in_use(tmp_path, base) in kept


def test_a_pointer_that_is_damaged_is_not_followed(tmp_path: Path) -> None:
    overlay.write(tmp_path, DEFAULT, FILES)
    (overlay.folder_of(tmp_path) / "current").write_text("[]")
    assert overlay.in_use(tmp_path, DEFAULT) == DEFAULT


async def test_a_process_starts_with_the_changes(
    storage: Storage, clock: FakeClock, tmp_path: Path
) -> None:
    assert (await take_up(storage, tmp_path, DEFAULT)).folder == DEFAULT
    await keep(storage, clock, FILES["city.toml"])
    in_force = await take_up(storage, tmp_path, DEFAULT)
    assert (in_force.city.name, in_force.version, in_force.fault) == (
        f"新{cities.load(DEFAULT).name}",
        1,
        "",
    )


async def test_changes_that_no_longer_fit_leave_the_folder_in_use(
    sqlite_storage: Storage, clock: FakeClock, tmp_path: Path
) -> None:
    await keep(sqlite_storage, clock, FILES["city.toml"])
    base = tmp_path / "base"
    with overlay.trial(DEFAULT, {}) as whole:
        base.mkdir()
        for path in whole.glob("*.*"):
            (base / path.name).write_bytes(path.read_bytes())
    async with sqlite_storage.begin() as unit:
        version = await unit.city.get(1)
        assert version is not None
        newer = type(version)(
            id=2, at=version.at, by="x", reason="x", file="city.toml", hash="x", previous=1
        )
        await unit.city.add(newer, b"name = 1")
    in_force = await take_up(sqlite_storage, tmp_path, base)
    assert (in_force.folder, in_force.version) == (base, 0)
    assert "city.toml" in in_force.fault
    assert cities.in_use(tmp_path, base) == base


async def test_changes_a_connector_cannot_use_leave_the_folder_in_use(
    sqlite_storage: Storage, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYLINE_HOTLINE_SMS_URL", "https://sms.example")
    monkeypatch.setenv("POLICYLINE_HOTLINE_SMS_APP", "fengcheng")
    monkeypatch.setenv("POLICYLINE_HOTLINE_SMS_KEY", "a-key-of-the-gateway")

    def misfits(city: City, folder: Path) -> tuple[str, ...]:
        return registry.check_city(folder, city.units_by_name)

    made = Configuration(sqlite_storage, clock, RecordedWakeups(), base=DEFAULT, misfits=misfits)
    looked = await made.preview(BY_NAME["sms"], b'sign = "a city"\n')
    assert [(fault.said, fault.line) for fault in looked.faults] == [
        ("sms.toml：一个模板也没有", 0)
    ]
    await keep(sqlite_storage, clock, b'sign = "a city"\n', part="sms")
    in_force = await take_up(sqlite_storage, tmp_path, DEFAULT, misfits)
    assert (in_force.folder, in_force.fault) == (DEFAULT, "sms.toml：一个模板也没有")


async def test_two_changes_at_once_are_one(storage: Storage, clock: FakeClock) -> None:
    made = Configuration(storage, clock, RecordedWakeups(), base=DEFAULT)

    async def save(name: str, text: str) -> int:
        version = await made.save(BY_NAME[name], text.encode(), by="admin", reason="改", seen=0)
        return version.id

    limits = (DEFAULT / "limits.toml").read_text(encoding="utf-8") + "\n# 注\n"
    results = await asyncio.gather(
        save("city", NAMED), save("limits", limits), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "int"]
    assert len(await made.versions()) == 1


async def test_a_folder_with_faults_keeps_a_process_from_starting(
    sqlite_storage: Storage, tmp_path: Path
) -> None:
    with pytest.raises(CityError):
        await take_up(sqlite_storage, tmp_path, tmp_path)


async def test_what_is_no_text_or_too_large_is_refused(
    sqlite_storage: Storage, clock: FakeClock
) -> None:
    made = Configuration(sqlite_storage, clock, RecordedWakeups(), base=DEFAULT)
    for content in (b"\xff\xfe\x00", b"#" * (1024 * 1024 + 1)):
        with pytest.raises(Invalid):
            await made.preview(BY_NAME["city"], content)


async def test_what_else_must_hold_is_said_with_the_faults(
    sqlite_storage: Storage, clock: FakeClock
) -> None:
    def check(path: Path) -> None:
        raise ValueError(f"第 2 项：{path.name} 不好\n另一处")

    made = Configuration(
        sqlite_storage,
        clock,
        RecordedWakeups(),
        base=DEFAULT,
        checks={"sms.toml": check, "absent.toml": check},
        misfits=lambda city, folder: [f"派单目录：与{city.name}不符"],
    )
    looked = await made.preview(BY_NAME["city"], FILES["city.toml"])
    assert [fault.said for fault in looked.faults] == [
        "sms.toml 第 2 项：sms.toml 不好",
        "sms.toml：另一处",
        f"派单目录：与新{cities.load(DEFAULT).name}不符",
    ]


async def test_the_service_runs_with_the_changes_and_says_so(
    clock: FakeClock, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, redis_port=free_port(), rasa_port=free_port())
    async with running(settings, role="worker") as first:
        await keep(first.storage, clock, FILES["city.toml"])
        assert first.services.presence.in_force.version == 0
    async with running(settings, role="serve") as again:
        services = again.services
        assert services.city.name.startswith("新")
        assert services.cases is not None
        await services.presence.show()
        [process] = await services.presence.processes()
        assert (process.process, process.role, process.version) == (services.process, "serve", 1)
        assert {"database", "wechat", "sms", "boxes", "smtp", "departments"} <= {
            probe.name for probe in services.probes.all
        }
        outcome = await services.probes.run("database", by="admin")
        assert (outcome.verdict.value, "可连接" in outcome.said) == ("fine", True)
    assert cities.load(cities.in_use(tmp_path, settings.city)).name.startswith("新")


async def test_every_check_of_the_page_runs(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, redis_port=free_port(), rasa_port=free_port())
    async with running(settings) as built:
        probes = built.services.probes
        for probe in probes.all:
            assert (await probes.run(probe.name, by="admin")).said, probe.name


class Watched(Presence):
    """Says when it has shown itself."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.shown = asyncio.Event()

    async def show(self) -> None:
        await super().show()
        self.shown.set()


async def test_a_process_shows_itself_and_is_forgotten_when_it_ends(
    storage: Storage, clock: FakeClock, redis_url: str, tmp_path: Path
) -> None:
    cache, in_force = Cache(redis_url), await take_up(storage, tmp_path, DEFAULT)
    presence = Watched(storage, clock, cache, process="p", role="serve", in_force=in_force)
    presence.start()
    async with asyncio.timeout(5):
        await presence.shown.wait()
    assert [one.process for one in await presence.processes()] == ["p"]
    clock.advance(minutes=3)
    assert await presence.processes() == ()
    presence.shown.clear()
    await cache.wake("city")
    async with asyncio.timeout(5):
        await presence.shown.wait()
    assert [one.process for one in await presence.processes()] == ["p"]
    await presence.close()
    assert await presence.processes() == ()
    await cache.close()


async def test_a_process_ends_its_work_when_it_is_asked_to_start_again(
    storage: Storage, clock: FakeClock, redis_url: str, tmp_path: Path
) -> None:
    cache, in_force = Cache(redis_url), await take_up(storage, tmp_path, DEFAULT)
    presence = Watched(storage, clock, cache, process="p", role="serve", in_force=in_force)
    ended = asyncio.Event()
    presence.on_restart(ended.set)
    presence.start()
    async with asyncio.timeout(5):
        await presence.shown.wait()
        assert not presence.asked_to_restart
        await presence.ask_restart("p")
        await ended.wait()
    assert presence.asked_to_restart
    with pytest.raises(NotFound):
        await presence.ask_restart("nobody")
    await presence.close()
    await cache.close()
