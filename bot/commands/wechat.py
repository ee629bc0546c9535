"""`policyline wechat`: the account's menu against the city's, and draft articles."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.opened import ERR, OUT, opened, print_json, run
from bot.errors import Invalid, NotFound

if TYPE_CHECKING:
    from bot.city.model import MenuButton
    from bot.settings import Settings
    from connectors.channels.wechat.accounts import AccountSettings
    from connectors.channels.wechat.api import WeChatApi
    from connectors.channels.wechat.menu import Button

app = typer.Typer(no_args_is_help=True)
menu_app = typer.Typer(no_args_is_help=True)
app.add_typer(menu_app, name="menu", help="菜单：推送、取回、比较")

_Account = Annotated[
    str, typer.Option("--account", help="哪个公众号（设置里的名称）；不写为主账号")
]
_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出，供程序读取")]


@app.callback()
def _group() -> None:
    """微信公众号。"""


@menu_app.command()
def push(account: _Account = "") -> None:
    """把城市目录里的菜单推送到公众号；不合平台要求的逐条列出，一项也不推送。"""
    changed = run(_push(account))
    if not changed:
        OUT.print("公众号的菜单与城市目录一致，没有改动。")
        return
    OUT.print("已推送菜单：")
    OUT.print("\n".join(changed), markup=False)


@menu_app.command()
def diff(account: _Account = "", as_json: _Json = False) -> None:
    """比较：推送会改变什么。"""
    changed, faults = run(_diff(account))
    if as_json:
        print_json({"changes": changed, "faults": faults})
        return
    OUT.print("\n".join(changed) or "公众号的菜单与城市目录一致。", markup=False)
    for fault in faults:
        ERR.print(f"不能推送：{fault}", style="red", markup=False)


@menu_app.command()
def pull(
    account: _Account = "",
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="写入的文件；不写则显示")
    ] = None,
) -> None:
    """取回公众号现在的菜单，写成 menu.toml 的样子。"""
    text = run(_pull(account))
    if out is None:
        OUT.print(text, markup=False)
        return
    out.write_text(text, "utf-8")
    OUT.print(f"已写入 {out}", markup=False)


@app.command()
def draft(
    document_id: Annotated[str, typer.Argument(help="解读的编号")], account: _Account = ""
) -> None:
    """把已发布的解读存为公众号草稿。"""
    media_id = run(_draft(document_id, account))
    OUT.print(f"已生成草稿，请到公众号后台的草稿箱核对后发表。media_id：{media_id}", markup=False)


async def _push(account: str) -> list[str]:
    from connectors.channels.wechat import menu

    settings, ours = _city_menu()
    faults = menu.faults_of(ours)
    if faults:
        raise Invalid("菜单不合平台要求，没有推送：\n" + "\n".join(faults))
    async with _api(settings, account) as (api, _):
        changed = menu.differences(ours, await menu.pull(api))
        if changed:
            await menu.push(api, ours)
        return changed


async def _diff(account: str) -> tuple[list[str], list[str]]:
    from connectors.channels.wechat import menu

    settings, ours = _city_menu()
    async with _api(settings, account) as (api, _):
        return menu.differences(ours, await menu.pull(api)), menu.faults_of(ours)


async def _pull(account: str) -> str:
    from bot import city as cities
    from bot.settings import load
    from connectors.channels.wechat import menu

    settings = load()
    says = {
        b.key: b.says
        for b in _all(cities.load(cities.in_use(settings.home, settings.city)).menu)
        if b.key
    }
    async with _api(settings, account) as (api, _):
        return as_toml(await menu.pull(api), says, base_url=settings.base_url)


async def _draft(document_id: str, account: str) -> str:
    from bot.settings import load
    from bot.web.articles import article_of
    from connectors.channels.wechat import articles

    settings = load()
    async with opened(index=False) as library:
        document = await library.get(document_id)
    article = article_of(document, base_url=settings.base_url)
    async with _api(settings, account) as (api, chosen):
        return await articles.add(api, chosen.settings, article)


@asynccontextmanager
async def _api(
    settings: Settings, account: str
) -> AsyncIterator[tuple[WeChatApi, AccountSettings]]:
    """The account's interface, its token and quotas shared with the replicas.

    Raises:
        NotFound: there is no such account.
        Conflict, Unavailable: what the platform said, in words.
    """
    from bot.cache import Cache
    from bot.web.articles import said
    from connectors.channels.wechat.accounts import MAIN, configured
    from connectors.channels.wechat.api import WeChatApi
    from connectors.errors import ConnectorError, Misconfigured

    try:
        found = {each.channel: each for each in configured()}
    except Misconfigured as error:
        raise Invalid(f"公众号的设置有误：{error.code}") from error
    channel = MAIN if account in {"", MAIN, "main"} else f"{MAIN}-{account}"
    chosen = found.get(channel)
    if chosen is None:
        names = "、".join(found) or "一个也没有"
        raise NotFound(f"没有设置这个公众号：{account or '主账号'}（已设置：{names}）。")
    if not chosen.settings.app_secret.get_secret_value():
        raise Invalid("这个公众号没有设置 AppSecret，不能调用平台接口。")
    cache = Cache(settings.redis)
    api = WeChatApi(chosen.settings, cache, channel=channel, rates=cache)
    try:
        yield api, chosen
    except ConnectorError as error:
        raise said(error) from error
    finally:
        await api.close()
        await cache.close()


def _city_menu() -> tuple[Settings, tuple[Button, ...]]:
    from bot import city as cities
    from bot.settings import load

    settings = load()
    try:
        city = cities.load(cities.in_use(settings.home, settings.city))
    except cities.CityError as error:
        raise Invalid("城市配置有误：\n" + "\n".join(error.faults)) from error
    return settings, tuple(_button(button, settings.base_url) for button in city.menu)


def _button(button: MenuButton, base_url: str) -> Button:
    from connectors.channels.wechat.menu import Button

    return Button(
        name=button.name,
        key=button.key,
        url=button.url.replace("{base_url}", base_url),
        below=tuple(_button(below, base_url) for below in button.below),
    )


def _all(menu: Sequence[MenuButton]) -> list[MenuButton]:
    return [each for button in menu for each in (button, *button.below)]


def as_toml(menu: Sequence[Button], says: dict[str, str], *, base_url: str) -> str:
    """A menu as `menu.toml` has it; what cannot stand there is a comment."""
    lines: list[str] = []
    for button in menu:
        lines += _toml(button, says, base_url, "[[button]]", "")
        for below in button.below:
            lines += _toml(below, says, base_url, "  [[button.button]]", "  ")
        lines.append("")
    return "\n".join(lines).strip() + "\n" if lines else "# 公众号现在没有菜单\n"


def _toml(button: Button, says: dict[str, str], base_url: str, head: str, indent: str) -> list[str]:
    lines = [head, f"{indent}name = {_quoted(button.name)}"]
    if button.key:
        lines.append(f"{indent}key = {_quoted(button.key)}")
        lines.append(f"{indent}says = {_quoted(says.get(button.key, button.name))}")
    if button.url:
        ours = button.url == base_url or button.url.startswith(f"{base_url}/")
        url = "{base_url}" + button.url[len(base_url) :] if ours else button.url
        lines.append(f"{indent}url = {_quoted(url)}")
    if button.other:
        lines.append(f"{indent}# 平台上的类型是 {button.other}，这里没有对应的写法")
    return lines


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
