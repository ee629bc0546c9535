"""Who calls, as far as they say, and whether they want their name kept. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.calls.exchange import Answered, Wanted, exchanges
from bot.calls.order import NO, YES, Field, Filled, Source
from bot.calls.spoken import Said, clauses
from bot.routing.marker import Marker

SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田姜范方石姚谭廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎易常武乔贺赖龚庞樊兰殷施陶翟倪严牛温芦季俞章鲁葛"
    "毕聂丛焦向柳邢岳齐梅莫庄辛管祝左涂谷耿牟卜詹苗凌费纪靳盛童欧甄项曲游喻揭艾裴闵晏万甘饶胥敖华桂洪丰应娄占宗"
    "冷解卓席蒲屈虞骆包麻路缪阮狄封储桑荣冉敬楼岑匡]"
)
_STOP = "的在是有要了就这那不没吧啊呢吗先女同小老也都还会说打听问住家"
_GIVEN = rf"(?:(?![{_STOP}])[\u4e00-\u9fff]){{1,2}}"
_TITLE = "先生|女士|小姐|阿姨|师傅|大哥|大姐|大爷|大妈|大叔|老师"
_FULL = re.compile(
    rf"(?:我(?:的名字)?(?:叫做?|是)|名字(?:叫|是)|名叫|本人(?:叫|是)?|姓名(?:是|叫)?"
    rf"|叫)(?P<name>(?:{SURNAMES}){_GIVEN})(?=$|[，,。！!、\s]|先生|女士|的$)"
)
_SAID_FULL = re.compile(rf"(?:叫|是)(?P<name>(?:{SURNAMES})[\u4e00-\u9fff]{{1,2}})(?=$|[，,。！!])")
_SURNAME = re.compile(
    rf"(?:我|免贵|本人|还是|就)?(?<![同不百老])姓(?P<name>{SURNAMES}|[\u4e00-\u9fff])(?![名氏什])"
)
_CALL_ME = re.compile(
    rf"(?:叫|喊)我(?P<name>(?:[小老](?:{SURNAMES})|(?:{SURNAMES})(?:姐|哥|总|师傅|老师|阿姨"
    rf"|先生|女士)))"
)
_TITLED = re.compile(rf"(?P<name>{SURNAMES})(?P<title>{_TITLE})")
_BARE = re.compile(
    rf"^(?:对|是的?|嗯|我|免贵|叫|是|就|姓"
    rf"|[，,、])*(?P<name>(?:{SURNAMES})(?:{_GIVEN})?)(?P<title>{_TITLE})?(?=$"
    rf"|[，,。！!、\s])"
)
_SPELLED = dict(
    pair.split("=")
    for pair in [
        "弓长=张",
        "立早=章",
        "耳东=陈",
        "木子=李",
        "双木=林",
        "古月=胡",
        "草头=黄",
        "三横=王",
        "言午=许",
        "口天=吴",
        "人可=何",
        "双人=徐",
        "余未=徐",
        "走肖=赵",
        "禾呈=程",
        "水工=江",
        "美女=姜",
        "卯金刀=刘",
        "文刀=刘",
        "双口=吕",
        "言射=谢",
        "奠耳=郑",
        "四维=罗",
        "竹字头=管",
        "衣者=褚",
        "三点水=江",
    ]
)
"""How people tell their surname from others that sound alike."""
_SPELLS = re.compile(rf"({'|'.join(_SPELLED)})(?:的)?({SURNAMES})")
_ANSWER_NO = re.compile(r"不用|不需要|不要紧|没事|不必|无所谓|没关系|实名|不匿名|不保密|不怕")


@dataclass(frozen=True, kw_only=True)
class _Name:
    surname: str
    given: str = ""
    title: str = ""
    seq: int = 0


def name(spoken: Sequence[Said]) -> Filled | None:
    """The citizen's name as far as said: the whole of it, 刘先生, 小陈, or 姓刘."""
    found: _Name | None = None
    titles: dict[str, tuple[str, int]] = {}
    for each in spoken:
        if not each.by_citizen:
            for address in _TITLED.finditer(each.text):
                titles[address["name"]] = (address["title"], each.seq)
    for turn in exchanges(spoken):
        for said in turn.reply:
            found = _better(found, _named(said, turn))
    if found is None:
        return _addressed(titles)
    title = found.title or titles.get(found.surname, ("", 0))[0]
    value = found.surname + found.given if found.given else found.surname + title
    value = value if found.given or title else f"姓{found.surname}"
    return Filled(value=value, source=Source.HEARD, seq=found.seq)


