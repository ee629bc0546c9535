"""One shape for everything that goes wrong: JSON for programs, a page for people, never a trace."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

from aiohttp import web

from bot.cases.model import MoveRefused
from bot.errors import PolicylineError, TooMany
from bot.web.routes import PAGES, REQUEST_ID, Handler

log = logging.getLogger(__name__)

_PROGRAM_PATHS = ("/api/", "/channels/", "/internal/", "/open311/", "/health", "/ready")

_READS_A_FORM = web.BaseRequest.post.__code__

_HTTP = {
    400: ("bad_request", "请求的格式不对。"),
    404: ("not_found", "没有找到您要的页面，可能地址有误，或内容已经撤下。"),
    405: ("method_not_allowed", "这个地址不支持这种操作。"),
    408: ("too_slow", "提交的内容没有在规定时间内传完，请检查网络后再试。"),
    413: ("too_large", "提交的内容太大了，请缩短后再试。"),
    415: ("unsupported_type", "不支持这种内容类型。"),
}

_MOVE_REFUSED = {
    "state": (409, "conflict", "工单的状态已经变化，不能再做这一步。请刷新后查看。"),
    "role": (403, "forbidden", "您没有办理这一步的权限。"),
    "reason": (400, "invalid", "请填写理由。"),
    "late": (409, "too_late", "已经超过退单时限，应由本单位办理。确有困难请与热线联系。"),
    "designated": (409, "designated", "这件事已由热线指定承办单位，不能再退。"),
}


def wants_page(request: web.Request) -> bool:
    """True where a person reads the answer; `X-Fragment` marks our own scripts."""
    if request.path.startswith(_PROGRAM_PATHS) or "X-Fragment" in request.headers:
        return False
    return "text/html" in request.headers.get("Accept", "")


@web.middleware
async def one_shape(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every failure into the one shape."""
    try:
        return await handler(request)
    except PolicylineError as error:
        return _answer(
            request,
            error.status,
            error.code,
            error.message,
            fields=error.fields,
            retry_after_s=error.retry_after_s if isinstance(error, TooMany) else None,
        )
    except MoveRefused as error:
        status, code, message = move_refused(error)
        return _answer(request, status, code, message)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code, message = _HTTP.get(error.status, _HTTP[400])
        return _answer(request, error.status, code, message)
    except Exception as error:  # noqa: BLE001 - the edge: the reader gets a sentence, the log the type
        if _unreadable(error):
            return _answer(request, 400, *_HTTP[400])
        _record(request, error)
        return _answer(request, 500, "internal", "系统出了点问题，工作人员会尽快处理。请稍后再试。")


def move_refused(error: MoveRefused) -> tuple[int, str, str]:
    """Status, code and message of a move that is not allowed."""
    return _MOVE_REFUSED[error.code]


def _unreadable(error: Exception) -> bool:
    """True for what aiohttp raised while it took a form apart: an unknown charset or encoding, a
    boundary that is not there, bytes that are no text. It has no one error for it."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code is _READS_A_FORM:
            return True
        trace = trace.tb_next
    return False


def _record(request: web.Request, error: Exception) -> None:
    # Where it happened, without the message: a message may carry a citizen's words.
    trace = error.__traceback__
    places = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    log.error("request %s failed: %s at %s", request[REQUEST_ID], type(error).__name__, places[-3:])


def _answer(
    request: web.Request,
    status: int,
    code: str,
    message: str,
    *,
    fields: Mapping[str, str] | None = None,
    retry_after_s: int | None = None,
) -> web.Response:
    if wants_page(request):
        response = request.app[PAGES].page(
            request, "error.html", status=status, code=code, message=message, fields=fields or {}
        )
    else:
        response = web.json_response(
            {"error": {"code": code, "message": message, "fields": dict(fields or {})}},
            dumps=dumps,
        )
    response.set_status(status)
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(max(1, retry_after_s))
    return response


def dumps(value: object) -> str:
    """JSON with Chinese as it is written."""
    return json.dumps(value, ensure_ascii=False)
