"""`/chat` with and without script."""

from __future__ import annotations

import io
import re

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient

from bot.cases.filters import CaseFilter
from bot.cases.model import Role
from tests.bot.web.conftest import LIGHTS, PAGE, House, move

LIVE = {"X-Fragment": "1"}


async def say(client: TestClient, text: str, **more: str) -> ClientResponse:
    return await client.post("/chat", data={"text": text, **more}, headers=PAGE)


async def test_a_question_is_sent_and_answered_without_script(visitor: TestClient) -> None:
    answer = await say(visitor, "怎么申请高龄津贴")
    page = await answer.text()
    assert answer.url.path == "/chat"
    assert "怎么申请高龄津贴" in page
    assert "便民服务中心申请高龄津贴" in page
    assert "小城高龄津贴办事指南" in page


async def test_a_cited_place_is_one_link_away(visitor: TestClient) -> None:
    page = await (await say(visitor, "怎么申请高龄津贴")).text()
    link = re.search(r'href="(/documents/[^"#]+)#', page)
    assert link is not None
    document = await visitor.get(link[1].replace("&amp;", "&"), headers=PAGE)
    marked = re.search(r"<mark[^>]*>([^<]+)</mark>", await document.text())
    assert marked is not None
    assert "高龄津贴" in marked[1]


async def test_a_reload_shows_the_conversation_again(visitor: TestClient) -> None:
    await say(visitor, "您好")
    page = await (await visitor.get("/chat", headers=PAGE)).text()
    assert page.count('id="m-') == 1
    assert page.count('id="r-') == 1


async def test_another_browser_sees_nothing_of_it(house: House, visitor: TestClient) -> None:
    await say(visitor, "怎么申请高龄津贴")
    other = await house.visitor()
    assert "怎么申请高龄津贴" not in await (await other.get("/chat", headers=PAGE)).text()


async def test_the_conversation_can_be_left(visitor: TestClient) -> None:
    await say(visitor, "怎么申请高龄津贴")
    page = await (await visitor.post("/chat/new", headers=PAGE)).text()
    assert "怎么申请高龄津贴" not in page


async def test_citizens_words_are_shown_as_words(visitor: TestClient) -> None:
    page = await (await say(visitor, "<script>alert(1)</script>您好")).text()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_an_empty_question_is_met_with_words(visitor: TestClient) -> None:
    answer = await say(visitor, "  \x00 ")
    assert answer.status == 400
    assert "请先输入您想咨询或反映的内容" in await answer.text()


async def test_a_question_too_long_is_refused_and_kept_in_the_box(visitor: TestClient) -> None:
    answer = await say(visitor, "问" * 20_001)
    page = await answer.text()
    assert answer.status == 413
    assert "请控制在 20000 个字以内" in page
    assert "问" * 20_001 in page


async def test_100_kb_are_refused_in_words(visitor: TestClient) -> None:
    answer = await say(visitor, "问" * 34_000)
    page = await answer.text()
    assert answer.status == 413
    assert "请控制在 20000 个字以内" in page
    assert "问" * 34_000 in page


async def test_a_long_complaint_on_the_page_becomes_a_case(
    house: House, visitor: TestClient
) -> None:
    text = "投诉路灯坏了。" + "一" * 4993
    answer = await say(visitor, text)
    assert answer.status == 200
    (case,) = (await house.services.cases.cases(CaseFilter())).cases
    assert case.text == text


