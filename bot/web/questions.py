"""`/knowledge/questions`: what the content does not answer, and writing for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, Field

from bot.editing import Pair
from bot.errors import Invalid, PolicylineError
from bot.questions import Standing
from bot.records import Reason, Unanswered
from bot.web.knowledge_tabs import tabs_of
from bot.web.reading import clean, parse, read_query
from bot.web.rendering import local_path, page
from bot.web.routes import services_of, session_of
from knowledge.model import Kind

MAX_TOGETHER = 200
"""Questions one move or one pair may be for."""
_HERE = "/knowledge/questions"
_DONE = {
    Standing.OPEN: "{count} 个问题已重新打开",
    Standing.ANSWERED: "{count} 个问题已标为有答案",
    Standing.DISMISSED: "{count} 个问题已标为不予处理",
    "checked": "核对完毕，{count} 个问题现在能直接回答",
}
"""What is said after a step; the address names the step, never the words."""


class _Wanted(BaseModel):
    state: Standing = Field(default=Standing.OPEN, title="状态")
    text: str = Field(default="", max_length=100, title="搜索")
    reason: Reason | None = Field(default=None, title="原因")
    page: int = Field(default=1, ge=1, le=10_000, title="页码")
    done: str = Field(default="", max_length=20, title="刚做的一步")
    count: int = Field(default=0, ge=0, le=100_000, title="个数")

    def address(self, **changes: str | int) -> str:
        """The list's address with these parts changed."""
        values = self.model_dump(mode="json", exclude_defaults=True, exclude={"done", "count"})
        query = urlencode({name: value for name, value in {**values, **changes}.items() if value})
        return f"{_HERE}?{query}" if query else _HERE


class _Pair(BaseModel):
    question: str = Field(default="", max_length=200, title="问题")
    answer: str = Field(default="", max_length=5000, title="答案")
    department: str = Field(default="", max_length=200, title="发布单位")
    title: str = Field(default="", max_length=200, title="标题")
    target: str = Field(default="", max_length=120, title="加入的常见问题")
    basis: str = Field(default="", max_length=500, title="依据")


async def show(request: web.Request) -> web.Response:
    """The list, like questions together, the most asked first."""
    wanted = read_query(request, _Wanted)
    listed = await services_of(request).questions.listed(
        state=wanted.state, words=clean(wanted.text), reason=wanted.reason, page=wanted.page
    )
    return page(
        request,
        "questions.html",
        tabs=(await tabs_of(request)).tabs,
        listed=listed,
        wanted=wanted,
        standings=tuple(Standing),
        reasons=tuple(Reason),
        address=wanted.address,
        back=wanted.address(),
        done=_DONE.get(wanted.done, "").format(count=wanted.count),
    )


async def move(request: web.Request) -> web.Response:
    """Dismiss questions, open them again, or call them answered.

    Raises:
        Invalid: no question, or no such state.
    """
    form = await request.post()
    try:
        to = Standing(str(form.get("to", "")))
    except ValueError as error:
        raise Invalid("没有这种状态。", fields={"to": "没有这种状态"}) from error
    moved = await services_of(request).questions.move(
        _ids(form.getall("id", [])), to, by=session_of(request).name
    )
    return _back(str(form.get("back", "")), to, moved)


async def check(request: web.Request) -> web.Response:
    """Ask the open questions again; those answered directly by now are closed."""
    form = await request.post()
    settled = await services_of(request).questions.check(by=session_of(request).name)
    return _back(str(form.get("back", "")), "checked", len(settled))


async def show_pair(request: web.Request) -> web.Response:
    """The form of a question-answer pair, the question filled in.

    Raises:
        NotFound: none of the questions is there any more.
    """
    ids = _ids(request.query.getall("id", []))
    services = services_of(request)
    questions = await services.questions.of(ids)
    first, said = questions[0].question, await services.questions.said(ids)
    given = dict.fromkeys(_Pair.model_fields, "") | {"question": first, "title": first}
    given["answer"] = said[0] if said else ""
    return await _pair_page(request, questions, given)


async def write_pair(request: web.Request) -> web.Response:
    """Keep the pair as a draft; what is wrong with it is said beside what was written.

    Raises:
        NotFound: none of the questions is there any more.
    """
    form, services = await request.post(), services_of(request)
    questions = await services.questions.of(_ids(form.getall("id", [])))
    given = {name: clean(str(form.get(name, ""))) for name in _Pair.model_fields}
    by = session_of(request).name
    try:
        pair = _complete(parse(_Pair, given))
        document = await services.editing.write(Pair(**pair.model_dump()), by=by)
    except PolicylineError as error:
        return await _pair_page(request, questions, given, error)
    await services.questions.written([each.id for each in questions], document.id, by=by)
    where = f"/knowledge/documents/{document.id}?done=written"
    return web.Response(status=303, headers={"Location": where})


def _complete(pair: _Pair) -> _Pair:
    titles = {"question": "问题", "answer": "答案"}
    titles |= {} if pair.target else {"department": "发布单位", "title": "标题"}
    missing = {name: "必须填写" for name in titles if not getattr(pair, name)}
    if missing:
        named = "、".join(titles[name] for name in missing)
        raise Invalid(f"请填写{named}。", fields=missing)
    return pair


async def _pair_page(
    request: web.Request,
    questions: tuple[Unanswered, ...],
    given: Mapping[str, str],
    problem: PolicylineError | None = None,
) -> web.Response:
    services = services_of(request)
    return page(
        request,
        "pair.html",
        status=problem.status if problem else 200,
        questions=questions,
        comments=await services.questions.comments([each.id for each in questions]),
        said=await services.questions.said([each.id for each in questions]),
        given=given,
        problem=problem,
        faqs=await services.editing.titles(Kind.FAQ),
        policies=await services.editing.titles(Kind.POLICY),
        units=services.city.unit_names,
    )


def _ids(given: Iterable[object]) -> list[str]:
    ids = [str(each)[:40] for each in given if each][:MAX_TOGETHER]
    if not ids:
        raise Invalid("请先选择问题。", fields={"id": "必须选择"})
    return ids


def _back(address: str, done: str, count: int) -> web.Response:
    address = local_path(address, _HERE)
    joined = "&" if "?" in address else "?"
    where = f"{address}{joined}{urlencode({'done': done, 'count': count})}"
    return web.Response(status=303, headers={"Location": where})
