"""The peer of `tests.bench.wechat`: the least a bot of `wechatpy`'s can be, behind aiohttp."""

from __future__ import annotations

import os

from aiohttp import web
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature


def main() -> None:
    """Serve until terminated; says one line once it listens."""
    token = os.environ["BENCH_TOKEN"]
    crypto = WeChatCrypto(token, os.environ["BENCH_KEY"], os.environ["BENCH_APP_ID"])

    async def take(request: web.Request) -> web.Response:
        query, body = request.query, await request.text()
        timestamp, nonce = query["timestamp"], query["nonce"]
        check_signature(token, query["signature"], timestamp, nonce)
        message = parse_message(
            crypto.decrypt_message(body, query["msg_signature"], timestamp, nonce)
        )
        reply = create_reply(message.content, message).render()
        return web.Response(text=crypto.encrypt_message(reply, nonce, timestamp))

    async def listening(_: web.Application) -> None:
        print("listening", flush=True)  # noqa: T201 - awaited by who started it

    application = web.Application()
    application.router.add_post("/", take)
    application.on_startup.append(listening)
    port = int(os.environ["BENCH_PORT"])
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