def _addressed(titles: dict[str, tuple[str, int]]) -> Filled | None:
    """How the operator calls the caller, where only they say it."""
    for surname, (title, seq) in titles.items():
        return Filled(value=surname + title, source=Source.HEARD, seq=seq)
    return None


def _better(old: _Name | None, new: _Name | None) -> _Name | None:
    """A later saying counts, unless it says less of the same name."""
    if new is None or (old and old.surname == new.surname and len(new.given) < len(old.given)):
        return old
    return new


def _named(said: Said, turn: Answered) -> _Name | None:
    text = said.text
    spelled = _SPELLS.search(text)
    surname = _SPELLED[spelled[1]] if spelled else ""
    full = _FULL.search(text)
    if full and not _OTHER_PERSON.search(text[: full.start()]):
        return _split(full["name"], surname, said.seq)
    called = _CALL_ME.search(text)
    if called:
        own = called["name"]
        if own[0] in "小老":
            return _Name(surname=own[1:], seq=said.seq)
        return _Name(surname=own[0], title=own[1:], seq=said.seq)
    if Wanted.NAME in turn.wants:
        said_full = _SAID_FULL.search(text)
        if said_full:
            return _split(said_full["name"], surname, said.seq)
        bare = _BARE.search(text)
        introduced = _SURNAME.search(text)
        if introduced:
            return _given_later(text, introduced, surname, said.seq)
        if bare:
            split = _split(bare["name"], surname, said.seq)
            return _Name(
                surname=split.surname, given=split.given, title=bare["title"] or "", seq=said.seq
            )
    plain = _SURNAME.search(text)
    if plain and not _OTHER_PERSON.search(text[: plain.start()]):
        return _given_later(text, plain, surname, said.seq)
    return None


_OTHER_PERSON = re.compile(
    r"(?:老板|他|她|有个|一个|那个|对方|医生|老师|村长|书记|司机|邻居|人家?)$"
)


def _given_later(text: str, plain: re.Match[str], spelled: str, seq: int) -> _Name:
    """免贵姓徐，徐建平."""
    surname = spelled or plain["name"]
    for clause in clauses(text[plain.end() :]):
        whole = re.fullmatch(rf"(?:我?叫)?{re.escape(surname)}({_GIVEN})", clause)
        if whole:
            return _Name(surname=surname, given=whole[1], seq=seq)
    titled = re.match(_TITLE, text[plain.end() :])
    return _Name(surname=surname, title=titled[0] if titled else "", seq=seq)


def _split(whole: str, spelled: str, seq: int) -> _Name:
    match = re.match(SURNAMES, whole)
    surname = match[0] if match else whole[:1]
    return _Name(surname=spelled or surname, given=whole[len(surname) :], seq=seq)


class Wishes:
    """Finds whether citizens want no name recorded, or it kept from those concerned."""

    def __init__(self, marker: Marker) -> None:
        self._marker = marker
        self._known: dict[str, tuple[Field, ...]] = {}

    def of(self, spoken: Sequence[Said]) -> dict[Field, Filled]:
        """The wishes of a call so far; an answer to a plain question counts beside the words."""
        found: dict[Field, Filled] = {}
        for turn in exchanges(spoken):
            for said in turn.reply:
                for field in self._said(said.text.lower()):
                    found[field] = Filled(value=YES, source=Source.HEARD, seq=said.seq)
            _answer(turn, found)
        return found

    def _said(self, text: str) -> tuple[Field, ...]:
        fields = self._known.get(text)
        if fields is None:
            marks = self._marker.mark(text)
            unnamed = marks.anonymous or bool(_UNNAMED.search(text))
            wished = {Field.ANONYMOUS: unnamed, Field.CONFIDENTIAL: marks.confidential}
            fields = tuple(field for field, said in wished.items() if said)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text] = fields
        return fields


_UNNAMED = re.compile(
    r"(?:不(?:想|要|愿意?|方便)?|别)(?:讲|说|留|报|写|登记)(?:我的?|我们的?)?(?:姓)?名(?:字)?"
    r"|名字(?:我)?(?:就)?不(?:讲|说|留)"
)
_KEPT = 4_096


def _answer(turn: Answered, found: dict[Field, Filled]) -> None:
    asked = {Wanted.CONFIDENTIAL: Field.CONFIDENTIAL, Wanted.ANONYMOUS: Field.ANONYMOUS}
    for wanted, field in asked.items():
        if wanted not in turn.wants:
            continue
        reply = turn.reply[0]
        if turn.agrees is False or _ANSWER_NO.search(reply.text):
            found[field] = Filled(value=NO, source=Source.HEARD, seq=reply.seq)
        elif turn.agrees and field not in found:
            found[field] = Filled(value=YES, source=Source.HEARD, seq=reply.seq)
