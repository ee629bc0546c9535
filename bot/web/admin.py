"""`/admin`: how the city is set up, what it is connected to, and what is switched on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from bot.city import switches
from bot.city.changed import CityProcess, CityVersion
from bot.city.parts import BY_FILE, PARTS
from bot.delivery.recently import Recently
from bot.errors import Conflict, NotFound
from bot.features import Feature, features, what_is_set
from bot.probing import Outcome, Probe
from bot.web import admin_words
from bot.web.rendering import page
from bot.web.routes import services_of, session_of

if TYPE_CHECKING:
    from bot.services import Services

_TOLD = frozenset({"rephrasing", "speech", "clamd", "milvus"})
"""Connectors whose features say already that they are off."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process as the page shows it; `stale`: it was started before the last change."""

    process: CityProcess
    stale: bool


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A connector as the page shows it.

    Args:
        last: the last check from the page.
        went: name → what went out through it lately.
        seen: when all mail boxes had last been looked at without trouble.
        trouble: systems that do not answer when they are asked for news.
    """

    probe: Probe
    last: Outcome | None
    went: tuple[tuple[str, Recently], ...] = ()
    seen: datetime | None = None
    trouble: str = ""


async def show(request: web.Request) -> web.Response:
    """The overview."""
    services = services_of(request)
    versions = await services.configuration.versions(limit=1)
    newest = versions[0] if versions else None
    off = [one.title for one in _features(services) if not one.on]
    off += [one.title for one in services.probes.all if not one.is_set and one.name not in _TOLD]
    return page(
        request,
        "admin.html",
        admin=admin_words,
        city=services.city,
        in_force=services.presence.in_force,
        current=await _version(services, services.presence.in_force.version),
        newest=newest,
        running=await _running(services, newest),
        catalogue=services.catalogue.current(),
        files=PARTS,
        changed={one.file for one in await _changed(services)},
        counts=_counts(services),
        off=tuple(dict.fromkeys(off)),
        restarting="restarting" in request.query,
    )


async def restart(request: web.Request) -> web.Response:
    """Have a process start itself again, so that it uses the newest configuration."""
    services, by = services_of(request), session_of(request).name
    process = str((await request.post()).get("process", ""))[:80]
    await services.presence.ask_restart(process)
    await services.staff.record(by, "process.restart", process)
    return web.Response(status=303, headers={"Location": "/admin?restarting=1#processes"})


async def show_versions(request: web.Request) -> web.Response:
    """Every change, newest first."""
    services = services_of(request)
    return page(
        request,
        "admin_versions.html",
        admin=admin_words,
        versions=await services.configuration.versions(),
        current=services.presence.in_force.version,
        parts_by_file=BY_FILE,
        one=None,
        preview=None,
    )


async def show_version(request: web.Request) -> web.Response:
    """One change, line by line."""
    services = services_of(request)
    version = await services.configuration.get(_number(request.match_info["number"]))
    return page(
        request,
        "admin_versions.html",
        admin=admin_words,
        versions=(),
        current=services.presence.in_force.version,
        parts_by_file=BY_FILE,
        one=version,
        preview=await services.configuration.changed_by(version),
    )


async def show_features(request: web.Request) -> web.Response:
    """What is set up and what is switched off; a switch is a change of `features.toml`."""
    services = services_of(request)
    newest = await services.configuration.city()
    off = services.city.off if newest is None else newest.off
    return page(
        request,
        "admin_features.html",
        admin=admin_words,
        features=_features(services),
        off=off,
        waiting=off != services.city.off,
        turned={name: switches.text_of(off ^ {name}) for name in switches.SWITCHES},
    )


async def show_connectors(request: web.Request) -> web.Response:
    """Everything the service is connected to."""
    return await _connectors(request)


async def test_connector(request: web.Request) -> web.Response:
    """Run one check, as `policyline check` does."""
    services, name = services_of(request), request.match_info["name"]
    try:
        await services.probes.run(name, by=session_of(request).name)
    except Conflict as error:
        return await _connectors(request, problem=error.message, status=error.status)
    return web.Response(status=303, headers={"Location": f"/admin/connectors#{name}"})


async def _connectors(
    request: web.Request, *, problem: str = "", status: int = 200
) -> web.Response:
    services = services_of(request)
    now = services.clock.now()
    unseen = await services.boxes.unseen_s()
    boxes_seen = now - timedelta(seconds=max(unseen.values())) if unseen else None
    silent = (await services.deliveries.standing()).silent
    citizens, departments = await services.recent.citizens(), await services.recent.departments()
    trouble, shown = "、".join(poll.source for poll in silent), []
    for probe in services.probes.all:
        went = [(name, citizens[name]) for name in probe.channels if name in citizens]
        went += [(name, departments[name]) for name in probe.senders if name in departments]
        shown.append(
            Connected(
                probe=probe,
                last=await services.probes.last(probe.name),
                went=tuple(went),
                seen=boxes_seen if probe.name == "boxes" else None,
                trouble=trouble if probe.name == "departments" else "",
            )
        )
    return page(
        request,
        "admin_connectors.html",
        status=status,
        admin=admin_words,
        groups=_grouped(shown),
        problem=problem,
    )


def _grouped(shown: Iterable[Connected]) -> dict[str, list[Connected]]:
    groups: dict[str, list[Connected]] = {}
    for one in shown:
        groups.setdefault(one.probe.group, []).append(one)
    return groups


def _features(services: Services) -> tuple[Feature, ...]:
    return features(
        services.settings,
        what_is_set(),
        speech=services.recogniser is not None,
        off=services.city.off,
    )


async def _running(services: Services, newest: CityVersion | None) -> list[Running]:
    last, catalogue = newest.id if newest else 0, services.catalogue.current()
    return [
        Running(process=one, stale=one.version != last or one.catalogue != catalogue)
        for one in await services.presence.processes()
    ]


async def _version(services: Services, id: int) -> CityVersion | None:
    return await services.configuration.get(id) if id else None


async def _changed(services: Services) -> list[CityVersion]:
    """The last change of each file that is not the folder's own any longer."""
    last: dict[str, CityVersion] = {}
    for version in await services.configuration.versions():
        last.setdefault(version.file, version)
    return [version for version in last.values() if not version.own]


def _counts(services: Services) -> tuple[tuple[str, int], ...]:
    city = services.city
    limits = city.limits
    return (
        ("承办单位", len(city.unit_names)),
        ("派单事项", len(city.duties)),
        ("镇街和地名", len(city.places.areas) + len(city.places.landmarks)),
        ("与国家安排不同的日子", len(limits.extra_days_off) + len(limits.extra_workdays)),
        ("办理时限", len(limits.limits)),
        ("对外用语", len(city.wording.texts)),
        ("文书", len(city.letters.letters) + len(city.letters.decisions)),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise NotFound("没有这一版。")
    return int(text)
