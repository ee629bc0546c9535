"""The way between the platform and two replicas: a balancer, and what gets lost on the way."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import httpx

from .script import Step


class Balancer(httpx.AsyncBaseTransport):
    """Hands requests to the replicas in turn; one that refuses the connection is passed over, as
    reverse proxies do."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = itertools.cycle(ports)
        self._all = tuple(ports)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._under = httpx.AsyncHTTPTransport(limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        first = next(self._ports)
        order = [first, *(port for port in self._all if port != first)]
        for port in order:
            request.url = request.url.copy_with(port=port)
            try:
                return await self._under.handle_async_request(request)
            except httpx.ConnectError:
                if port == order[-1]:
                    raise
        raise AssertionError("no replica")

    async def aclose(self) -> None:
        await self._under.aclose()


class Way(httpx.AsyncBaseTransport):
    """One message's way: its first callback may be late, its first answers may be lost."""

    def __init__(self, balancer: Balancer, step: Step) -> None:
        self._balancer, self._step, self._sends = balancer, step, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._sends += 1
        if self._sends == 1 and self._step.late_s:
            await asyncio.sleep(self._step.late_s)
        response = await self._balancer.handle_async_request(request)
        if self._sends <= self._step.lost:
            await response.aread()
            await asyncio.sleep(60)  # the platform gives up meanwhile
        return response

    async def aclose(self) -> None:
        """The balancer is everybody's."""
