"""Clauses in which a writer says who they are and how to reach them. Pure.

They say nothing of the matter, yet their words weigh: with 我叫…，电话… behind it a plain street
light was taken for nobody's, and a name alone for a cry for help.
"""

from __future__ import annotations

import re

_NAME = r"[一-龥]{1,4}(?:先生|女士|同志)?"
_WHO = (
    rf"(?:我(?:的名字)?叫|我的?姓名(?:是|叫)?|本人(?:姓名|叫)|姓名|联系人|来信人|写信人"
    rf"|反映人|投诉人|举报人|署名|落款)(?:是|为|叫)?[:： ]*{_NAME}"
)
_PHONE = (
    r"(?:我的?|本人的?)?(?:联系方式|(?:联系|手机|固定)?(?:电话|手机)(?:号码?)?|手机号码?|微信号?|tel)"
    r"(?:是|为)?[:： ]*(?:同微信)?[\d\- ]{7,20}"
)
_BARE = r"[\d\- ]{11,20}"
_POLITE = r"此致|敬礼|此致敬礼|谢谢|感谢"
_CLAUSE = re.compile(
    rf"(?:^|(?<=[，,。；;！!\n ]))[ \t]*(?:{_WHO}|{_PHONE}|{_BARE}|{_POLITE})"
    r"[ \t]*(?=$|[，,。；;！!\n ])",
    re.IGNORECASE,
)
_LEFT = re.compile(r"(?<=[，,。；;！!\n ])[，,。；;！!\n ]+")


def without_introduction(text: str) -> str:
    """The text without them; whole where nothing else would be left."""
    shorter = _CLAUSE.sub("", text)
    if shorter == text:
        return text
    return _LEFT.sub("", shorter).strip("，,；; \n") or text
