"""FreeSWITCH asked to send a caller on, to hold or to end a call, over a short connection.

Source: FreeSWITCH documentation, "mod_commands": `uuid_transfer <uuid> <dest> <dialplan>
<context>`, `uuid_hold [off] <uuid>`, `uuid_kill <uuid>`. A call's id is `CC-Member-Session-UUID`,
the caller's channel.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.calls import CallAct, Target
from connectors.errors import Refused

from .controlling import NO_SUCH_CALL, Limits
from .esl import UUID, connected
from .settings import EslServer


class EslControl(Limits):
    """The calls of one FreeSWITCH server, told what to do.

    Args:
        name: `esl-NAME`.
        server: where it is.
        targets: where calls may be sent.
    """

    def __init__(self, name: str, server: EslServer, targets: Mapping[str, Target]) -> None:
        super().__init__(name, frozenset(CallAct), targets)
        self._server = server

    def __repr__(self) -> str:
        return f"EslControl(name={self.name!r})"

    async def transfer(self, call_id: str, to: str) -> None:
        """The caller's channel goes on at this extension; raises as `CallControl`."""
        self.check(CallAct.TRANSFER, to)
        await self._do(call_id, "uuid_transfer {} " + f"{to} XML {self._server.transfer_context}")

    async def hold(self, call_id: str) -> None:
        """The caller waits, with music; raises as `CallControl`."""
        self.check(CallAct.HOLD)
        await self._do(call_id, "uuid_hold {}")

    async def resume(self, call_id: str) -> None:
        """The caller is back; raises as `CallControl`."""
        self.check(CallAct.RESUME)
        await self._do(call_id, "uuid_hold off {}")

    async def hang_up(self, call_id: str) -> None:
        """The caller's channel ends; raises as `CallControl`."""
        self.check(CallAct.HANG_UP)
        await self._do(call_id, "uuid_kill {}")

    async def close(self) -> None:
        """Each connection is closed when its command is done."""

    async def _do(self, call_id: str, command: str) -> None:
        if not UUID.fullmatch(call_id):  # what could end the command is none of FreeSWITCH's ids
            raise Refused(NO_SUCH_CALL)
        async with connected(self._server, events="") as connection:
            if (await connection.api(f"uuid_exists {call_id}")).strip() != "true":
                raise Refused(NO_SUCH_CALL)
            said = await connection.api(command.format(call_id))
        if said.startswith("+OK"):
            return
        raise Refused(NO_SUCH_CALL if "no such channel" in said.lower() else "esl_refused")
