"""Features an administrator has switched off (`features.toml`).

A feature works where its settings set it up and it is not off here: switching on what is not set
up does nothing. What guards citizens, such as looking for viruses, is no switch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.city.reading import Faults, read_toml

FILE = "features.toml"
SWITCHES: Mapping[str, str] = {
    "rephrase": "引文改写",
    "letter_phone_code": "来信手机号验证",
    "speech": "语音识别",
    "merge_auto": "自动并单",
    "open311": "Open311 开放接口",
    "reader": "学得的摘句模型",
}
"""Name → title."""


def read(path: Path, faults: Faults) -> frozenset[str]:
    """What is off; nothing where a city has no such file."""
    if not path.exists():
        return frozenset()
    file = read_toml(path, faults)
    off = file.texts("off")
    file.done()
    unknown = [name for name in off if name not in SWITCHES]
    if unknown:
        known = "、".join(sorted(SWITCHES))
        faults.add(FILE, f"没有这样的功能：{'、'.join(unknown)}；可写 {known}")
    return frozenset(off)


def text_of(off: Iterable[str]) -> str:
    """The file with these off."""
    listed = ", ".join(f'"{name}"' for name in sorted(off))
    return f"# 停用的功能。没有列出的，设置了就用。\noff = [{listed}]\n"
