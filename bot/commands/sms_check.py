"""`policyline check` on the gateway of text messages: does it let us in, and can it be paid?"""

from __future__ import annotations

from bot.commands.findings import Finding, Verdict
from bot.settings import Settings
from connectors.errors import Misconfigured, Refused, Retryable

_SUBJECT = "短信网关"
_REFUSED = {
    "sms_signature": "签名不对，请核对 POLICYLINE_HOTLINE_SMS_KEY",
    "sms_app": "不认识这个应用，请核对 POLICYLINE_HOTLINE_SMS_APP",
    "sms_timestamp": "时间不对，请校准本机时钟",
    "sms_nonce": "请求被当作重放，请核对网关前的代理",
}
_FEW = 1000


async def gateway(settings: Settings) -> Finding:
    """Whether it lets us in; nothing is sent."""
    from connectors.channels.hotline.sms import settings as sms
    from connectors.channels.hotline.sms.gateway import Gateway

    try:
        given = sms.load()
    except Misconfigured as error:
        return Finding(subject=_SUBJECT, verdict=Verdict.FAULT, said=str(error))
    if not given.url and settings.letter_phone_code:
        said = "要求用短信验证码核对手机号，但没有短信网关，手机号不会核对"
        return Finding(subject=_SUBJECT, verdict=Verdict.FAULT, said=said)
    if not given.url:
        said = "未设置，给来电人的通知不发出，留在待发中"
        return Finding(subject=_SUBJECT, verdict=Verdict.FINE, said=said)
    asked = Gateway(given)
    try:
        left = await asked.balance()
    except Refused as error:
        said = _REFUSED.get(error.code, f"不让使用（{error.code}）")
        return Finding(subject=_SUBJECT, verdict=Verdict.FAULT, said=said)
    except Retryable as error:
        said = f"连不上（{error.code}），会不断重试"
        return Finding(subject=_SUBJECT, verdict=Verdict.LESS, said=said)
    finally:
        await asked.close()
    if left < _FEW:
        said = f"可使用，只剩 {left} 条，请及时充值"
        return Finding(subject=_SUBJECT, verdict=Verdict.LESS, said=said)
    return Finding(subject=_SUBJECT, verdict=Verdict.FINE, said=f"可使用，还有 {left} 条")
