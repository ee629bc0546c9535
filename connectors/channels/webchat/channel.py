"""The web page as a channel: the page fetches its replies, so sending is waking the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from connectors.base import Outbound, Receipt


class WebChatChannel:
    """Replies stay in the outbox, where the citizen's page reads them."""

    name = "webchat"

    def __init__(self, wake: Callable[[str], Awaitable[None]]) -> None:
        self._wake = wake

    def __repr__(self) -> str:
        return "WebChatChannel()"

    async def send(self, outbound: Outbound) -> Receipt:
        """Tell an open page that a reply is there; a page opened later reads it from history."""
        await self._wake(f"chat:{outbound.conversation_id}")
        return Receipt(external_id=outbound.idempotency_key)

    async def close(self) -> None:
        """Nothing to free."""
