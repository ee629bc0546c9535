"""The matter of a call as a clerk writes it: its clauses, without what only carries a talk. Pure.

Extractive: every clause was said. Left out is what greets, thanks, agrees, spells a name or a
number, asks how long it will take, or scolds the operator; what was said twice stands once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.calls.exchange import Answered, Wanted, exchanges
from bot.calls.named import named
from bot.calls.spoken import Said, clauses, sentences_of
from bot.calls.telephones import runs
from nlu.text import bigrams

_TALK = re.compile(
    r"(?:喂|你好|您好|同志|领导|师傅|美女|小姐|老师|帅哥|啊|这里是|是不是)*"
    r"(?:(?:是)?(?:不是)?(?:12345|市长热线|政务热线|热线)(?:电话)?(?:吗|吧|不)?"
    r"|(?:是)?政府(?:的)?(?:电话|热线)[不吗]?|妹子|听得(?:到|见)吗|你(?:听我)?说|能听到吗"
    r"|我(?:现在)?打电话(?:过来)?)?"
)
_OPENING = re.compile(
    r"(?:我|我们)?(?:就是)?(?:今天)?(?:想|要|有|来|打电话(?:来|过来)?|再|想要)*(?:跟|向|给"
    r"|和)?(?:你们?|您|政府|12345)?"
    r"(?:反映|反应|投诉|举报|咨询|问|请教|说|求助|建议|提|了解|表扬"
    r"|打听)(?:一?[下个件些点])*(?:的)?(?:问题|情况|事情?|建议|意见|哈|子|吧)*"
    r"|(?:我|我们)?(?:这里|这边)?有[一二两三]?[个件]*(?:问题|情况|事情?)(?:要|想)?(?:跟你们?"
    r"|向你们?)?(?:反映|问|咨询|说)?(?:一下)?"
    r"|(?:是)?这样(?:子)?的?|情况是这样的?|事情是这样的?|还有(?:就是)?(?:一[个件])?(?:事情?"
    r"|问题)?(?:就是)?|另外(?:就是)?|对了|是的|就是说?|(?:不过"
    r"|但是?)?我?(?:今天)?(?:要)?(?:反映|投诉|说|讲)的(?:是|事).{0,6}"
    r"|(?:我)?(?:问|跟)?你?(?:一[只个件]|个)事情?|那?我?(?:想)?再(?:问|说|反映)(?:一?下|个)?"
    r"|我?(?:一个)?跟你讲"
    r"|(?:不对|我?(?:讲|说|记|弄)错了?|不是|还有)+|我是(?:要|想)?(?:表扬|投诉|举报)(?:一个人"
    r"|他们?)?"
)
_COURTESY = re.compile(
    r"(?:(?:那)?(?:好|行|可以|谢谢?(?:你|您|啊|了)?|感谢|麻烦(?:你|您)?(?:了|们)?|辛苦(?:你"
    r"|您)?了|再见|拜拜|不客气|没有?了|没事了?|没别的了?|就这些|就这样"
    r"|就这个(?:事|问题)|先这样|知道了|晓得了|明白了|清楚了?|我?等你?们?(?:回复|消息|电话)"
    r"|不好意思|打扰了|对不起|太?(?:感谢|多谢|谢谢)(?:你们?|您|大家)?了?|妹子|姑娘|小?同志|师傅"
    r"|(?:我)?(?:就)?(?:晓得|知道|明白)|要得|就[这咯]样|讲得(?:很|好|真)清楚|(?:就是)?(?:这个"
    r"|咯个)?意思)(?:的|了|吧|啊)*)+"
)
_YES_NO = re.compile(
    r"(?:(?:对|是|嗯|没错|冇错|可以|好|行|有|没有?|冇有?|不是|不用|不需要|要|需要|要得|会"
    r"|不会|不清楚|不知道|不晓得|就是|当然|肯定)(?:的|了|咯|啊|呀|嘞|吧|得)*)+"
)
_META = re.compile(
    r"(?:你|您)(?:帮我)?(?:记|写|听|等|查|看|登记)(?:一?下|好|着|清楚)?(?:了)?(?:没有?|吗"
    r"|我.{0,6})?|我(?:看|想|找|查)(?:一?下|一?想)|我说(?:慢|快)(?:一?点)|等(?:一下|等)|稍等"
    r"|(?:你|您)(?:慢慢)?(?:说|讲|问)|听(?:到|清|明白|见)了?(?:没有?|吗|吧)|记(?:好"
    r"|下)(?:来)?了?(?:没有?|吗)|(?:重新|再)(?:说|讲)一遍|打错了?(?:电话)?(?:了)?"
)
_CONTACT = re.compile(
    r"(?:我|免贵|本人)?姓.{1,4}$|^.{1,4}(?:的)?[王李张刘陈黄章江徐许吴何]$"
    r"|(?:我(?:的)?)?(?:电话|号码|手机|联系方式)(?:号码?)?(?:是|就)|就(?:打|留"
    r"|是)?这个(?:号码?|电话|手机)?"
    r"|打?(?:我)?(?:这个|现在这个)(?:号码|电话|手机)|(?:叫|喊)我.{1,5}(?:就行|就好|吧|就可以)"
    r"|^我(?:的名字)?叫.{2,4}$|记一下.{0,6}(?:电话|号码|手机|的)?$|打我?(?:的)?(?:座机|手机)"
    r"|匿名|保密|不要(?:让|告诉).{0,14}(?:知道|是我)|(?:别|不要)(?:说|透露).{0,6}(?:我|名字"
    r"|姓名)|不告诉你|不(?:想|愿)?(?:留|讲|说)(?:姓?名|电话)|怕.{0,4}报复"
)
_HOW_LONG = re.compile(
    r"(?:多久|什么时候|多长时间|几天|啥时候|几时)(?:能|可以|会|才|给|有)?.{0,6}(?:处理|解决"
    r"|回复|答复|人来|结果|派人|回话|打给我|给我)"
)
_SCOLDS = re.compile(
    r"踢皮球|吃干饭|饭桶|你们(?:到底|就|就会|这些人|是干什么|都是|怎么搞|有没有用|管不管"
    r"|还管不管|是不是不管)|什么态度|不作为的东西|他妈|tmd|狗屁|放屁|有什么用|没用的"
    r"|让不让人活|无法无天|你(?:晓得|知道)吧$|怎么不急"
)
_URGES = re.compile(
    r"(?:你们?|您)?(?:快点|赶紧|赶快|尽快|快|麻烦)(?:你们?|您)?.{0,3}(?:派人来?|来人|来个?人"
    r"|派个?人来?|处理|解决)?(?:修|看|管)?(?:一?下|啊|吧)*|(?:请|想请)?你们?派人来(?:修|看"
    r"|处理)(?:一?下)?"
)
_SAME = 0.8
_BACK = re.compile(
    r"^(?:好的?|那|也就是说|就是|您|你|具体)*(?:是)?(?:说|讲|反映)?(?:的)?(?:是|就是)?"
    r"|(?:对吗|对吧|对不对|是吗|是吧|没错吧|是不是)$"
)
_PIECE = 8
"""A shorter sentence without a full stop goes on in the next."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A clause that tells of the matter, and the mark it closes with."""

    seq: int
    text: str
    mark: str = "，"


