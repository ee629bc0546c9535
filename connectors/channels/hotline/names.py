"""Callers' numbers and operators' names, as call centres write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WITHHELD = frozenset(
    {
        "", "anonymous", "unknown", "unavailable", "restricted", "private", "withheld", "blocked",
        "none", "null", "asterisk", "匿名", "未知", "保密", "隐藏", "未显示号码",
    }
)  # fmt: skip
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_SEPARATORS = re.compile(r"[\s().-]+")
_CHANNEL = re.compile(r"(?P<interface>[^/]+/[^/]+)-[0-9a-f]{8}(;[12])?")
"""Of an Asterisk channel, `PJSIP/1001-0000002b`; of a local one, with `;1` or `;2`."""


def number_of(told: str) -> str:
    """A caller's number; empty where it is withheld or is no number."""
    bare = told.strip().strip("<>\"'").strip()
    bare = re.sub(r"^(sips?|tel):", "", bare, flags=re.IGNORECASE).partition("@")[0]
    bare = bare.partition(";")[0]
    if bare.lower() in _WITHHELD:
        return ""
    number = _SEPARATORS.sub("", bare)
    return number if _NUMBER.fullmatch(number) else ""


class Operators:
    """Staff names of a call centre's agents.

    Args:
        names: extension, agent or interface → staff name.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def name_of(self, *told: str) -> str:
        """The staff name behind the first of these that is known; else the first as it stands.

        Args:
            told: what the call centre calls the agent, such as `话务员1001`, `PJSIP/1001`,
                `1001@default`.
        """
        candidates = [each.strip() for each in told if each.strip()]
        for candidate in candidates:
            for form in (candidate, extension_of(candidate)):
                if form in self._names:
                    return self._names[form]
        return candidates[0] if candidates else ""


def extension_of(told: str) -> str:
    """`PJSIP/1001`, `Local/1001@agents/n`, `1001@default` → `1001`; anything else as it is."""
    without_kind = told.split("/", 2)[1] if told.count("/") else told
    return without_kind.partition("@")[0]


def interface_of(channel: str) -> str:
    """The interface of an Asterisk channel: `PJSIP/1001-0000002b` → `PJSIP/1001`."""
    found = _CHANNEL.fullmatch(channel)
    return found["interface"] if found else channel
