"""`policyline check` on single sign-on: is the provider there, and does it say what it must?"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.commands.findings import Finding, Verdict
from bot.settings import Settings
from connectors.errors import ConnectorError

_SUBJECT = "统一认证"
_SAID = {
    "oidc_issuer": "发现文档里的 issuer 不一致，请与 POLICYLINE_OIDC_ISSUER 逐字核对",
    "oidc_endpoints": "发现文档缺少必要的地址，或地址不是 https",
    "oidc_keys": "签名公钥读不懂",
    "oidc_refused": "发现文档或公钥取不到，请核对 POLICYLINE_OIDC_ISSUER",
    "oidc_answer": "发现文档或公钥不是 JSON，请核对 POLICYLINE_OIDC_ISSUER",
}


async def provider(settings: Settings) -> Finding:
    """Whether discovery document and keys can be had; nobody is signed in, no secret is sent."""
    from connectors.oidc.provider import Provider

    if not settings.oidc_issuer:
        return Finding(subject=_SUBJECT, verdict=Verdict.FINE, said="未设置，只用账号密码登录")
    asked = Provider(
        settings.oidc_issuer,
        timeout_s=settings.oidc_timeout_s,
        now=lambda: datetime.now(UTC),
    )
    try:
        keys = await asked.keys()
    except ConnectorError as error:
        said = _SAID.get(error.code, f"连不上（{error.code}）")
        return Finding(subject=_SUBJECT, verdict=Verdict.LESS, said=f"{said}；账号密码仍可登录")
    finally:
        await asked.close()
    back = f"{settings.base_url}/signin/oidc/callback"
    said = f"可使用，{len(keys)} 个签名公钥；对方须登记回调地址 {back}"
    return Finding(subject=_SUBJECT, verdict=Verdict.FINE, said=said)