def matter(spoken: Sequence[Said]) -> tuple[Clause, ...]:
    """The clauses that tell what the citizen brings, in order, each once."""
    kept: list[Clause] = []
    if wrong_number(spoken):
        return ()
    for turn in exchanges(spoken):
        for said in turn.reply:
            for clause in _clauses_of(said, turn):
                _keep(kept, clause)
        read_back = _read_back(turn)
        if read_back:
            _keep(kept, read_back)
    return tuple(kept)


def wrong_number(spoken: Sequence[Said]) -> bool:
    """The citizen wanted somebody else."""
    return any(_WRONG_NUMBER.search(each.heard) for each in spoken if each.by_citizen)


_WRONG_NUMBER = re.compile(r"(?:打|拨|按|找)错(?:了|电话|号码|人|地方)|我(?:是)?打错")


def text_of(kept: Sequence[Clause]) -> str:
    """The clauses as a text."""
    if not kept:
        return ""
    joined = "".join(clause.text + clause.mark for clause in kept)
    return re.sub(r"[，,]$", "。", joined)


def _clauses_of(said: Said, turn: Answered) -> list[Clause]:
    found: list[Clause] = []
    for sentence in sentences_of(said.text):
        parts = [
            bare for part in clauses(sentence) if (bare := _without_lead(part)) and tells(bare)
        ]
        parts = [part for part in parts if not is_place(part)]
        if not parts:
            continue
        closing = _closing(sentence)
        found += [Clause(seq=said.seq, text=part) for part in parts[:-1]]
        found.append(Clause(seq=said.seq, text=parts[-1], mark=closing))
    private = turn.wants & {Wanted.NAME, Wanted.PHONE, Wanted.ANONYMOUS, Wanted.CONFIDENTIAL}
    if private and Wanted.PLACE not in turn.wants:
        found = [clause for clause in found if len(clause.text) > _PRIVATE_ANSWER]
    return found


