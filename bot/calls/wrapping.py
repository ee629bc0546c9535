"""How a call ended, as the operator says; and the words people read for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.calls.model import CallState

STATES: Mapping[CallState, str] = {
    CallState.WAITING: "排队",
    CallState.RINGING: "振铃",
    CallState.TALKING: "通话中",
    CallState.HELD: "保持",
    CallState.ENDED: "已结束",
    CallState.ABANDONED: "未接通",
    CallState.WRAPPED_UP: "已办结",
}


class WrapUp(StrEnum):
    """A wrap-up code."""

    ANSWERED = "answered"
    CASE_OPENED = "case_opened"
    CASE_JOINED = "case_joined"
    TRANSFERRED = "transferred"
    """To 110, 119, 120, 122, or another line."""
    CALL_AGAIN = "call_again"
    """The citizen is to be called, at `call_back_at`."""
    WRONG_NUMBER = "wrong_number"
    SILENT = "silent"
    CUT_OFF = "cut_off"
    HARASSING = "harassing"


NAMES: Mapping[WrapUp, str] = {
    WrapUp.ANSWERED: "已答复",
    WrapUp.CASE_OPENED: "已登记工单",
    WrapUp.CASE_JOINED: "并入已有工单",
    WrapUp.TRANSFERRED: "已转接",
    WrapUp.CALL_AGAIN: "待回电",
    WrapUp.WRONG_NUMBER: "打错电话",
    WrapUp.SILENT: "无声",
    WrapUp.CUT_OFF: "通话中断",
    WrapUp.HARASSING: "骚扰电话",
}


class CallBackOutcome(StrEnum):
    """What came of calling a citizen back."""

    REACHED = "reached"
    NOBODY = "nobody"
    """Nobody answered: it stays on the list."""
    NOT_WANTED = "not_wanted"


OUTCOMES: Mapping[CallBackOutcome, str] = {
    CallBackOutcome.REACHED: "已回电",
    CallBackOutcome.NOBODY: "无人接听",
    CallBackOutcome.NOT_WANTED: "不需要回电",
}
