"""How a reply goes out later: customer-service messages, else a template message, else kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from connectors.base import Outbound, Receipt, ReplyKind
from connectors.errors import ConnectorError, Kept, Retryable

from . import messages
from .api import TEMPLATE_SEND, WeChatApi
from .quotas import BEIJING
from .settings import Template, WeChatSettings
from .tokens import TokenCache

log = logging.getLogger(__name__)

NO_MENUS = "wechat_40200"
_LINKED = "L"
_REMEMBER_S = 7 * 24 * 3600.0
_NO_MENUS_FOR_S = 24 * 3600.0
"""Accounts are certified one day: then menus are tried again."""
_CLOSED = frozenset({"wechat_45015", "wechat_45047"})
"""The 48 hours are over, or their messages used up: what a template message is for."""
_WHY = {
    "wechat_40037": "the account has no template of this id",
    "wechat_43101": "the citizen refuses template messages",
    "wechat_47003": "the template has other parameters than the setting names",
    "wechat_48001": "the account may send no template messages",
}


class Sending:
    """Sends an account's replies."""

    def __init__(
        self,
        settings: WeChatSettings,
        api: WeChatApi,
        cache: TokenCache,
        now: Callable[[], datetime],
    ) -> None:
        self._settings, self._api, self._cache, self._now = settings, api, cache, now
        self._no_menus = f"wechat-no-menus:{settings.app_id}"
        self._no_menus_until: datetime | None = None

    async def send(self, outbound: Outbound) -> Receipt:
        """Send a reply; what is out under its key is not sent again.

        Raises:
            Retryable, Kept, Refused: of the part that was not taken.
        """
        progress = _progress(outbound)
        known = await self._cache.get_token(progress) or "0:"
        done, _, receipt = known.partition(":")
        if done == "template":
            return Receipt(external_id=receipt)
        try:
            return await self._send_from(
                int(done.removesuffix(_LINKED)), done.endswith(_LINKED), receipt, outbound
            )
        except Kept as kept:
            if kept.code not in _CLOSED or await self._cache.get_token(progress):
                raise
            sent = await self._as_template(outbound)
            if sent is None:
                raise
            await self._cache.set_token(progress, f"template:{sent}", ttl_s=_REMEMBER_S)
            return Receipt(external_id=sent)

    async def follow(self, outbound: Outbound) -> None:
        """Send what an answer in place could not carry, the choices under an article: once,
        however often the platform asks; left out where it does not take them."""
        progress = _progress(outbound)
        async with self._cache.lock(f"{progress}:follow", ttl_s=15.0) as held:
            if not held or await self._cache.get_token(progress):
                return
            await self._cache.set_token(progress, "1:", ttl_s=_REMEMBER_S)
            await self._send_from(1, False, "", outbound)

    async def _send_from(
        self, done: int, linked: bool, receipt: str, outbound: Outbound
    ) -> Receipt:
        """Send what is left; begun with links, it ends with links."""
        plan = messages.plan(
            outbound.reply,
            key=outbound.idempotency_key,
            limit=self._settings.text_bytes,
            picture=self._settings.news_picture,
        )
        if plan.menu_as_text and not linked and done < len(plan.messages):
            linked = await self._menus_refused()
        left = (*plan.messages[:-1], *plan.menu_as_text) if linked else plan.messages
        for number in range(done, len(left)):
            try:
                receipt = await self._api.send(outbound.recipient, left[number])
            except ConnectorError as error:
                if error.code == NO_MENUS and plan.menu_as_text and not linked:
                    await self._note_refused()
                    return await self._send_from(number, True, receipt, outbound)
                if plan.needed is None or number < plan.needed:
                    raise
                log.info("choices left out", extra={"outbox_id": outbound.idempotency_key})
                break
            reached = f"{number + 1}{_LINKED if linked else ''}:{receipt}"
            await self._cache.set_token(_progress(outbound), reached, ttl_s=_REMEMBER_S)
        return Receipt(external_id=receipt)

    async def _menus_refused(self) -> bool:
        if self._no_menus_until is not None and self._no_menus_until > self._now():
            return True
        return await self._cache.get_token(self._no_menus) is not None

    async def _note_refused(self) -> None:
        now = self._now()
        self._no_menus_until = datetime.fromtimestamp(now.timestamp() + _NO_MENUS_FOR_S, BEIJING)
        await self._cache.set_token(self._no_menus, "40200", ttl_s=_NO_MENUS_FOR_S)
        log.info("account %s may send no menus; choices go as links", self._settings.app_id)

    async def _as_template(self, outbound: Outbound) -> str | None:
        """The platform's id of the template message; None where the notice is to be kept.

        Raises:
            Retryable: later may help.
        """
        template = self._template(outbound)
        if template is None:
            return None
        try:
            answer = await self._api.call(
                TEMPLATE_SEND,
                messages.template_message(
                    outbound.reply,
                    template,
                    open_id=outbound.recipient,
                    key=outbound.idempotency_key,
                    today=self._now().astimezone(BEIJING).date().isoformat(),
                ),
            )
        except Retryable:
            raise
        except (ConnectorError, ValueError) as error:
            code = error.code if isinstance(error, ConnectorError) else "wechat_template_setting"
            log.warning(
                "template message not taken, notice kept: %s",
                _WHY.get(code, code),
                extra={
                    "outbox_id": outbound.idempotency_key,
                    "template_id": template.id,
                    "error": code,
                },
            )
            return None
        return str(answer.get("msgid", ""))

    def _template(self, outbound: Outbound) -> Template | None:
        reply, templates = outbound.reply, self._settings.templates
        if reply.kind is not ReplyKind.NOTICE or reply.case is None:
            return None
        return templates.get(reply.case.state) or templates.get("other")


def _progress(outbound: Outbound) -> str:
    """Where the replicas keep how many of a reply's messages are out."""
    return f"wechat-parts:{outbound.idempotency_key}"
