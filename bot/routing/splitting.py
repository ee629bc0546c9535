"""Several demands in one text, told apart with care: symptoms of one matter stay together. Pure.

A text is cut only where its writer says that something else begins (一是…二是…, 另外, 还有一件事),
or where a sentence names another unit's duty clearly, without referring back. Two pieces that one
duty explains are one matter, whatever stands between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from bot.city.model import TERRITORY_LEAD
from bot.routing.catalogue import Catalogue, Match

LEAST_CHARS = 5
"""A shorter piece is no demand of its own."""
_PLAIN, _CLEAR = 0.65, 1.15
"""Catalogue scores: one word of four characters or two of two; and two good words."""
_MAX_PARTS = 6


class Cut(IntEnum):
    """How plainly a writer says that something else begins."""

    NONE = 0
    SENTENCE = 1
    """A new sentence, no more."""
    OTHER = 2
    """另外, 此外, 顺便问一下."""
    COUNTED = 3
    """一是…二是…, 1. … 2. …, 第二件事."""


_COUNTED = re.compile(
    r"^(?:第[一二三四五六]+(?:[个件点条]|就?是|呢|，|、|,|：|:| )+(?:事情?|问题)?|"
    r"[一二三四五六](?:是|、|\.|．|，|,|：|:)(?!路|号)|其[一二三四五]|"
    r"[（(][一二三四五六1-6][)）]|[1-6](?:[、．)）:：]|\.(?!\d))|[①②③④⑤⑥]|"
    r"另?一[件个点条项](?:事情?)?就?是|首先|其次|再次|再者|最后(?:一[个件点]|还)|还有一?[个件](?:事|问题)|另外一[个件]|另一[个件](?:事|问题))"
)
_OTHER = re.compile(
    r"^(?:.{0,3}还有一?[个件](?:事|问题)|另外|另有|另，|另,|另：|此外|除此之外|除此以外|还有就是|还有，|还有,|再有|再一[个点]|再就是|再反映|"
    r"再问|再咨询|再投诉|再说|顺便|顺带|对了|还想|还要(?:反映|投诉|问|咨询|举报)|还反映|我还|也想问|也想反映|"
    r"同时(?:还|也)?(?:想|要|反映|投诉|举报|咨询|建议)|并(?:且)?(?:想|咨询|投诉|举报|建议)|"
    r"以及(?:想|咨询|反映|投诉)|还有(?![人的些几].{0,3}|.{0,4}(?:没|就没)))"
)
_BACK = re.compile(
    r"^(?:这|那|该|此(?!外)|其(?![一二三])|他|她|它|导致|造成|所以|因此|结果|害得|使得|使|由于|因为|为此|"
    r"严重|影响|请(?!问)|希望|望|要求|恳请|恳求|麻烦|建议(?:尽快|相关|有关)|已经|多次|打(?:了|过)|找(?:了|过)|"
    r"反映(?:了|过|多次|好)|之前|以前|但是|但|可是|而且|并且|如果|要是|不然|否则|谢谢|感谢|非常|特别|"
    r"每次|每天|天天|一到|有时|到现在|至今|目前|现在|工作人员(?:说|让)|对方|物业(?:说|回复)|"
    r"求|急|盼|快|还没|一直|甚至|尤其|搞得|弄得|万一|老人|小孩|孩子们|大家|居民|村民们?(?:都|很|非))"
)
_ASKS = re.compile(
    r"咨询|请问|想问|问一下|问下|问问|反映|投诉|举报|建议|怎么|如何|哪里|在哪|能不能|能否|可不可以|"
    r"多少|什么时候|什么材料|希望(?:能)?(?:增|加|设|建|修|装|开)|没人管|坏了|不亮|扰民|[吗呢？?]"
)
_REQUEST = re.compile(
    r"^(?:要求|请求|希望(?!.{0,3}[增加设建装开])|请(?!问)|望|退还|赔偿|依法|严肃|尽快|给予|恢复|责令|查处|公开道歉)"
)
_QUESTION = re.compile(r"[吗呢？?]|怎么|如何|多少|什么|哪")
_SEVERAL = re.compile(
    r"[两二三四五六几多2-6](?:个|件|点|项|方面)(?:不同)?的?(?:事|问题|情况|诉求|建议)"
)
_ENDS = re.compile(r"[。！？!?；;\n]+")
_PAUSE = re.compile(r"[，,：:、]\s*|(?<=\s)")


@dataclass(kw_only=True)
class _Piece:
    """A run of text with what begins it and what it is about."""

    text: str
    cut: Cut
    match: Match | None
    own: bool = False
    """Taken for a demand of its own, though nothing of the catalogue says so."""

    def add(self, other: _Piece) -> None:
        """Take another piece in; the clearer match stays."""
        self.text += other.text
        if other.match and (self.match is None or other.match.score > self.match.score):
            self.match = other.match


class Splitter:
    """Cuts texts by a city's catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def split(self, text: str) -> tuple[str, ...]:
        """The demands of a normalised text, in order; together they are the text.

        One piece where nothing shows that there are several.
        """
        pieces = [self._piece(*found) for found in _cut(text)]
        if len(pieces) < 2:
            return (text,)
        if _of_one_matter(pieces):
            return (text,)
        several = bool(_SEVERAL.search(text)) or _a_list(pieces)
        parts: list[_Piece] = []
        for piece in pieces:
            if parts and self._begins(piece, parts, several=several):
                piece.own = True
                parts.append(piece)
            elif parts:
                parts[-1].add(piece)
            else:
                parts.append(piece)
        if len(parts) > _MAX_PARTS or len(parts) < 2:
            return (text,)
        return tuple(part.text.strip() for part in parts)

    def _piece(self, text: str, cut: Cut) -> _Piece:
        matches = self._catalogue.match(text.lower())
        best = matches[0] if matches and matches[0].score >= _PLAIN else None
        return _Piece(text=text, cut=cut, match=best)

    def _begins(self, piece: _Piece, parts: list[_Piece], *, several: bool) -> bool:
        """True where a piece is a demand of its own."""
        last, said = parts[-1], _bare(piece.text)
        if piece.cut is Cut.NONE or len(said) < LEAST_CHARS:
            return False
        if not (last.own or _is_demand(last)) or any(_one_matter(piece, part) for part in parts):
            return False
        if piece.cut is Cut.SENTENCE:
            return self._clearly_other(piece, said, last)
        if _BACK.match(said) and not (several and piece.cut is Cut.COUNTED):
            return bool(piece.match and piece.match.score >= _CLEAR and not _REQUEST.match(said))
        if piece.cut is Cut.OTHER and _weak(piece) and _goes_on(said, last):
            return False
        if piece.match is None:
            if several and piece.cut is Cut.COUNTED:
                return not _REQUEST.match(said)
            asks = bool(_ASKS.search(said))
            return asks and (several or piece.cut is Cut.OTHER) and not _REQUEST.match(said)
        return last.match is not None or several or bool(_ASKS.search(last.text))

    def _clearly_other(self, piece: _Piece, said: str, last: _Piece) -> bool:
        """A plain new sentence is another demand only where another unit's duty is plain."""
        if piece.match is None or last.match is None or _BACK.match(said):
            return False
        if min(piece.match.score, last.match.score) < _CLEAR or not _ASKS.search(said):
            return False
        if _QUESTION.search(said) and _QUESTION.search(last.text):
            return False  # what is asked next is mostly about the same thing
        if piece.match.duty.lead == last.match.duty.lead:
            return False
        units = {match.duty.lead for match in self._catalogue.match(last.text.lower())[:4]}
        return piece.match.duty.lead not in units and not _shared(piece.text, last.text)


