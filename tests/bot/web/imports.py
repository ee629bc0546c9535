"""Bringing content in over the pages: upload, look, confirm."""

from __future__ import annotations

import re

import aiohttp
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from multidict import MultiDict

from tests.bot.web.conftest import PAGE, House, token

BUS = "# 小城公交免费乘车办法\n\n小城市交通运输局\n\n六十五周岁以上老人凭爱心卡免费乘车。\n"


async def upload(
    house: House, client: TestClient, *files: tuple[str, bytes], kind: str = ""
) -> str:
    """Upload files and wait until they are read; gives the address of what is shown of them."""
    form = aiohttp.FormData({"csrf_token": await token(client), "kind": kind})
    for name, content in files:
        form.add_field("files", content, filename=name)
    answer = await client.post("/knowledge/import", data=form, headers=PAGE, allow_redirects=False)
    assert answer.status == 303
    where = answer.headers["Location"]
    await house.services.content_imports.settled(where.rpartition("/")[2])
    return where


async def act(house: House, client: TestClient, where: str, do: str, *ids: str) -> ClientResponse:
    """Press one of the buttons of an import, and wait until it is done."""
    data = MultiDict({"csrf_token": await token(client), "do": do})
    data.extend(("id", each) for each in ids)
    answer = await client.post(where, data=data, headers=PAGE, allow_redirects=False)
    await house.services.content_imports.settled(where.rpartition("/")[2])
    return answer


async def shown(client: TestClient, where: str, status: int = 200) -> str:
    """A page's text."""
    answer = await client.get(where, headers=PAGE)
    assert answer.status == status
    return await answer.text()


async def imported(house: House, client: TestClient, *files: tuple[str, bytes]) -> str:
    """Upload files and confirm all; gives the page that tells what came of it."""
    where = await upload(house, client, *files)
    answer = await act(house, client, where, "all")
    assert answer.status == 303
    return await shown(client, where)


def ids_offered(text: str) -> list[str]:
    """The documents a preview offers to import."""
    return re.findall(r'type="checkbox" name="id" value="([^"]+)"', text)
