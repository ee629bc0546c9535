"""The platform's error codes (全局返回码) as far as this fake gives them."""

from __future__ import annotations

from typing import Any

MEANINGS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40010: "invalid voice size",
    40011: "invalid video size",
    40012: "invalid thumb size",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub_button level",
    40023: "invalid sub_button size",
    40024: "invalid sub_button type",
    40025: "invalid sub_button name size",
    40026: "invalid sub_button key size",
    40027: "invalid sub_button url size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40035: "invalid parameter",
    40037: "invalid template_id",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40125: "invalid appsecret",
    40200: "invalid account type",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41006: "media_id missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43101: "user refuse to accept the msg",
    44003: "empty news data",
    44004: "empty content",
    45002: "content size out of limit",
    45003: "title size out of limit",
    45004: "description size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no message exchanged in the last 30 seconds",
    45081: "typing status already set",
    46003: "menu no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user block receive message",
    48006: "forbid to clear quota because of reaching the limit",
    65303: "there is no selfmenu, please create selfmenu first",
    76021: "cgi_path not found",
}


class PlatformError(Exception):
    """A call is answered with an error code.

    Args:
        code: one of `MEANINGS`.
        hint: what is wrong with the call at hand.
    """

    def __init__(self, code: int, hint: str = "") -> None:
        super().__init__(f"{code} {MEANINGS[code]} {hint}".strip())
        self.code, self.hint = code, hint

    def answer(self, request_id: str) -> dict[str, Any]:
        """The answer's JSON."""
        parts = (MEANINGS[self.code], self.hint, f"rid: {request_id}")
        return {"errcode": self.code, "errmsg": " ".join(filter(None, parts))}
