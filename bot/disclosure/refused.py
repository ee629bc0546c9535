"""A move on a request that is not allowed, told to whoever tried it."""

from __future__ import annotations

from bot.disclosure.model import Move, State
from bot.errors import PolicylineError

_SAID = {
    "state": (409, "申请的状态已经变化，不能再做这一步。请刷新后查看。"),
    "role": (403, "您没有办理这一步的权限。"),
    "reason": (400, "请填写理由。"),
    "late": (409, "已经超过法定时限，不能再做这一步。"),
    "early": (409, "申请人的补正期限还没有过，不能视为放弃申请。"),
}


class MoveRefused(PolicylineError):
    """A move that is not allowed.

    `code` is `state` (not from here), `role` (not by this person), `reason` (one is owed), `late`
    (the time for it is over) or `early` (the time of the other side is not).
    """

    def __init__(self, code: str, move: Move, state: State) -> None:
        status, message = _SAID[code]
        super().__init__(message, code=code)
        self.status = status
        self.move, self.state = move, state
