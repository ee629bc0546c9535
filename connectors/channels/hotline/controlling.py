"""What call centres can be asked to do with a call, and where a call may be sent."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.calls import EMERGENCY_NUMBERS, CallAct, Target
from connectors.errors import Refused

from .names import Operators

UNSUPPORTED = "unsupported"
NOT_ALLOWED = "transfer_not_allowed"
NO_SUCH_CALL = "no_such_call"

_EMERGENCIES = {"110": "公安报警", "119": "火警", "120": "医疗急救", "122": "交通事故报警"}


def targets_of(named: Mapping[str, str], operators: Operators) -> dict[str, Target]:
    """Number → where a call may be sent.

    Args:
        named: number → name, beside the emergency numbers.
        operators: staff names, as the feed tells them.
    """
    names = {number: _EMERGENCIES[number] for number in EMERGENCY_NUMBERS}
    return {
        number: Target(number=number, name=name, told=operators.name_of(number))
        for number, name in {**named, **names}.items()
    }


class Limits:
    """What every call centre's control shares: nothing but what is allowed.

    Args:
        name: of the feed.
        can: what this one does.
        targets: where calls may be sent.
    """

    def __init__(self, name: str, can: frozenset[CallAct], targets: Mapping[str, Target]) -> None:
        self.name, self.can, self.targets = name, can, targets

    def check(self, act: CallAct, to: str = "") -> None:
        """Raises `Refused` where this is not to be asked."""
        if act not in self.can:
            raise Refused(UNSUPPORTED)
        if act is CallAct.TRANSFER and to not in self.targets:
            raise Refused(NOT_ALLOWED)
