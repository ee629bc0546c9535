"""Which rephrased sentences are supported by the quotes they were made from.

A sentence is kept where one quote, and in it one run of clauses with every condition, subject and
limit that belongs to it, says the same: the same quantities with the same bounds in the same
order, the same negations and permissions, no word the quote does not have, few of the quote's
words left out and none that narrows it. What cannot be shown to be so is dropped. Whatever a model
was told or tells, nothing else comes through.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.claims import QUANTITY, Claims, Mark, claims, plain
from knowledge.clauses import supports
from knowledge.model import Quote, Rephrased, RephrasedSentence
from nlu import text as words

MAX_CHARS = 200
"""A longer sentence is none a citizen reads more easily than the quote."""


@dataclass(frozen=True, kw_only=True)
class Strictness:
    """How much of the words must agree, shares of characters from 0 to 1.

    Measured on `tests/golden/rephrasings.jsonl`; `docs/rephrasing.md` has the figures.

    Args:
        licensed: of the sentence's words, so much stands in the quote.
        said: of the quote's words, so much is said by the sentence.
        ordered: of the sentence's words, so much stands in the quote's order.
    """

    licensed: float = 1.0
    said: float = 0.8
    ordered: float = 0.8


_SPEAKING_TO_MACHINES = re.compile(
    r"[*_#`~|<>{}\[\]\\@$^]|https?:|www\.|://|[a-z0-9-]+\.(?:com|cn|net|org|gov)\b|[？?]", re.IGNORECASE
)
_GLUE = frozenset(
    "的 了 是 为 在 和 与 及 以及 并 并且 且 而 而且 您 请 这 这个 该 其 就 也 还 则 即 对 对于 把 将 被 由 到 向 "
    "按 按照 根据 依照 以 于 之 所 用 时 那么 如 有 进行 办理 相关 有关 规定 申请人 当事人 本 我市 本市 处 给 起 自 从 "
    "里 时间 上 下 中 得 地 着 做 同时 可 能 要 需 应 其中 有的 一 个 凭 持 带 期限 额度 标准 限额 金额 钱 享受 计 计发 "
    "责令 予 已 还要 的人 人 人员 属于 符合".split()
)
"""Words a sentence may have and may leave out: they carry no claim that is not checked otherwise."""
_NOT_ADDED = frozenset("已 本市 我市 用 享受 责令 符合 属于 规定 同时 人员 本 持 凭".split())
"""Of those, the ones that may be left out and not put in."""
_NARROWS = frozenset(
    "连续 足额 累计 首次 首套 合法 稳定 城镇 农村 城市 个人 单位 同时 本市 户口 常住 居住 有效 原件 复印件 本人 家庭 单职工 "
    "双职工 已婚 单身 每年 每月 每人 每户 每天 次月 当月 当年 次年 当日 当场 即时 市内 跨省 省内 省外 市级 省级 以外 职工 "
    "居民 在校 应届 全日制 同一 共同 配偶 唯一 自住 商品 实际 部分 固定 变动 基础 一般 困难 重度 机构 散居 外地 连续 逾期 "
    "定额 全额 半 减半 上浮 最低 最高 不少于 集中 特困 低保 登记 起 止 起算 一般 之前 工作日 市外".split()
)
_PASSED_OVER = frozenset("的 在 从 由 到 至 您 请 把 将 于 予".split())
_TURNED_CHARS = 3
_JOINS = frozenset("、 和 与 及 以及".split())
_SIGNS = {mark.sign: mark for mark in Mark}
_TURNS_WHAT_STANDS_BEFORE = (Mark.EXCEPT, Mark.AND_SO_ON, Mark.BEFORE, Mark.AFTER)
_NUMERIC_OR_LATIN = re.compile(r"[0-9a-z]+|[一二三四五六七八九十百千万]+", re.IGNORECASE)


def supported(
    quotes: Sequence[Quote], sentences: Iterable[str], strictness: Strictness | None = None
) -> Rephrased:
    """The sentences the quotes support, in their order, each with the citation it rests on.

    Args:
        quotes: an answer's.
        sentences: what a model made of them, one sentence each; anything at all may be in them.
        strictness: how much of the words must agree.
    """
    held = strictness or Strictness()
    prepared = [(quote.citation, _prepared(quote.text)) for quote in quotes]
    kept: list[RephrasedSentence] = []
    for sentence in sentences:
        said = sentence.strip()
        citation = _rests_on(prepared, said, held)
        if citation is not None and all(said != other.text for other in kept):
            kept.append(RephrasedSentence(text=said, citation=citation))
    return Rephrased(sentences=tuple(kept))


@dataclass(frozen=True, kw_only=True)
class _Said:
    """A text with its claims and its words.

    Args:
        turned: of each mark, the first characters of what it turns.
        listed: the words that are members of a list.
    """

    claims: Claims
    words: tuple[str, ...]
    turned: tuple[str, ...]
    listed: frozenset[str]
    text: str


def _prepared(quote: str) -> tuple[_Said, ...]:
    return tuple(_said(each.text) for each in supports(words.normalise(quote)))


def _said(text: str) -> _Said:
    plained = plain(text)
    made = claims(plained)
    cut = [token.lower() for token, _ in words.tokens(made.residue)]
    return _Said(
        claims=made,
        words=tuple(each for each in cut if words.words(each)),
        turned=tuple(_turned(cut)),
        listed=frozenset(_listed(cut)),
        text=made.residue.lower(),
    )


def _turned(cut: Sequence[str]) -> Iterator[str]:
    """What each mark turns: the words after it, or before it for 除外, 等, 前 and 后."""
    told = [word for word in cut if word not in _PASSED_OVER]
    for at, word in enumerate(told):
        if word in _SIGNS:
            back = _SIGNS[word] in _TURNS_WHAT_STANDS_BEFORE
            beside = told[at - 1 :: -1] if back and at else told[at + 1 :] if not back else []
            found = "".join(itertools.takewhile(words.words, beside[:2]))
            yield (found[-1:] if back else found[:_TURNED_CHARS]) or "".join(beside[:1])


def _listed(cut: Sequence[str]) -> Iterator[str]:
    """The words beside 、 and 和: a list that lost a member says something else."""
    for at, word in enumerate(cut[1:-1], start=1):
        if word in _JOINS:
            yield from (each for each in (cut[at - 1], cut[at + 1]) if words.words(each))


def _rests_on(
    prepared: Sequence[tuple[int, tuple[_Said, ...]]], sentence: str, held: Strictness
) -> int | None:
    if not sentence or len(sentence) > MAX_CHARS or _SPEAKING_TO_MACHINES.search(sentence):
        return None
    said = _said(sentence)
    if not any(word not in _GLUE for word in said.words):
        return None
    for citation, texts in prepared:
        if any(_supports(quoted, said, held) for quoted in texts):
            return citation
    return None


def _supports(quoted: _Said, said: _Said, held: Strictness) -> bool:
    return (
        quoted.claims.quantities == said.claims.quantities
        and quoted.claims.marks == said.claims.marks
        and quoted.turned == said.turned
        and _licensed(quoted, said) >= held.licensed
        and _left_out(quoted, said, held)
        and _in_order(quoted, said) >= held.ordered
    )


def _licensed(quoted: _Said, said: _Said) -> float:
    """The share of the sentence's words, by characters, that the quote has."""
    content = [word for word in said.words if word not in _GLUE or word in _NOT_ADDED]
    found = sum(
        len(word)
        for word in content
        if _has(quoted, word) and _times(said, word) <= max(1, _times(quoted, word))
    )
    exact = all(
        _has(quoted, word) for word in content if _NUMERIC_OR_LATIN.search(word)
    )
    return found / sum(map(len, content)) if content and exact else float(not content)


