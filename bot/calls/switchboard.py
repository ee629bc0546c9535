"""What the call centre itself does for a desk: transfers, holds and ends calls.

Asked once: that it is asked is written down before, so that neither a second press nor another
process asks again; what came of it after. Nothing is asked again by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.calls.model import RUNNING, Call
from bot.calls.service import Calls
from bot.calls.transferring import is_at
from bot.cases.model import Actor
from bot.errors import Conflict, Invalid, PolicylineError
from connectors.calls import EMERGENCY_NUMBERS, CallAct, CallControl, CallEventKind, Target
from connectors.errors import ConnectorError, Misconfigured

log = logging.getLogger(__name__)

_ASKED: Mapping[CallEventKind, CallAct] = {
    CallEventKind.HELD: CallAct.HOLD,
    CallEventKind.RESUMED: CallAct.RESUME,
}


class NotDone(PolicylineError):
    """The call centre did not do it; `reason` is its connector's stable code."""

    status, code = 409, "not_done"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What can be asked for a call.

    Args:
        can: what its call centre does.
        targets: where the call may be sent, beside the emergency numbers.
    """

    can: frozenset[CallAct] = frozenset()
    targets: tuple[Target, ...] = ()

    @property
    def transfers(self) -> bool:
        """The call centre sends calls on."""
        return CallAct.TRANSFER in self.can

    @property
    def hangs_up(self) -> bool:
        """The call centre ends calls."""
        return CallAct.HANG_UP in self.can


class Switchboard:
    """Asks the call centre a call came from.

    Args:
        calls: keeps what was asked and what came of it.
        controls: feed's name → the call centre.
    """

    def __init__(self, calls: Calls, controls: Mapping[str, CallControl]) -> None:
        self._calls, self._controls = calls, controls

    async def close(self) -> None:
        """Free connections."""
        for control in self._controls.values():
            await control.close()

    def reach(self, call: Call) -> Reach:
        """What can be asked for this call; nothing where its call centre takes no orders."""
        control = self._controls.get(call.feed)
        if control is None:
            return Reach()
        further = (one for one in control.targets.values() if one.number not in EMERGENCY_NUMBERS)
        able = CallAct.TRANSFER in control.can
        return Reach(can=control.can, targets=tuple(further) if able else ())

    async def transfer(self, call_id: str, to: str, by: Actor) -> bool:
        """Send the caller to a number, and note it.

        Returns:
            False where the call centre did not; why is noted among the call's actions.

        Raises:
            NotFound: no such call.
            Invalid: calls may not be sent there.
            Conflict: nobody talks, or a transfer is under way.
        """
        call = await self._calls.get(call_id)
        control = self._controls.get(call.feed)
        target = control.targets.get(to) if control else None
        if control is None or target is None:
            raise Invalid("不能转接到这个号码。", fields={"do": "没有这个号码"})
        if is_at(call, target.told) and not await self._calls.came_back(call_id):
            return True
        if call.state not in RUNNING:
            raise Conflict("电话不在通话中，不能转接。", code="not_talking")
        if not await self._calls.begin_transfer(call_id, to, by):
            raise Conflict("正在转接，请等一等。", code="transfer_under_way")
        try:
            await control.transfer(call.external_id, to)
        except ConnectorError as error:
            await self._calls.transfer_refused(call_id, to, _code(control, error), by)
            return False
        await self._calls.tell(call_id, CallEventKind.TRANSFERRED, by, to=target.told)
        return True

    async def tell(self, call_id: str, kind: CallEventKind, by: Actor) -> None:
        """An event the operator tells; a hold and its end are made, where they can be.

        Raises:
            NotFound: no such call.
            NotDone: the call centre did not; nothing is noted.
        """
        call, act = await self._calls.get(call_id), _ASKED.get(kind)
        control = self._controls.get(call.feed)
        if control is not None and act in control.can:
            asked = control.hold if act is CallAct.HOLD else control.resume
            await self._ask(control, asked, call)
        await self._calls.tell(call_id, kind, by)

    async def hang_up(self, call_id: str, by: Actor) -> None:
        """End the call, and note it.

        Raises:
            NotFound: no such call.
            NotDone: the call centre did not; nothing is noted.
            Invalid: the call centre ends no calls.
            Conflict: nobody talks.
        """
        call = await self._calls.get(call_id)
        control = self._controls.get(call.feed)
        if control is None or CallAct.HANG_UP not in control.can:
            raise Invalid("呼叫中心不能代为挂断。", fields={"do": "没有这一项"})
        if call.state not in RUNNING:
            raise Conflict("电话不在通话中。", code="not_talking")
        await self._ask(control, control.hang_up, call)
        await self._calls.tell(call_id, CallEventKind.ENDED, by)

    async def _ask(
        self, control: CallControl, asked: Callable[[str], Awaitable[None]], call: Call
    ) -> None:
        try:
            await asked(call.external_id)
        except ConnectorError as error:
            raise NotDone("呼叫中心没有办成。", _code(control, error)) from error


def _code(control: CallControl, error: ConnectorError) -> str:
    """Stable; of a setting at fault the message is for the log alone."""
    code = "misconfigured" if isinstance(error, Misconfigured) else error.code
    log.warning("%s: not done: %s", control.name, error.code)
    return code
