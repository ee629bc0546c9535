"""The files a city consists of, as its administrator knows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CityPart:
    """A file of the city's folder that may be changed on its page.

    Args:
        name: in addresses; the file's name without its ending.
        title: in Chinese.
        about: what it holds, one sentence.
    """

    name: str
    title: str
    about: str

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.name}.toml"


def _part(name: str, title: str, about: str) -> CityPart:
    return CityPart(name=name, title=title, about=about)


PARTS = (
    _part("city", "城市", "城市名称、行政区划代码、区号和热线号码。"),
    _part("departments", "部门", "部门的名称、别称、职责用词和电话。"),
    _part("places", "镇街与地名", "镇街、地标和地名的写法。"),
    _part("limits", "时限与日历", "办理时限、各步骤的天数、上班时间、与国家安排不同的日子。"),
    _part("rules", "研判用词", "紧急、法定途径、诉求类型和情绪的用词。"),
    _part("wording", "对外用语", "对群众说的每一句话。没有写的，用随附的。"),
    _part("mailbox", "领导信箱", "收信人，以及哪些事项不在这里办理。"),
    _part("disclosure", "依申请公开", "依申请公开的期限和文书。"),
    _part("contacts", "告知方式", "除本平台页面外，用什么方式告知各单位。"),
    _part("fields", "公开领域", "试点领域与派单事项的对应。"),
    _part("menu", "微信菜单", "公众号的菜单。"),
    _part("features", "功能开关", "停用的功能；在“功能”页上切换更方便。"),
    _part("sms", "短信模板", "报备的短信模板。"),
)
"""The dispatch catalogue and its sayings have versions of their own: `bot.city.versions`."""

BY_NAME = {part.name: part for part in PARTS}
BY_FILE = {part.file: part for part in PARTS}
MAX_BYTES = 1024 * 1024
"""Of one file; the longest of the default city has 25 kB."""