def _left_out(quoted: _Said, said: _Said, held: Strictness) -> bool:
    """Whether little enough of the quote's words is left out, and nothing that narrows it."""
    content = [word for word in quoted.words if word not in _GLUE or word in _NARROWS]
    missing = [word for word in content if not _has(said, word)]
    never = _NARROWS | quoted.listed
    if any(word in never or _NUMERIC_OR_LATIN.search(word) for word in missing):
        return False
    return sum(map(len, missing)) <= (1 - held.said) * sum(map(len, content))


def _has(other: _Said, word: str) -> bool:
    """Whether a text has a word, or its parts of two characters and more."""
    if len(word) == 1:
        return word in other.words
    if _times(other, word):
        return True
    cuts = range(2, len(word) - 1)
    return any(word[:at] in other.text and _has(other, word[at:]) for at in cuts)


def _times(said: _Said, word: str) -> int:
    """How often a text has a word; 动产 does not stand in 不动产."""
    return len(re.findall(f"(?<![不非无未]){re.escape(word)}", said.text))


def _in_order(quoted: _Said, said: _Said) -> float:
    """The longest common subsequence of characters, as a share of the sentence's."""
    ours = "".join(word for word in said.words if word not in _GLUE)
    theirs = "".join(word for word in quoted.words if word not in _GLUE)
    if not ours:
        return 0.0
    row = [0] * (len(theirs) + 1)
    for character in ours:
        before = 0
        for at, other in enumerate(theirs, start=1):
            above = row[at]
            row[at] = before + 1 if character == other else max(above, row[at - 1])
            before = above
    return row[-1] / len(ours)

