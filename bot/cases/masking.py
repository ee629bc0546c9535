"""A text with nobody to be recognised in it: what is hidden, and what stands for it. Pure.

Source of what is hidden: 国办函〔2025〕66号 (privacy is guarded) and 个人信息保护法
第4, 28条. What an office says of itself in its reply stays: its numbers, rooms, addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.cases import hidden_words as words_of
from bot.privacy import mask_name
from bot.routing.persons import persons_in

NUMBER, IDENTITY, MAIL, ACCOUNT = (
    "（号码已隐去）",
    "（证件号码已隐去）",
    "（邮箱已隐去）",
    "（账号已隐去）",
)
CAR, HOME, CLASS, BORN = "（车牌已隐去）", "某栋某室", "某班", "（出生日期已隐去）"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
_FULL_WIDTH |= {0xFF20: ord("@"), 0xFF0E: ord("."), 0xFF0D: ord("-"), 0x3000: ord(" ")}
_SPOKEN_LEAST = 7
_FULL_NAME = re.compile(
    r"(?!.*(?:某|先生|女士|老师|书记|主任|局长|经理|老板|医生|师傅|\*))[一-龥]{2,4}"
)

Hide = Callable[[re.Match[str], bool], str]
"""What stands instead of a finding; the second argument: true in an office's own words."""


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """One kind of finding.

    Args:
        said: what it is, for the person who lets a text out; empty: hidden where a draft is made,
            and left to that person then.
    """

    pattern: re.Pattern[str]
    hide: Hide
    said: str = ""


def _as(text: str) -> Hide:
    return lambda found, office: text


def _behind(text: str) -> Hide:
    """The words before stay, so that a reader sees what stood there."""
    return lambda found, office: f"{found[1]}{text}"


def _unless_office(hide: Hide) -> Hide:
    def hidden(found: re.Match[str], office: bool) -> str:
        kept = office and words_of.OFFICE.search(found.string[: found.start()])
        return found[0] if kept else hide(found, office)

    return hidden


def _landline(found: re.Match[str], office: bool) -> str:
    before = found.string[: found.start()]
    own = re.search(r"(?:您|你|我|家里|家中|宅电|本人|来电人|来信人)[^，。；]{0,8}$", before)
    kept = not own if office else bool(words_of.OFFICE.search(before))
    return found[0] if kept else NUMBER


def _said_phone(found: re.Match[str], office: bool) -> str:
    own = re.search(r"(?:您|你|我|家)[^，。；]{0,8}$", found.string[: found.start()])
    kept = office and not own and not re.match(r"1[3-9]", found[2])
    return found[0] if kept or (_office_before(found) and office) else f"{found[1]}{NUMBER}"


def _office_before(found: re.Match[str]) -> bool:
    return bool(words_of.OFFICE.search(found.string[: found.start()]))


def _spoken(found: re.Match[str], office: bool) -> str:
    said = found[0]
    tail = said[len(said.rstrip("、，,. -")) :]
    written = "".join(char for char in said if not char.isspace() and char not in "、，,.-")
    if len(written) < _SPOKEN_LEAST or not words_of.SPOKEN_DIGITS.search(said):
        return said
    return f"{NUMBER}{tail}"


def _mail(found: re.Match[str], office: bool) -> str:
    plain = re.sub(r"\s", "", found[0])
    return found[0] if office and words_of.OFFICE_MAIL.search(plain) else MAIL


def _home(found: re.Match[str], office: bool) -> str:
    before, after = found.string[: found.start()], found.string[found.end() :]
    bare = re.fullmatch(r".{1,4}(?:栋|幢)\s*", found[0])
    if bare and (words_of.NOT_HOME_BEFORE.search(before) or words_of.NOT_HOME_AFTER.match(after)):
        return found[0]
    if bare and words_of.NOT_HOME_AFTER.match(after):
        return found[0]
    return found[0] if office and words_of.OFFICE_ROOM.search(before) else HOME


def _street(found: re.Match[str], office: bool) -> str:
    after = found.string[found.end() :]
    kept = words_of.OFFICE_AFTER.match(after) or (
        office
        and re.search(
            r"(?:地址|地点|位于|设在|前往|到)[^，。；]{0,16}$", found.string[: found.start()]
        )
    )
    return found[0] if kept else f"{found[1]}某号"


def _long(found: re.Match[str], office: bool) -> str:
    mobile = re.match("1[3-9]", found[0])
    before = found.string[: found.start()]
    kept = office and (not mobile or words_of.OFFICE.search(before))
    return found[0] if kept else NUMBER


def _workplace(found: re.Match[str], office: bool) -> str:
    at_work = found[2] in {"上班", "工作", "任职", "打工"}
    return f"{found[1]}某单位" + (found[2] if at_work else "工作人员")


def _name(found: re.Match[str], office: bool) -> str:
    name = found[2]
    if words_of.NOT_NAMES.match(name):
        return found[0]
    return f"{found[1]}{mask_name(name)}"


def _beside(found: re.Match[str], office: bool) -> str:
    before = found.string[: found.start()]
    contact = office and words_of.CONTACT_BEFORE.search(before)
    return found[0] if contact or words_of.NOT_NAMES.match(found[1]) else mask_name(found[1])


