"""Why something another system told could not be applied, for the person who looks at it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.cases.model import Move, MoveRefused

_WHY: Mapping[str, str] = {
    "state": "工单现在的状态不能{move}",
    "role": "对方单位不能对这件工单{move}",
    "reason": "{move}没有写明理由和依据",
    "late": "{move}已经超过规定的时间",
    "designated": "热线办已经指定承办单位，不能再{move}",
}

_MOVES: Mapping[Move, str] = {
    Move.ACCEPT: "签收",
    Move.NOTE: "补充说明",
    Move.RETURN: "退单",
    Move.ASK_EXTENSION: "申请延期",
    Move.REPLY: "答复",
    Move.SUPPORT_REPLY: "填写协办意见",
    Move.RATE: "评价",
    Move.CLOSE: "办结",
    Move.URGE: "催办",
    Move.DISPATCH: "派单",
}


def refused(error: MoveRefused) -> str:
    """Why a move was refused, in Chinese."""
    return _WHY[error.code].format(move=_MOVES.get(error.move, "这样办理"))