def _cut(text: str) -> list[tuple[str, Cut]]:
    """The text in pieces, each with how plainly it begins something else."""
    found: list[tuple[str, Cut]] = []
    start, cut = 0, _kind(text, ends_sentence=False)
    for at, ends_sentence in _borders(text):
        following = text[at:].lstrip()
        kind = _kind(following, ends_sentence=ends_sentence)
        if kind is Cut.NONE:
            continue
        if text[start:at].strip():
            found.append((text[start:at], cut))
        start, cut = at, kind
    if text[start:].strip():
        found.append((text[start:], cut))
    return found


def _borders(text: str) -> list[tuple[int, bool]]:
    ends = {match.end(): True for match in _ENDS.finditer(text)}
    pauses = {match.end(): False for match in _PAUSE.finditer(text)}
    return sorted((pauses | ends).items())


def _kind(following: str, *, ends_sentence: bool) -> Cut:
    if _COUNTED.match(following):
        return Cut.COUNTED
    if _OTHER.match(following):
        return Cut.OTHER
    return Cut.SENTENCE if ends_sentence else Cut.NONE


def _bare(text: str) -> str:
    """What a piece says without its marker and the marks around it."""
    text = text.strip().strip("，,。；;！!：: ")
    for marker in (_COUNTED, _OTHER, _COUNTED):
        text = marker.sub("", text).lstrip("，,、：: 是")
    return text


