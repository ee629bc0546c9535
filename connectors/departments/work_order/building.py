"""The platforms a city has set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connectors.departments.robots import Rates
from connectors.errors import Misconfigured

from .platform import PREFIX, PulledPlatform, PushingPlatform, WorkOrderPlatform
from .reading import read_mapping
from .settings import PREFIX as SETTING
from .settings import Mode, PlatformSettings, WorkOrderSettings

_KINDS: Mapping[Mode, type[WorkOrderPlatform]] = {
    Mode.PUSH: PushingPlatform,
    Mode.PULL: PulledPlatform,
}


def platforms(
    settings: WorkOrderSettings, *, folder: Path, units: Mapping[str, str], rates: Rates | None
) -> dict[str, object]:
    """Every platform by its connector's name.

    Args:
        settings: all of them.
        folder: the city's, where the mappings lie.
        units: every name a unit goes by → its official name; empty: not checked.
        rates: counters all replicas share, or None.

    Raises:
        Misconfigured: with the faults of all mappings.
    """
    built: dict[str, object] = {}
    faults = []
    for name, given in settings.platforms.items():
        try:
            built[f"{PREFIX}{name}"] = _platform(name, given, folder, units, rates)
        except Misconfigured as error:
            faults.append(f"{SETTING}PLATFORMS.{name}: {error}")
    if faults:
        raise Misconfigured("; ".join(faults))
    return built


def _platform(
    name: str,
    given: PlatformSettings,
    folder: Path,
    units: Mapping[str, str],
    rates: Rates | None,
) -> WorkOrderPlatform:
    mapping = read_mapping(folder / given.mapping, units)
    if given.mode is Mode.PULL and "news" not in mapping.paths:
        raise Misconfigured(f"{given.mapping.name}：[paths] 缺少“news”：到哪里去取")
    try:
        return _KINDS[given.mode](name, given, mapping, rates)
    except OSError:
        raise Misconfigured(f"ca_file: 读不了 {given.ca_file}") from None
