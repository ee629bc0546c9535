"""`policyline check` on the call centres and mail boxes we listen to: does each let us in?"""

from __future__ import annotations

import asyncio

from bot.commands.findings import Finding, Verdict
from connectors.calls import CallFeed
from connectors.channels.hotline.reconnecting import Probed
from connectors.channels.mailbox.imap import MailFeed
from connectors.errors import Misconfigured, Refused, Retryable

_SUBJECT = "来电接入"
_BOXES = "信箱收信"
_REFUSED = {
    "imap_password": "账号或口令不对，请核对 POLICYLINE_MAILBOX_BOXES",
    "imap_certificate": "服务器的证书不可信，请设置 ca_file",
    "ami_password": "账号或口令不对，请核对 POLICYLINE_HOTLINE_AMI 和 manager.conf",
    "ami_no_md5": "服务器不支持 MD5 登录，请设 auth 为 plain，并启用 tls",
    "ami_certificate": "服务器的证书不可信，请设置 ca_file",
    "esl_password": "口令不对，请核对 POLICYLINE_HOTLINE_ESL 和 event_socket.conf.xml",
    "esl_acl": "服务器的访问控制（acl）不允许本机连接",
    "esl_events": "账号没有订阅事件的权限",
}
_LESS = {
    "ami_may_not_ask": "可登录，但账号缺少 system,reporting 写权限，断线期间结束的来电无法补记",
    "esl_may_not_ask": "可登录，但账号不能查询队列，断线期间结束的来电无法补记",
    "ami_no_banner": "连上了，但没有应答，可能不是 AMI 端口",
    "esl_no_greeting": "连上了，但没有应答，可能不是 ESL 端口",
}


async def feeds(*, within_s: float) -> list[Finding]:
    """One finding a call centre; one that says so where none is configured.

    Args:
        within_s: seconds for each; all are asked at once.
    """
    from connectors import registry

    try:
        built, webhook = registry.call_feeds(), registry.call_centres().webhook
    except Misconfigured as error:
        return [Finding(subject=_SUBJECT, verdict=Verdict.FAULT, said=str(error))]
    found = list(await asyncio.gather(*(_probed(feed, within_s) for feed in built.values())))
    if webhook is not None:
        said = "可接收推送：" + "、".join(webhook.centres)
        found.append(Finding(subject=_SUBJECT, verdict=Verdict.FINE, said=said))
    if not found:
        said = "未配置，来电由话务员手工登记"
        found.append(Finding(subject=_SUBJECT, verdict=Verdict.FINE, said=said))
    return found


async def boxes(*, within_s: float) -> list[Finding]:
    """One finding a mail box: does its server let us in?"""
    from connectors import registry
    from connectors.channels.mailbox.imap import Cursor

    class Nothing:
        async def cursor(self, box: str) -> Cursor:
            del box
            return Cursor()

        async def read_to(self, box: str, cursor: Cursor) -> None:
            del box, cursor

    try:
        built = registry.mail_feeds(Nothing(), b"only asked to sign in")
    except Misconfigured as error:
        return [Finding(subject=_BOXES, verdict=Verdict.FAULT, said=str(error))]
    if not built:
        return [Finding(subject=_BOXES, verdict=Verdict.FINE, said="未配置，来信只从网页收")]
    found = await asyncio.gather(*(_signed_in(feed, within_s) for feed in built.values()))
    for feed in built.values():
        await feed.close()
    return list(found)


async def _signed_in(feed: MailFeed, within_s: float) -> Finding:
    verdict, said = Verdict.FINE, "可登录"
    try:
        async with asyncio.timeout(within_s):
            await feed.probe()
    except Refused as error:
        verdict, said = Verdict.FAULT, _REFUSED.get(error.code, f"不让登录（{error.code}）")
    except (Retryable, TimeoutError):
        verdict, said = Verdict.LESS, "连不上，会不断重试"
    return Finding(subject=f"{_BOXES} {feed.name}", verdict=verdict, said=said)


async def _probed(feed: CallFeed, within_s: float) -> Finding:
    verdict, said = Verdict.FINE, "可登录"
    try:
        if isinstance(feed, Probed):
            async with asyncio.timeout(within_s):
                await feed.probe()
    except Refused as error:
        verdict, said = Verdict.FAULT, _REFUSED.get(error.code, f"不让登录（{error.code}）")
    except Misconfigured as error:
        verdict, said = Verdict.FAULT, str(error)
    except Retryable as error:
        verdict, said = Verdict.LESS, _LESS.get(error.code, f"连不上（{error.code}），会不断重试")
    except TimeoutError:
        verdict, said = Verdict.LESS, f"{within_s:g} 秒内没有响应，会不断重试"
    return Finding(subject=f"{_SUBJECT} {feed.name}", verdict=verdict, said=said)
