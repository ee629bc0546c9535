"""`policyline check` on the mail servers mails go out through: does each let us in?"""

from __future__ import annotations

import asyncio

from bot.commands.findings import Finding, Verdict
from connectors.errors import Misconfigured, Refused, Retryable
from connectors.mail.settings import SmtpSettings

_SUBJECT = "邮件发信"
_WRONG = {
    "sign_in_refused": "账号或口令不对",
    "no_tls": "服务器不支持所设的加密或登录方式",
    "certificate": "证书不可信，请设置 ca_file",
}
_WHAT = {"mailbox": "领导信箱", "email": "告知部门"}


async def servers(*, within_s: float) -> list[Finding]:
    """One finding a server; one that says so where none is configured.

    Args:
        within_s: seconds for each; all are asked at once. Nothing is sent.
    """
    from connectors import registry

    try:
        known = registry.mail_servers()
    except Misconfigured as error:
        return [Finding(subject=_SUBJECT, verdict=Verdict.FAULT, said=str(error))]
    if not known:
        return [Finding(subject=_SUBJECT, verdict=Verdict.FINE, said="未设置，不发邮件")]
    asked = (_asked(name, settings, within_s) for name, settings in known.items())
    return list(await asyncio.gather(*asked))


async def _asked(name: str, settings: SmtpSettings, within_s: float) -> Finding:
    from connectors.mail import smtp

    verdict, said = Verdict.FINE, "可登录"
    hurried = settings.model_copy(update={"timeout_s": min(settings.timeout_s, within_s)})
    try:
        async with asyncio.timeout(within_s):
            await asyncio.to_thread(smtp.probe, hurried)
    except (Refused, Retryable) as error:
        wrong = _WRONG.get(error.code)
        verdict = Verdict.FAULT if wrong else Verdict.LESS
        said = wrong or f"连不上（{error.code}），会不断重试"
    except TimeoutError:
        verdict, said = Verdict.LESS, f"{within_s:g} 秒内没有响应，会不断重试"
    return Finding(
        subject=f"{_SUBJECT} {_WHAT[name]}", verdict=verdict, said=f"{settings.host} {said}"
    )