def _titled(found: re.Match[str], office: bool) -> str:
    contact = office and words_of.CONTACT_BEFORE.search(found.string[: found.start()])
    if contact or words_of.NOT_NAMES.match(f"{found[1]}{found[2]}"):
        return found[0]
    return f"{found[1]}{found[3]}"


def _official(found: re.Match[str], office: bool) -> str:
    return found[0] if office else _name(found, office)


_RULES = (
    _Rule(pattern=words_of.MAIL, hide=_mail, said="邮箱地址"),
    _Rule(pattern=words_of.PASSPORT, hide=_behind(IDENTITY), said="证件号码"),
    _Rule(pattern=words_of.IDENTITY, hide=_as(IDENTITY), said="证件或银行卡号"),
    _Rule(pattern=words_of.CARD, hide=_as(NUMBER), said="证件或银行卡号"),
    _Rule(pattern=words_of.NUMBERED, hide=_behind(NUMBER), said="个人的证件、账户或户号"),
    _Rule(pattern=words_of.ID_TAIL, hide=_behind(NUMBER), said="号码的尾数"),
    _Rule(pattern=words_of.PHONE, hide=_unless_office(_as(NUMBER)), said="个人手机号"),
    _Rule(pattern=words_of.LANDLINE, hide=_landline),
    _Rule(pattern=words_of.ACCOUNT, hide=_unless_office(_behind(ACCOUNT)), said="社交账号"),
    _Rule(pattern=words_of.SAID_PHONE, hide=_said_phone),
    _Rule(pattern=words_of.SPOKEN, hide=_spoken, said="念出来的号码"),
    _Rule(pattern=words_of.LONG_NUMBER, hide=_long, said="一长串号码"),
    _Rule(pattern=words_of.NICKNAME, hide=_behind("某某")),
    _Rule(pattern=words_of.PLATE, hide=_as(CAR), said="车牌号"),
    _Rule(pattern=words_of.SAID_PLATE, hide=_behind(CAR), said="车牌号"),
    _Rule(pattern=words_of.CLASS, hide=_as(CLASS), said="学生的班级"),
    _Rule(pattern=words_of.NURSERY, hide=_as(CLASS)),
    _Rule(pattern=words_of.BORN, hide=_as(BORN), said="出生日期"),
    _Rule(pattern=words_of.HOME, hide=_home),
    _Rule(pattern=words_of.STREET, hide=_street),
    _Rule(pattern=words_of.WORKPLACE, hide=_workplace),
    _Rule(pattern=words_of.NAMED, hide=_name, said="市民的姓名"),
    _Rule(pattern=words_of.SAID_NAME, hide=_official),
    _Rule(pattern=words_of.SIGNED, hide=_name, said="署名"),
    _Rule(pattern=words_of.LAST_LINE, hide=_name, said="署名"),
    _Rule(pattern=words_of.BESIDE, hide=_beside, said="市民的姓名"),
    _Rule(pattern=words_of.TITLED, hide=_titled),
    _Rule(pattern=words_of.OFFICIAL, hide=_official),
    # Twice: a list of names is known by the one before.
    _Rule(pattern=words_of.LISTED, hide=_name),
    _Rule(pattern=words_of.LISTED, hide=_name),
)


_NAMES = (
    words_of.NAMED, words_of.SAID_NAME, words_of.SIGNED, words_of.LAST_LINE, words_of.BESIDE,
    words_of.TITLED, words_of.OFFICIAL,
)  # fmt: skip
"""The last group of each is a full name; of `TITLED`, the first two."""


def masked(text: str, names: Iterable[str] = (), *, office: bool = False) -> str:
    """The text with nothing in it by which a neighbour would know the writer.

    Args:
        text: a letter's words, or an office's.
        names: names known to be private here.
        office: it is an office's reply: its own numbers, rooms and people stay.
    """
    text = text.translate(_FULL_WIDTH)
    text = _without(text, names)
    if not office:
        text = _without(text, names_in(text))
    for rule in _RULES:
        text = rule.pattern.sub(lambda found, rule=rule: rule.hide(found, office), text)  # type: ignore[misc]
    return text


def shown(text: str, *, office: bool = False) -> Iterator[str]:
    """What a text still tells of somebody, in words; nothing of what a person may judge."""
    text = text.translate(_FULL_WIDTH)
    for rule in _RULES:
        if rule.said and any(
            rule.hide(found, office) != found[0] for found in rule.pattern.finditer(text)
        ):
            yield rule.said


def names_in(text: str) -> tuple[str, ...]:
    """Full names of the people a letter speaks of."""
    text = text.translate(_FULL_WIDTH)
    found = [person.name for person in persons_in(text)]
    for pattern in _NAMES:
        for match in pattern.finditer(text):
            surname_first = pattern is words_of.TITLED
            found.append(f"{match[1]}{match[2]}" if surname_first else match[pattern.groups])
    fit = (one for one in found if _FULL_NAME.fullmatch(one) and not words_of.NOT_NAMES.match(one))
    return tuple(dict.fromkeys(fit))


def _without(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    return text
