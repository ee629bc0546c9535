"""Asterisk asked to send a caller on or to end a call, over a short connection of its own.

Source: Asterisk documentation, "AMI Actions": CoreShowChannels (`write = system,reporting`),
Redirect (`write = call`), Hangup (`write = system,call`). A hold is made by the operator's
telephone; there is no action for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.calls import CallAct, Target
from connectors.errors import Refused, Retryable

from .ami import Connection, connected
from .ami_events import Fields
from .controlling import NO_SUCH_CALL, Limits
from .settings import AmiServer

_GONE = ("channel does not exist", "no such channel", "channel not up")


class AmiControl(Limits):
    """The calls of one Asterisk server, told what to do.

    Args:
        name: `ami-NAME`.
        server: where it is.
        targets: where calls may be sent.
    """

    def __init__(self, name: str, server: AmiServer, targets: Mapping[str, Target]) -> None:
        super().__init__(name, frozenset({CallAct.TRANSFER, CallAct.HANG_UP}), targets)
        self._server = server

    def __repr__(self) -> str:
        return f"AmiControl(name={self.name!r})"

    async def transfer(self, call_id: str, to: str) -> None:
        """The caller's channel goes on at this extension; raises as `CallControl`."""
        self.check(CallAct.TRANSFER, to)
        where = {"Context": self._server.transfer_context, "Exten": to, "Priority": "1"}
        await self._do(call_id, "Redirect", **where)

    async def hold(self, call_id: str) -> None:
        """Raises `Refused`: the telephone holds."""
        del call_id
        self.check(CallAct.HOLD)

    async def resume(self, call_id: str) -> None:
        """Raises `Refused`: the telephone resumes."""
        del call_id
        self.check(CallAct.RESUME)

    async def hang_up(self, call_id: str) -> None:
        """The caller's channel ends; raises as `CallControl`."""
        self.check(CallAct.HANG_UP)
        await self._do(call_id, "Hangup", Cause="16")

    async def close(self) -> None:
        """Each connection is closed when its action is done."""

    async def _do(self, call_id: str, action: str, **fields: str) -> None:
        async with connected(self._server, events="off") as connection:
            channel = await _channel_of(connection, call_id)
            answer = (await connection.ask(action, Channel=channel, **fields))[0]
        if answer.get("response", "").lower() == "success":
            return
        said = answer.get("message", "").lower()
        if said.startswith("permission denied"):
            raise Refused("ami_may_not_control")
        raise Refused(NO_SUCH_CALL if any(each in said for each in _GONE) else "ami_refused")


async def _channel_of(connection: Connection, call_id: str) -> str:
    """The caller's channel: the one the call is named after, else the one that is in a queue."""
    answer = await connection.ask("CoreShowChannels")
    if answer[0].get("response", "").lower() == "error":
        raise Refused("ami_may_not_control")
    if not answer[-1].get("event", "").lower().endswith("complete"):
        raise Retryable("ami_half_a_list")
    legs = [each for each in answer if call_id and each.get("linkedid") == call_id]
    own = [each for each in legs if each.get("uniqueid") == call_id]
    queued = [each for each in legs if _is_queued(each)]
    found = [each["channel"] for each in (*own, *queued) if each.get("channel")]
    if not found:
        raise Refused(NO_SUCH_CALL)
    return found[0]


def _is_queued(channel: Fields) -> bool:
    return channel.get("application", "").lower() == "queue"
