"""`/chat`: the citizen's page. It works without script; `static/chat.js` makes it live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, Field

from bot.city.model import MenuButton
from bot.errors import NotFound, PolicylineError
from bot.feedback import MAX_COMMENT_CHARS
from bot.web import conversation
from bot.web.conversation import Entry
from bot.web.reading import clean, read_form
from bot.web.rendering import page
from bot.web.routes import PAGES, services_of
from bot.web.security import address_of, check_origin, limit
from connectors.base import ReplyOption

COOKIE = "policyline_chat"
_KEEP_S = 30 * 24 * 3600
_POLL_S = 25.0
_TOPICS = 8
PER_CONVERSATION = 20
PER_ADDRESS = 120
"""Messages a minute; many people may share the address of a school or an office."""
RATINGS = 30
"""Ratings a minute of one conversation."""
POLLS = 1200
"""Polls a minute of one address; an open page asks every 25 seconds, a busy one more often."""


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """What was wrong with a message sent without script, and the words, to be put right."""

    message: str
    text: str


def _conversation_of(request: web.Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    found = conversation.PREFIX + token
    return found if conversation.is_conversation_id(found) else None


def _keep(request: web.Request, response: web.Response, conversation_id: str) -> web.Response:
    response.set_cookie(
        COOKIE,
        conversation_id.removeprefix(conversation.PREFIX),
        max_age=_KEEP_S,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=services_of(request).settings.base_url.startswith("https://"),
    )
    return response


def topics(menu: tuple[MenuButton, ...]) -> tuple[ReplyOption, ...]:
    """What the city's menu offers to say, as quick replies, one of each branch in turn."""
    branches = [list(_sayings(button)) for button in menu]
    longest = max(map(len, branches), default=0)
    turns = [branch[at] for at in range(longest) for branch in branches if at < len(branch)]
    return tuple(turns[:_TOPICS])


def _sayings(button: MenuButton) -> tuple[ReplyOption, ...]:
    own = (ReplyOption(label=button.name, text=button.says),) if button.says else ()
    return own + tuple(option for below in button.below for option in _sayings(below))


async def _whole_page(
    request: web.Request, conversation_id: str, problem: _Problem | None = None, status: int = 200
) -> web.Response:
    services = services_of(request)
    response = page(
        request,
        "chat.html",
        status=status,
        entries=await conversation.whole(services, conversation_id),
        topics=topics(services.city.menu),
        problem=problem,
        message_id=conversation.new_message_id(),
        longest=services.settings.max_message_chars,
    )
    return _keep(request, response, conversation_id)


async def to_chat(request: web.Request) -> web.Response:
    """The house's door leads to the citizen's page."""
    del request
    return web.Response(status=303, headers={"Location": "/chat"})


async def show(request: web.Request) -> web.Response:
    """The conversation so far."""
    return await _whole_page(
        request, _conversation_of(request) or conversation.new_conversation_id()
    )


async def begin_anew(request: web.Request) -> web.Response:
    """Leave the conversation, such as on a shared machine; its cases live on."""
    check_origin(request)
    response = web.Response(status=303, headers={"Location": "/chat"})
    return _keep(request, response, conversation.new_conversation_id())


async def send(request: web.Request) -> web.Response:
    """Say something: without script back to the page, with script the replies as a fragment."""
    check_origin(request)
    form = await request.post()
    text = clean(str(form.get("text", "")))
    live = "X-Fragment" in request.headers
    conversation_id = _conversation_of(request) or conversation.new_conversation_id()
    try:
        await _limit(request, conversation_id)
        said = await conversation.say(
            services_of(request),
            conversation_id=conversation_id,
            text=text,
            message_id=str(form.get("message_id", "")),
        )
    except PolicylineError as error:
        if live or error.status >= 500:
            raise
        problem = _Problem(message=error.message, text=text)
        return await _whole_page(request, conversation_id, problem, error.status)
    if live:
        response = _fragment(request, said.entries)
        response.headers["X-Pending"] = "1" if said.pending else "0"
    else:
        response = web.Response(status=303, headers={"Location": "/chat#last"})
    return _keep(request, response, conversation_id)


async def entries(request: web.Request) -> web.Response:
    """Replies since the last one the page has, as a fragment; waits for the next one."""
    conversation_id = _conversation_of(request)
    if conversation_id is None:
        return _fragment(request, ())
    await limit(request, "poll", address_of(request), times=POLLS, window_s=60)
    after = request.query.get("after", "").removeprefix("r-")[:64]
    since = await conversation.replies_since(
        services_of(request), conversation_id=conversation_id, after=after, wait_s=_POLL_S
    )
    return _fragment(request, since)


class _Rating(BaseModel):
    reply: str = Field(max_length=64, title="回答编号")
    helpful: Literal["yes", "no"] = Field(title="评价")
    comment: str = Field(default="", max_length=4 * MAX_COMMENT_CHARS, title="补充")


async def rate(request: web.Request) -> web.Response:
    """Say whether an answer helped: without script back to it, with script its new state.

    Raises:
        NotFound: no such answer in this reader's conversation.
    """
    check_origin(request)
    said = await read_form(request, _Rating)
    conversation_id = _conversation_of(request)
    if conversation_id is None:
        raise NotFound("没有找到这条回答，会话可能已经结束。")
    await limit(request, "rate", conversation_id, times=RATINGS, window_s=60)
    reply_id = said.reply.removeprefix("r-")
    kept = await services_of(request).feedback.rate(
        reply_id,
        conversation_id=conversation_id,
        helpful=said.helpful == "yes",
        comment=clean(said.comment)[:MAX_COMMENT_CHARS],
    )
    if "X-Fragment" not in request.headers:
        return web.Response(status=303, headers={"Location": f"/chat#f-{reply_id}"})
    text = request.app[PAGES].text("chat_rating.html", id=f"r-{reply_id}", feedback=kept)
    return web.Response(text=text.strip(), content_type="text/html", charset="utf-8")


async def _limit(request: web.Request, conversation_id: str) -> None:
    await limit(request, "chat", conversation_id, times=PER_CONVERSATION, window_s=60)
    await limit(request, "chat-from", address_of(request), times=PER_ADDRESS, window_s=60)


def _fragment(request: web.Request, found: tuple[Entry, ...]) -> web.Response:
    text = request.app[PAGES].text("chat_entries.html", entries=found)
    return web.Response(text=text.strip(), content_type="text/html", charset="utf-8")
