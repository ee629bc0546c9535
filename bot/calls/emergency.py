"""Danger heard in a call, sentence by sentence and word by word: 110, 119, 120 or 122. Pure.

Each sentence of the citizen is judged by itself and with the one before it, never the whole call:
in a long text some word of danger stands nearly always. What is past, over, only feared, or asked
about is no emergency; a false alarm costs another caller's minute.
Source: 国办函〔2025〕66号 (such matters are transferred at once), 国办发〔2022〕12号.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.calls.composing import is_place, tells
from bot.calls.dialect import standard
from bot.calls.exchange import agreed
from bot.calls.model import Sentence
from bot.calls.spoken import clauses, tidy
from bot.city.model import City
from bot.routing.danger import SURELY_NONE, DangerJudge
from bot.routing.router import everyday
from bot.routing.severity import SeverityJudge
from connectors.calls import Leg

_PAST = re.compile(
    r"以前|上次|去年|前年|那年|上个?月|上个?星期|上周|前几天|前两天|前段时间|之前|曾经|早几年"
    r"|小时候|当时|那时候|年前|昨天|昨晚|前天"
    r"|(?:着|起|失)过火|出过|发生过|有过|[0-9一二三四五六七八九十]+月份?(?:就|的时候|[一二三两]?[0-9]*[号日])"
)
_TODAY = re.compile(r"今天|刚|现在|这会儿?|又|快(?:来|点|派)|救命|正在")
_AFTERMATH = re.compile(
    r"(?:到)?现在[^，。]{0,6}(?:养|躺|趟|拄|没|冇|住院|不敢|不能走|动不了|不管)"
    r"|(?:现在)?还在(?:家|医院|床|住院)"
)
"""What lasts of something past: 上个月摔的，现在还在家里养."""
_MACHINE = (
    r"(?:电机|马达|机子|机器|水泵|抽水机|变压器|灯泡|路灯|主板|保险丝?|线圈|电容|插座|开关|电表|电线|线"
    r"|冰箱|空调|电视|电脑|洗衣机|热水器|充电器|电瓶|电池|发动机|电饭煲|锅|电路|线路|水管|管子|管道"
    r"|轮胎|车胎|气球|玻璃|手机|话费|群里?|微信群?|价格|人气)"
)
_FIGURES = (
    re.compile(r"(?<!船)(?<!船在)(?:漏水|渗水|漏雨)"),
    re.compile(
        r"(?:像|跟|有|股|一种|那个|闻到|阵)?[^，。煤燃天液]{0,6}(?:烧|焦|煳)[^，。]{0,6}"
        r"(?:臭味|怪味|异味|味道|(?<![煤燃然化])气味|焦味|糊味|煳味)(?:一样)?(?![^。]{0,12}(?:火|冒烟))"
    ),
    re.compile(
        rf"{_MACHINE}[^，。火烟]{{0,5}}(?:烧|炸|爆)(?:掉|坏|断|毁|锅|裂|开|了|表)+(?![^。]*(?:火|冒烟|浓烟|伤))"
    ),
    re.compile(
        r"(?:气|急|吓|热|累|吵|痒|臭|烦|愁|笑|饿|闷|搞|弄)(?:得|死|都)[^，。]{0,4}"
        r"(?:要|想|快|会|差点)[^，。]{0,8}"
    ),
    re.compile(
        r"烟囱[^，。]{0,6}(?:冒|黑)[^，。]{0,4}烟|(?:油烟|烧烤|秸秆|鞭炮|烟花|香|纸钱)[^，。]{0,8}(?:烟|炸|烧)"
    ),
    re.compile(r"(?:没有?|不是|又没|并没有?)(?:真的?)?(?:着|起|失|发生)(?:了)?火(?:灾)?"),
    re.compile(r"(?:放|燃放|禁放)[^，。]{0,4}(?:鞭炮|烟花|爆竹)[^，。]{0,10}"),
)
"""Burnt, burst and dying in other senses: what smelt, broke, or is said of anger."""
_OVER = re.compile(
    r"(?:已经|都|早就|后来|刚刚)?(?:被)?(?:扑灭|灭了|灭掉|熄了|送(?:去|到|进"
    r"|往)?[^，。]{0,6}医院|救(?:出|上|下|起)来|没事了|处理(?:好|完)了|解除|抓(?:到|住|走)了"
    r"|走掉了|散了|(?<!不)醒(?:了|过来))"
    r"|(?:已经)?(?:打|报)(?:了|过)?(?:119|120|110|122|警)了?$|出院了|去世|过世|死了[好几]"
)
_HARMLESS = re.compile(r"没(?:什么)?(?:大)?事|不要紧|擦破|还好|蹭掉")
_FEARED = re.compile(
    r"怕|担心|万一|要是|如果|假如|容易|隐患|会不会|可能会?|迟早|早晚|哪天|险些|差点|差一点"
)
_ABOUT = re.compile(
    r"保险|理赔|赔偿|赔|报销|认定|鉴定|补助|补贴|证明|培训|演练|演习|宣传|讲座|知识|招聘"
    r"|怎么(?:办理|申请|报)|责任(?:书|认定)"
)
_NOW = re.compile(r"现在|正在|刚刚?|快(?:来|点|派)|救命|赶紧|赶快|马上|还在|来人")
_CRY = re.compile(
    r"救命|着火|起火|火灾|杀人|砍人|打人|打起来|晕倒|昏倒|触电|爆炸|跳楼|落水|溺水|车祸"
)
_LEAST = 5
"""A shorter text without such a word says nothing: what was learned of danger is of sentences."""
_A_SENTENCE = 12
"""From so many characters on it is judged with its small talk."""
_PIECE = 8
"""A shorter one goes on from the sentence before it: 自来水管, 爆掉了."""
_SHORT = 60
"""Two sentences joined beyond this are no cry."""
_STANDS_FOR = 4
"""Sentences of the citizen after which an all-clear still takes an alarm back."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An emergency number to be shown.

    Args:
        number: 110, 119, 120 or 122.
        seq: the sentence that tells of it; -1: it is still being spoken.
        words: of that sentence.
    """

    number: str
    seq: int
    words: str = field(repr=False)


class Watch:
    """Listens for danger.

    Learns at its making, in some tenths of a second; judging takes a fraction of a millisecond.

    Args:
        city: its words of danger, and what its citizens bring every day.
    """

    def __init__(self, city: City) -> None:
        self._severity = SeverityJudge(city.rules)
        self._danger = DangerJudge((*everyday(city), *_small_talk()), _cries())
        self._known: dict[str, str] = {}

    def alarm(self, sentences: Sequence[Sentence]) -> Alarm | None:
        """The danger a call tells of, unless it was taken back; None for none."""
        told: list[Alarm] = []
        before, asked, since = "", "", 0
        for sentence in sentences:
            if sentence.leg is not Leg.CITIZEN:
                asked, before = sentence.text, ""
                continue
            since += 1
            if told and since <= _STANDS_FOR and _OVER.search(sentence.text):
                told = []
            number = self.number(sentence.text, before) or self._agreed(asked, sentence.text)
            if number:
                since = 0 if not told else since
                told.append(Alarm(number=number, seq=sentence.seq, words=sentence.text))
            before, asked = sentence.text, ""
        return _clearest(told)

    def number(self, text: str, before: str = "") -> str:
        """The number for a sentence, or a part of one that is still being spoken; or empty.

        Args:
            text: the citizen's words.
            before: the citizen's sentence right before, where nobody spoke between.
        """
        joined = f"{before.rstrip('，。,. ')}，{text}"
        if before and len(text) < _PIECE and not _CRY.search(text):
            return "" if self._judged(before) else self._judged(joined)
        own = self._judged(text)
        if own or not before or len(joined) > _SHORT or self._judged(before):
            return own
        return self._judged(joined)

    def _agreed(self, asked: str, text: str) -> str:
        """现在着火了吗 — 是的."""
        if not asked or agreed(text) is not True or len(text) > _AN_ANSWER:
            return ""
        told = re.sub(r"(?:是不是|有没有|请问|您|[吗吧呢？?])", "", asked)
        return self._judged(told) if _NOW.search(asked) or len(told) <= _AN_ANSWER else ""

    def _judged(self, text: str) -> str:
        number = self._known.get(text)
        if number is None:
            number = self._judge(text)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[text] = number
        return number

    def _judge(self, text: str) -> str:
        told = [part for part in clauses(tidy(text)) if tells(part) and not is_place(part)]
        whole = tidy(text).rstrip("。")
        plain = standard(whole if told and len(whole) >= _A_SENTENCE else "，".join(told)).lower()
        if len(plain) < _LEAST and not _CRY.search(plain):
            return ""
        if not self._told(plain):
            return ""
        plain = _literal(plain)
        number = self._told(plain) if len(plain) >= _LEAST or _CRY.search(plain) else ""
        if not number or _OVER.search(plain) or _harmless(plain):
            return ""
        parts = [part for part in _present(clauses(plain)) if not _ABOUT.search(part)]
        if not _NOW.search(_AFTERMATH.sub("", plain)):
            parts = [part for part in parts if not _FEARED.search(part)]
        if len(parts) == len(clauses(plain)):
            return number
        return self._told("，".join(parts)) if parts else ""

    def _told(self, plain: str) -> str:
        """By the city's words, unless they are surely meant otherwise, else by what was learned."""
        judged, bare = self._severity.judge(plain), self._danger.judge(plain.rstrip("。，"))
        found = self._danger.judge(f"{plain.rstrip('。，')}。")
        if judged.number:
            otherwise = bare is not None and bare.lead < SURELY_NONE and len(plain) >= _TELLS_MORE
            return "" if otherwise else judged.number
        if _BLEEDS.search(plain):
            return "120"
        if found is None or found.lead < _SURE:
            return ""
        return found.number


