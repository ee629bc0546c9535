"""`/api/v1/letters`: a letter to a leader from a city's own app; files come by form or mail."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from bot.errors import Invalid, NotFound, Unavailable
from bot.letters.opening import origin_of
from bot.phone_codes import LASTS_S
from bot.web.api import pace, result
from bot.web.api_cases import opened_result
from bot.web.letter_form import (
    LETTER_ID,
    LetterRequest,
    inbound_of,
    mobile_of,
    pace_codes,
    pace_letters,
)
from bot.web.models import Request, Result, Text
from bot.web.reading import read_json
from bot.web.routes import services_of


class PhoneCodeRequest(Request):
    """A number to prove."""

    letter_id: str = Field(pattern=LETTER_ID, title="来信编号", description="与来信用同一编号。")
    phone: Text = Field(min_length=11, max_length=20, title="手机号")


class PhoneCodeResult(Result):
    """The code is on its way."""

    lasts_s: int = Field(description="验证码的有效时间，秒")


async def write(request: web.Request) -> web.Response:
    """Take a letter; the same id again gives the case it became.

    Raises:
        Unavailable: it is stored and its case not opened yet; the same request again tells it.
    """
    await pace(request)
    asked = await read_json(request, LetterRequest)
    services = services_of(request)
    await pace_letters(request)
    stored = await services.intake.store(await inbound_of(asked, services))
    await services.outbox.wait_for(stored.message.id, services.settings.chat_wait_s)
    opened = await services.cases.opened_under(origin_of(stored.message.id))
    if opened is None:
        raise Unavailable(
            "来信已经收到，正在登记。请稍后用同一来信编号再请求一次，取编号和查询码。",
            code="letter_being_registered",
        )
    return result(opened_result(opened), status=201 if stored.new else 200)


async def phone_code(request: web.Request) -> web.Response:
    """Send a code to a number, where the city wants numbers proven."""
    await pace(request)
    asked = await read_json(request, PhoneCodeRequest)
    services = services_of(request)
    if not services.phone_codes.wanted:
        raise NotFound("这里写信不需要短信验证码。", code="not_wanted")
    await pace_codes(request)
    phone = mobile_of(asked.phone)
    if not phone:
        raise Invalid("请填写 11 位手机号。", fields={"phone": "应为 11 位手机号"})
    await services.phone_codes.send(phone, asked.letter_id)
    return result(PhoneCodeResult(lasts_s=round(LASTS_S)))
