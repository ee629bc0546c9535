"""The account's menu: held to the platform's limits, compared, pushed and pulled.

Source: 微信公众平台 "自定义菜单创建接口".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.errors import Refused

from .api import WeChatApi

CREATE, GET = "/cgi-bin/menu/create", "/cgi-bin/menu/get"
TOP, BELOW = 3, 5
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
_NO_MENU = "wechat_46003"


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button: a click (`key`), a link (`url`), or others below it; `other` is the platform's
    type where it is none of these."""

    name: str
    key: str = ""
    url: str = ""
    other: str = ""
    below: tuple[Button, ...] = ()

    @property
    def does(self) -> str:
        """What it does, in words."""
        if self.below:
            return f"{len(self.below)} 个下级菜单"
        if self.other:
            return f"其他类型 {self.other}"
        return f"链接 {self.url}" if self.url else f"点击 {self.key}"


def faults_of(menu: Sequence[Button]) -> list[str]:
    """Everything the platform would refuse, each with the button's name."""
    faults = []
    if not 1 <= len(menu) <= TOP:
        faults.append(f"一级菜单须有 1 到 {TOP} 个，现在有 {len(menu)} 个")
    for button in menu:
        faults += _faults(button, NAME_BYTES, "一级菜单")
        if len(button.below) > BELOW:
            faults.append(
                f"“{button.name}”下最多 {BELOW} 个下级菜单，现在有 {len(button.below)} 个"
            )
        for sub in button.below:
            faults += _faults(sub, SUB_NAME_BYTES, "下级菜单")
            if sub.below:
                faults.append(f"“{sub.name}”已是下级菜单，不能再有下级")
    return faults


def to_platform(menu: Sequence[Button]) -> dict[str, Any]:
    """The body of `menu/create`."""
    return {"button": [_platform_button(button) for button in menu]}


def from_platform(answer: Mapping[str, Any]) -> tuple[Button, ...]:
    """The buttons of `menu/get`."""
    menu = answer.get("menu")
    found = menu.get("button") if isinstance(menu, Mapping) else None
    return tuple(_button(item) for item in found or () if isinstance(item, Mapping))


def differences(ours: Sequence[Button], theirs: Sequence[Button]) -> list[str]:
    """What a push would change, a line each: `+` added, `-` taken away, `~` changed."""
    lines = []
    now, then = dict(_flat(theirs)), dict(_flat(ours))
    for path, button in then.items():
        if path not in now:
            lines.append(f"+ {path}：{button.does}")
        elif now[path].does != button.does:
            lines.append(f"~ {path}：{now[path].does} → {button.does}")
    lines += [f"- {path}：{button.does}" for path, button in now.items() if path not in then]
    kept = [path for path in now if path in then]
    if not lines and kept != [path for path in then if path in now]:
        lines.append("~ 顺序不同：" + "、".join(then))
    return lines


async def pull(api: WeChatApi) -> tuple[Button, ...]:
    """The menu in force; none: no buttons.

    Raises:
        Retryable, Refused: as the platform's code says.
    """
    try:
        return from_platform(await api.call(GET))
    except Refused as refused:
        if refused.code == _NO_MENU:
            return ()
        raise


async def push(api: WeChatApi, menu: Sequence[Button]) -> None:
    """Put the menu in force. Raises as `pull`."""
    await api.call(CREATE, to_platform(menu))


def _faults(button: Button, longest: int, level: str) -> Iterator[str]:
    size = len(button.name.encode())
    if not button.name:
        yield f"{level}有一个没有名称"
    if size > longest:
        yield f"{level}“{button.name}”的名称最多 {longest} 字节，现在有 {size} 字节"
    if button.below:
        return
    if not button.key and not button.url:
        yield f"“{button.name}”既没有 key 也没有 url"
    for name, value, most in (("key", button.key, KEY_BYTES), ("url", button.url, URL_BYTES)):
        if len(value.encode()) > most:
            yield f"“{button.name}”的 {name} 最多 {most} 字节，现在有 {len(value.encode())} 字节"
    if button.url and not button.url.startswith(("http://", "https://")):
        yield f"“{button.name}”的 url 须以 http:// 或 https:// 开头"


def _platform_button(button: Button) -> dict[str, Any]:
    if button.below:
        return {"name": button.name, "sub_button": [_platform_button(b) for b in button.below]}
    if button.url:
        return {"type": "view", "name": button.name, "url": button.url}
    return {"type": "click", "name": button.name, "key": button.key}


def _button(item: Mapping[str, Any]) -> Button:
    kind = str(item.get("type", ""))
    return Button(
        name=str(item.get("name", "")),
        key=str(item.get("key", "")) if kind == "click" else "",
        url=str(item.get("url", "")) if kind == "view" else "",
        other=kind if kind not in {"", "click", "view"} else "",
        below=tuple(_button(sub) for sub in item.get("sub_button") or ()),
    )


def _flat(menu: Sequence[Button]) -> Iterator[tuple[str, Button]]:
    for button in menu:
        yield button.name, button
        for sub in button.below:
            yield f"{button.name} / {sub.name}", sub
