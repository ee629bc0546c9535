"""An application that came as a letter or case: whether it is one, and what it begins with. Pure.

Source: 国令711号, article 29: an application is made in writing, letters among it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.cases.calendar import local_day
from bot.cases.model import Case
from bot.disclosure.application import Channel
from bot.disclosure.opening import MAX_CONTENT_CHARS

_NAMED = re.compile(
    r"信息公开(?:的)?申请|申请(?:政府)?信息公开|申请公开|依申请公开|政府信息公开条例"
    r"|公开(?:下列|以下|如下|相关|有关)?政府信息"
)
"""The matter called by its own name."""
_DOCUMENT = (
    "批复|文件|合同|协议|方案|批文|公告|预算|决算|规划图|图纸|会议纪要|名单|清单|台账|档案|报告"
)
_ASKED = re.compile(
    rf"(?:申请|要求|请求|希望|请|想)[^。！？；\n]{{0,8}}?(?:公开|提供|查阅|复制)[^。！？；\n]{{0,30}}?(?:{_DOCUMENT})"
)
"""A document is asked for."""
_OWED_TO_US = re.compile(r"请(?:您|你们)?(?:尽快)?提供[^。！？；\n]{0,10}(?:帮助|服务|便利)")


def asks_for_information(text: str) -> bool:
    """True where a text really asks for government information; a person decides what it is."""
    if _NAMED.search(text):
        return True
    return _ASKED.search(text) is not None and _OWED_TO_US.search(text) is None


def origin_of(case_number: str) -> str:
    """The origin key of the application a case became: one for ever."""
    return f"case:{case_number}"


def begun_with(case: Case) -> Mapping[str, str]:
    """What the form begins with, by the names of its fields; a person completes and checks it."""
    mail = case.sender_id if "@" in case.sender_id else ""
    found = {
        "name": case.contact_name,
        "phone": case.contact_phone,
        "email": mail,
        "unit": case.lead_department,
        "content": case.matter[:MAX_CONTENT_CHARS],
        "channel": (Channel.EMAIL if mail else Channel.WEB).value,
        "arrived_on": str(local_day(case.opened_at)),
        "way": "email" if mail else "post",
        "from_case": case.number,
    }
    return {name: value for name, value in found.items() if value}