async def test_more_than_a_form_can_be_is_refused_in_words(visitor: TestClient) -> None:
    answer = await visitor.post(
        "/chat",
        data=io.BytesIO(b"text=" + b"x" * 1_100_000),
        headers={**PAGE, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 413
    assert "太大" in await answer.text()


async def test_a_message_sent_twice_is_handled_once(house: House, visitor: TestClient) -> None:
    await visitor.get("/chat")
    for _ in range(2):
        answer = await visitor.post(
            "/chat", data={"text": "您好", "message_id": "0123456789abcdef"}, headers=LIVE
        )
        assert (await answer.text()).count("entry-us") == 1
    assert house.world.nlu.asked == ["您好"]


async def test_a_fragment_holds_the_replies_alone(visitor: TestClient) -> None:
    answer = await visitor.post("/chat", data={"text": "您好"}, headers=LIVE)
    text = await answer.text()
    assert answer.headers["X-Pending"] == "0"
    assert "<html" not in text
    assert "entry-me" not in text


async def test_scripts_get_errors_as_json(visitor: TestClient) -> None:
    answer = await visitor.post("/chat", data={"text": ""}, headers=LIVE)
    assert (await answer.json())["error"]["code"] == "empty"


async def test_another_sites_form_is_refused(visitor: TestClient) -> None:
    answer = await visitor.post(
        "/chat", data={"text": "您好"}, headers={**PAGE, "Origin": "https://evil.example"}
    )
    assert answer.status == 403


async def test_a_planted_conversation_is_not_taken_over(visitor: TestClient) -> None:
    answer = await visitor.get("/chat", cookies={"policyline_chat": "guess"})
    assert answer.cookies["policyline_chat"].value != "guess"
    assert answer.cookies["policyline_chat"]["httponly"]


async def test_too_many_messages_are_told_when_to_come_back(visitor: TestClient) -> None:
    await visitor.get("/chat")
    answers = [await visitor.post("/chat", data={"text": "您好"}, headers=LIVE) for _ in range(21)]
    assert [answer.status for answer in answers] == [200] * 20 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


async def test_a_departments_answer_appears_on_the_page(house: House, visitor: TestClient) -> None:
    shown = await visitor.get("/chat")
    token = shown.cookies["policyline_chat"].value
    case = (await house.case("路灯坏了", conversation_id=f"webchat:{token}", sender_id=token)).case
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    assert (await move(clerk, case.number, "accept")).status == 303
    assert (await move(clerk, case.number, "reply", text="已派人更换灯泡。")).status == 303
    since = await visitor.get("/chat/entries?after=", headers=LIVE)
    text = await since.text()
    assert "已派人更换灯泡。" in text
    assert "entry-notice" in text


async def test_nobodys_entries_are_empty(visitor: TestClient) -> None:
    answer = await visitor.get("/chat/entries", headers=LIVE)
    assert (answer.status, await answer.text()) == (200, "")


async def test_large_type_is_remembered(visitor: TestClient) -> None:
    page = await (
        await visitor.post("/display", data={"size": "large", "back": "/progress"}, headers=PAGE)
    ).text()
    assert 'data-type="large"' in page
    assert "查办理进度" in page


async def test_going_back_never_leads_to_another_site(visitor: TestClient) -> None:
    for back in ("//evil.example", "https://evil.example", "/\\evil", "/a\r\nX: y", "/\t/evil"):
        answer = await visitor.post("/display", data={"back": back}, allow_redirects=False)
        assert answer.headers["Location"] == "/chat"


async def rate(client: TestClient, page: str, helpful: str, **more: str) -> ClientResponse:
    """Press a button under the last answer of a page."""
    reply = re.findall(r'name="reply" value="([^"]+)"', page)[-1]
    return await client.post(
        "/chat/rate", data={"reply": reply, "helpful": helpful, **more}, headers=PAGE
    )


async def test_an_answer_is_rated_without_script_and_rated_anew(visitor: TestClient) -> None:
    page = await (await say(visitor, "怎么申请高龄津贴")).text()
    assert page.count('aria-pressed="true"') == page.count('name="comment"') == 0
    answer = await rate(visitor, page, "no")
    page = await answer.text()
    assert answer.url.path == "/chat"
    assert 'name="comment"' in page
    page = await (await rate(visitor, page, "no", comment="没写要多久")).text()
    assert "您的补充：没写要多久" in page
    page = await (await rate(visitor, page, "yes")).text()
    assert "谢谢，已记下" in page
    assert "没写要多久" not in page


async def test_with_script_a_rating_comes_back_by_itself(visitor: TestClient) -> None:
    page = await (await say(visitor, "怎么申请高龄津贴")).text()
    reply = re.findall(r'name="reply" value="([^"]+)"', page)[-1]
    answer = await visitor.post("/chat/rate", data={"reply": reply, "helpful": "yes"}, headers=LIVE)
    text = await answer.text()
    assert text.startswith("<section")
    assert text.count('aria-pressed="true"') == 1


async def test_only_answers_can_be_rated_and_only_by_their_reader(
    house: House, visitor: TestClient
) -> None:
    assert 'class="rating"' not in await (await say(visitor, "您好")).text()
    page = await (await say(visitor, "怎么申请高龄津贴")).text()
    stranger = await house.visitor()
    assert (await rate(stranger, page, "no")).status == 404
    await say(stranger, "您好")
    assert (await rate(stranger, page, "no")).status == 404
    assert (await rate(visitor, page, "perhaps")).status == 400
    other_site = {"Origin": "https://elsewhere.example"}
    assert (await visitor.post("/chat/rate", data={}, headers=other_site)).status == 403


async def test_the_quick_replies_of_a_rating_are_drawn_once(visitor: TestClient) -> None:
    page = await (await say(visitor, "怎么申请高龄津贴")).text()
    assert page.count("有帮助</button>") == 1
