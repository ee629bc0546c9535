"""The peer of `tests.bench.desk`: a sentence in by WebSocket, and out by server-sent events."""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict

from aiohttp import web


def main() -> None:
    """Serve until terminated; says one line once it listens."""
    listeners: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)

    async def take(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        said: dict[str, int] = defaultdict(int)
        async for message in socket:
            told = json.loads(message.data)
            if told["mode"] == "2pass-offline":
                call = told["wav_name"].rpartition("-")[0]
                event = {"seq": said[call], "text": told["text"]}
                said[call] += 1
                frame = f"event: parts\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
                for queue in listeners[call]:
                    queue.put_nowait(frame)
                await socket.send_json({"ack": told["seq"], "wav_name": told["wav_name"]})
        return socket

    async def listen(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        listeners[request.query["call"]].add(queue)
        await response.write(b"event: ready\ndata: {}\n\n")
        while request.transport is not None:
            await response.write(await queue.get())
        return response

    async def listening(_: web.Application) -> None:
        print("listening", flush=True)  # noqa: T201 - awaited by who started it

    application = web.Application()
    application.router.add_get("/channels/hotline/transcripts", take)
    application.router.add_get("/desk/events", listen)
    application.on_startup.append(listening)
    port = int(os.environ["BENCH_PORT"])
    web.run_app(
        application, host="127.0.0.1", port=port, print=None, access_log=None, shutdown_timeout=1
    )


if __name__ == "__main__":
    main()
