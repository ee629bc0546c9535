"""The WeChat menu's file, held to the platform's limits (see the connector's README)."""

from __future__ import annotations

from pathlib import Path

from bot.city.model import MenuButton
from bot.city.reading import Faults, Table, read_toml

MAX_TOP, MAX_BELOW = 3, 5
MAX_NAME_BYTES, MAX_SUB_NAME_BYTES, MAX_KEY_BYTES, MAX_URL_BYTES = 16, 60, 128, 1024


def read(path: Path, faults: Faults) -> tuple[MenuButton, ...]:
    """Buttons from left to right."""
    file = read_toml(path, faults)
    buttons = tuple(_button(item, top=True) for item in file.tables("button"))
    file.done()
    if len(buttons) > MAX_TOP:
        faults.add(file.where, f"一级菜单最多 {MAX_TOP} 个")
    keys = [button.key for top in buttons for button in (top, *top.below) if button.key]
    if len(keys) != len(set(keys)):
        faults.add(file.where, "有重复的“key”")
    return buttons


def _button(item: Table, *, top: bool) -> MenuButton:
    button = MenuButton(
        name=item.text("name"),
        key=item.text("key", needed=False),
        says=item.text("says", needed=False),
        url=item.text("url", needed=False),
        below=tuple(_button(below, top=False) for below in item.tables("button")),
    )
    item.done()
    longest = MAX_NAME_BYTES if top else MAX_SUB_NAME_BYTES
    for key, value, limit in (
        ("name", button.name, longest),
        ("key", button.key, MAX_KEY_BYTES),
        ("url", button.url, MAX_URL_BYTES),
    ):
        if len(value.encode()) > limit:
            item.faults.add(item.where, f"“{key}”超过 {limit} 字节")
    if len(button.below) > MAX_BELOW or (button.below and not top):
        item.faults.add(item.where, f"只有一级菜单可有下级，且最多 {MAX_BELOW} 个")
    ways = sum(map(bool, (button.key, button.url, button.below)))
    if ways != 1:
        item.faults.add(item.where, "“key”“url”和下级菜单三者须有且只有一个")
    if button.key and not button.says:
        item.faults.add(item.where, "有“key”的菜单须写“says”")
    return button
