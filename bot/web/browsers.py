"""A browser and its machine in a few words, for people to recognise their own."""

from __future__ import annotations

_BROWSERS = (
    ("MicroMessenger/", "微信"),
    ("Edg/", "Edge"),
    ("360SE", "360 浏览器"),
    ("QQBrowser/", "QQ 浏览器"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Such as 「Chrome，Windows」; 「其他浏览器」 for what we do not know."""
    named = [
        next((name for mark, name in table if mark in user_agent), "")
        for table in (_BROWSERS, _MACHINES)
    ]
    return "，".join(name for name in named if name) or "其他浏览器"