def _clearest(told: Sequence[Alarm]) -> Alarm | None:
    """The number told most often, of several the one told last; with its first sentence."""
    if not told:
        return None
    times = Counter(alarm.number for alarm in told)
    last = {alarm.number: at for at, alarm in enumerate(told)}
    number = max(times, key=lambda one: (times[one], last[one]))
    return next(alarm for alarm in told if alarm.number == number)


def _literal(plain: str) -> str:
    """The text without words of danger that are meant otherwise."""
    for figure in _FIGURES:
        plain = figure.sub("不好", plain)
    return plain


def _present(parts: Sequence[str]) -> list[str]:
    """The clauses that tell of now; what follows on something past is past until a word of now."""
    kept: list[str] = []
    past = False
    for part in parts:
        now = _NOW.search(_AFTERMATH.sub("", part)) is not None
        if now or _TODAY.search(_AFTERMATH.sub("", part)):
            past = False
        elif _PAST.search(part) or _AFTERMATH.search(part):
            past = True
        if not past:
            kept.append(part)
    return kept


def _harmless(plain: str) -> bool:
    """手擦破了，还好: nobody waits for help."""
    return bool(_HARMLESS.search(plain)) and not _CRASH.search(plain)


_CRASH = re.compile(r"撞|车祸|追尾|碰了|蹭倒|侧翻|翻车|着火|起火|烧|漏气|煤气|燃气")


def _cries() -> tuple[tuple[str, str], ...]:
    """Present danger as it is told on the telephone: number and words."""
    lines = (Path(__file__).parent / "cries.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return tuple((number, words) for number, _, words in pairs)


def _small_talk() -> tuple[str, ...]:
    """What is said on the telephone without danger."""
    lines = (Path(__file__).parent / "small_talk.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


_SURE = 0.1
"""Of the lead of danger over none. With it 59 of 60 dangers of tests/bot/routing/danger_blind.jsonl
ring and none of 60 near misses; learning from half of small_talk.txt and cries.txt, 3 of 1,150
ordinary sentences of the other half and 125 of 160 cries, many of four characters."""
_BLEEDS = re.compile(
    r"割(?:了)?(?:手)?腕(?!.{0,4}[过疤])|[一满]地(?:都是)?(?:的)?血|血流不止|大出血"
)
_TELLS_MORE = 15
_KEPT = 4_096
_AN_ANSWER = 14
