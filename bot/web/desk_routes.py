"""The desk's routes."""

from __future__ import annotations

from bot.web import desk, desk_acts, desk_board, desk_events
from bot.web.rights import Right
from bot.web.routes import Route

_CALL = "/desk/calls/{id}"

DESK_ROUTES = (
    Route(method="GET", path="/desk", handler=desk.show, right=Right.DESK_USE),
    Route(method="GET", path="/desk/search", handler=desk.search, right=Right.DESK_USE),
    Route(method="GET", path="/desk/events", handler=desk_events.events, right=Right.DESK_USE),
    Route(method="POST", path="/desk/begin", handler=desk_acts.begin, right=Right.DESK_USE),
    Route(method="POST", path="/desk/seat", handler=desk_acts.sit, right=Right.DESK_USE),
    Route(method="POST", path=f"{_CALL}/act", handler=desk_acts.act, right=Right.DESK_USE),
    Route(method="POST", path=f"{_CALL}/say", handler=desk_acts.say, right=Right.DESK_USE),
    Route(method="POST", path=f"{_CALL}/field", handler=desk_acts.type_field, right=Right.DESK_USE),
    Route(method="POST", path=f"{_CALL}/order", handler=desk_acts.order, right=Right.DESK_USE),
    Route(method="POST", path=f"{_CALL}/wrap", handler=desk_acts.wrap, right=Right.DESK_USE),
    Route(
        method="GET",
        path="/desk/callbacks",
        handler=desk_board.call_backs,
        right=Right.CALL_BACKS_SEE,
    ),
    Route(
        method="POST",
        path="/desk/callbacks/{id}",
        handler=desk_board.called_back,
        right=Right.CALL_BACKS_SEE,
    ),
    Route(method="GET", path="/desk/board", handler=desk_board.show, right=Right.DESK_SUPERVISE),
    Route(
        method="GET",
        path="/desk/board/events",
        handler=desk_board.events,
        right=Right.DESK_SUPERVISE,
    ),
)