def _closing(sentence: str) -> str:
    if sentence.endswith(("?", "？")):
        return "？"
    goes_on = sentence.endswith(("，", "、")) or (
        len(sentence) < _PIECE and sentence[-1] not in "。！!"
    )
    return "，" if goes_on else "。"


_PRIVATE_ANSWER = 9
"""A longer one tells more than was asked for."""


@functools.lru_cache(maxsize=8_192)
def tells(clause: str) -> bool:
    """Whether a clause tells of the matter at all."""
    bare = clause.strip()
    if len(bare) < 2 or any(
        p.fullmatch(bare) for p in (_TALK, _OPENING, _COURTESY, _YES_NO, _META, _URGES)
    ):
        return False
    if _DENIES.fullmatch(bare) or _SCOLDS.search(bare) or _HOW_LONG.search(bare):
        return False
    if _CONTACT.search(bare) and len(bare) < 22:
        return False
    return not (any(len(digits) > 2 for digits in runs(bare)) and len(bare) < 16)


_LEADS_UP = re.compile(
    r"^(?:我|我们)?(?:就是|只是|今天|现在)?(?:想|要|来|想要|打电话|打个电话)*(?:跟你们?"
    r"|向你们?|再|实名)?"
    r"(?:反映|反应|投诉|举报|咨询|问|了解|打听|请问|请教)(?:一?[下个声些]|的是|你"
    r"|哈)*+(?:问题|情况|事情)?+(?:，|就是|说)*+"
    r"|^第[一二三][个件](?:事情?|问题)?(?:就?是)?"
)


def _without_lead(clause: str) -> str:
    """我想反映 says that something comes, and is no part of it; 我不是投诉 is none either."""
    if _OPENING.fullmatch(clause) or _DENIES.fullmatch(clause):
        return ""
    bare = _LEADS_UP.sub("", clause)
    return f"另外{bare}" if bare and _NEXT_MATTER.match(clause) else bare


_NEXT_MATTER = re.compile(r"第[二三四][个件]")
_DENIES = re.compile(
    r"(?:我)?(?:也)?不是(?:要|想|来)?(?:投诉|举报|咨询|建议|表扬)(?:谁|你们|他们)?"
)
_PLACE_ALONE = re.compile(
    r"(?:我们?|你们?|就|是|在|的|那边|这边|那里|这里|那个|村里|里|上|家|那一?[段块片]"
    r"|这一?[段块片]|对|，)*"
)


_DOOR_ALONE = re.compile(
    r"[0-9A-Za-z零一二三四五六七八九十百]+(?:栋|幢|座|号楼|单元|室)(?:楼下|楼顶|门口)?"
)


@functools.lru_cache(maxsize=8_192)
def is_place(clause: str) -> bool:
    """A place and nothing besides: it goes into its own field."""
    rest = _DOOR_ALONE.sub("", clause)
    for one in sorted(named(rest), key=lambda found: -found.start):
        if one.kind == "place":
            rest = rest[: one.start] + rest[one.end :]
    return rest != clause and _PLACE_ALONE.fullmatch(rest) is not None


def _read_back(turn: Answered) -> Clause | None:
    """What an operator asked that can only be answered yes or no, and was answered yes."""
    if turn.asked is None or turn.agrees is not True:
        return None
    if not {Wanted.AGREEMENT} & turn.wants or turn.wants & {
        Wanted.PHONE,
        Wanted.NAME,
        Wanted.PLACE,
    }:
        return None
    if turn.wants & {Wanted.ANONYMOUS, Wanted.CONFIDENTIAL}:
        return None
    parts = [_BACK.sub("", _BACK.sub("", part)) for part in clauses(turn.asked.text)]
    parts = [part for part in parts if len(part) > 3 and tells(part) and "您" not in part]
    parts = [part for part in parts if not is_place(part)]
    if not parts:
        return None
    return Clause(seq=turn.asked.seq, text="，".join(parts), mark="。")


def _keep(kept: list[Clause], new: Clause) -> None:
    """Take a clause in, unless it was said; a fuller saying takes the place of a shorter one."""
    pairs = _pairs(new.text)
    if pairs:
        known = frozenset[str]().union(*(_pairs(clause.text) for clause in kept))
        if len(pairs & known) >= _SAME * len(pairs):
            return
        for at, old in enumerate(kept):
            before = _pairs(old.text)
            if before and len(before & pairs) >= _SAME * len(before):
                del kept[at]
                break
    kept.append(new)


@functools.lru_cache(maxsize=8_192)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(bigrams(text))