def _is_demand(piece: _Piece) -> bool:
    """True where a piece stands for something asked or told, not for a greeting."""
    said = _bare(piece.text)
    return len(said) >= LEAST_CHARS and (
        piece.match is not None or (bool(_ASKS.search(said)) and not _SEVERAL.search(said))
    )


def _one_matter(one: _Piece, other: _Piece) -> bool:
    """True where one duty, or one branch of a unit's duties, explains both."""
    if one.match is None or other.match is None:
        return False
    mine, theirs = one.match.duty, other.match.duty
    if mine.id == theirs.id:
        return True
    if TERRITORY_LEAD in (mine.lead, theirs.lead):
        return mine.category[:1] == theirs.category[:1]
    return mine.lead == theirs.lead and mine.category[:2] == theirs.category[:2]


_THING = re.compile(
    r"工地|物业|学校|医院|公司|工厂|厂子|饭店|餐馆|超市|小区|开发商|幼儿园|邻居|楼上|老板|房东|养猪场|养殖场|店|车|桥|班"
)


_PARTY = re.compile(
    r"物业|公司|开发商|学校|医院|老板|工厂|厂子|饭店|餐馆|超市|幼儿园|培训机构|驾校|房东|店家|商家|村干部|他们"
)


def _of_one_matter(pieces: list[_Piece]) -> bool:
    """What is counted up is said against one party or tells of one trouble, named before it."""
    before = _before_counting(pieces).rstrip()
    if not before.endswith(("：", ":", "，", ",")):
        return False
    told = any(piece.match for piece in pieces[: _counted(pieces)[0]])
    trouble = told and before.endswith(("，", ",")) and not _SEVERAL.search(before)
    return trouble or bool(_PARTY.search(before))


def _a_list(pieces: list[_Piece]) -> bool:
    """Two or more are counted up, with nothing told before them."""
    counted = _counted(pieces)
    return len(counted) > 1 and not any(_is_demand(piece) for piece in pieces[: counted[0]])


def _counted(pieces: list[_Piece]) -> list[int]:
    return [at for at, piece in enumerate(pieces) if piece.cut is Cut.COUNTED]


def _before_counting(pieces: list[_Piece]) -> str:
    counted = _counted(pieces)
    return "".join(piece.text for piece in pieces[: counted[0]]) if len(counted) > 1 else ""


def _weak(piece: _Piece) -> bool:
    return piece.match is None or piece.match.score <= _CLEAR


def _goes_on(said: str, last: _Piece) -> bool:
    """另外发票也没有开: one more thing about the same matter."""
    return "也" in said[:6] or _shared(said, last.text)


def _shared(one: str, other: str) -> bool:
    """Both speak of the same kind of place or party: most likely one matter."""
    return bool(set(_THING.findall(one)) & set(_THING.findall(other)))


__all__ = ["Cut", "Splitter"]
