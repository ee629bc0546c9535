"""A citizen's question as the index takes it: what carries meaning, and its other names."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from knowledge import asking, everyday
from knowledge.index import Index, Query, Term
from nlu import text as nlu_text
from nlu.encoder import Encoder

MAX_CHARS = 400
"""A question's first characters are what is searched: 99.9% of citizens' questions are shorter."""
CONTEXT_WEIGHTS = (0.4, 1.0)
"""What earlier questions' terms weigh in a follow-up, the newest last: it names the matter."""
SYNONYM_WEIGHT = 0.4
"""What an official name's terms weigh that the citizen did not say himself."""
FOLLOW_UP_CHARS = 14
"""A question whose own meaning is longer than this stands alone unless it points back."""

_EMPTY_WORDS = (
    "请问 麻烦 你好 您好 想问一下 问一下 想咨询 咨询一下 我想知道 告诉我 谢谢 "
    "怎么样 怎么办 怎么 怎样 如何 什么时候 什么 哪些 哪个 哪几 哪里 哪儿 哪家 哪种 多少 多久 几个 "
    "找谁 几多 啥 咋 为什么 为何 是否 有没有 能不能 可不可以 可以 吗 呢 吧 啊 了 的 有何 何 "
    "做出 作出 做了 提出 采取 针对 对于 关于 根据 方面 提供 进行 出台 推出 分别 具体 主要 相关 "
    "有关 内容 规定 措施 需要 应该 要求 是 有 对 在 为 从 和 与 及 将 被 应 该 我们 我 你 您 要 想"
)
_EMPTY = re.compile(
    "|".join(sorted(map(re.escape, _EMPTY_WORDS.split()), key=lambda word: -len(word)))
)
"""What questions are asked with, not about; leaving it out gave one point on the questions."""
_POINTS_BACK = re.compile(
    r"^(?:那么?|这个?|它|该|上面|刚才|还有|另外|然后|此外|那要|需要|要|怎么|在哪|去哪|多久|多少|什么时候)"
    r"|^(?:材料|条件|流程|时间|地点|费用|电话|标准|对象|期限)"
)
_TITLE = re.compile(r"《([^《》]{4,120})》")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12}[〔\[［(（【]\s*\d{4}\s*[〕\]］)）】]\s*第?\d{1,5}号?")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a text must hold to answer.

    Args:
        rarity: what each bigram of the question (and, less, of earlier ones) is worth.
        aliases: what the citizen said → official names that mean it too.
        focus: the bigrams beside the asking word.
    """

    rarity: dict[str, float]
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    focus: frozenset[str] = frozenset()

    def held(self, text: str) -> set[str]:
        """The bigrams a text holds, in the citizen's words or by the official name."""
        plain = nlu_text.fold(text).lower()
        said = [word for word, names in self.aliases if any(name in plain for name in names)]
        if said:
            plain = "\n".join((plain, *said))
        return {term for term in self.rarity if term in plain}

    def share(self, text: str) -> float:
        """How much of what is wanted a text holds, 0 to 1."""
        whole = sum(self.rarity.values())
        return sum(self.rarity[term] for term in self.held(text)) / whole if whole else 0.0


@dataclass(frozen=True, kw_only=True)
class _Part:
    text: str
    weight: float


def make(question: str, context: tuple[str, ...], encoder: Encoder | None) -> Query:
    """The query for a question; earlier questions join in where it points back to them."""
    said = _said(question, context)
    named = [
        _Part(text=name, weight=SYNONYM_WEIGHT * part.weight)
        for part in said
        for _, names in colloquial(part.text)
        for name in names
        if name not in part.text
    ]
    words: dict[str, float] = {}
    bigrams: dict[str, float] = {}
    for part in (*said, *named):
        _collect(words, nlu_text.words(part.text), part.weight)
        _collect(bigrams, nlu_text.bigrams(part.text), part.weight)
    whole = " ".join(part.text for part in (*said, *named))
    return Query(
        words=tuple(Term(text=text, weight=weight) for text, weight in words.items()),
        bigrams=tuple(Term(text=text, weight=weight) for text, weight in bigrams.items()),
        vector=encoder.encode([whole])[0] if encoder else None,
    )


def wanted(question: str, context: tuple[str, ...], index: Index) -> Wanted:
    """What a text must hold to answer the question, as rare as the terms are in this index."""
    said = _said(question, context)
    weights: dict[str, float] = {}
    for part in said:
        _collect(weights, nlu_text.bigrams(part.text), part.weight)
    worth = index.rarity(weights)
    return Wanted(
        rarity={term: worth[term] * weight for term, weight in weights.items()},
        aliases=tuple(pair for part in said for pair in colloquial(part.text)),
        focus=frozenset(nlu_text.bigrams(essence(asking.focus(question[:MAX_CHARS])))),
    )


def _said(question: str, context: tuple[str, ...]) -> list[_Part]:
    asked = cut(question)
    meant = essence(asked)
    earlier = context[-len(CONTEXT_WEIGHTS) :] if points_back(asked, meant) else ()
    weights = CONTEXT_WEIGHTS[-len(earlier) :] if earlier else ()
    return [
        _Part(text=meant, weight=1.0),
        *(
            _Part(text=essence(cut(each)), weight=weight)
            for each, weight in zip(earlier, weights, strict=True)
        ),
    ]


def _collect(terms: dict[str, float], found: list[str], weight: float) -> None:
    for term in found:
        terms[term] = max(terms.get(term, 0.0), weight)


def cut(question: str) -> str:
    """The part of a question that is looked at."""
    return nlu_text.normalise(question[: 4 * MAX_CHARS])[:MAX_CHARS]


def essence(question: str) -> str:
    """The question without the words questions are asked with; whole where nothing else is left."""
    left = " ".join(_EMPTY.sub(" ", question).split())
    return left if nlu_text.bigrams(left) else question


def points_back(asked: str, meant: str) -> bool:
    """True where a question seems to go on from an earlier one."""
    return len(meant.replace(" ", "")) <= FOLLOW_UP_CHARS and bool(_POINTS_BACK.search(asked))


def numbers(question: str) -> tuple[str, ...]:
    """Document numbers a question names, such as 丰府办字〔2021〕10号."""
    return tuple(match.group() for match in _NUMBER.finditer(question))


def titles(question: str) -> tuple[str, ...]:
    """Titles a question names in 《》."""
    return tuple(_TITLE.findall(question))


def without_titles(question: str) -> str:
    """The question without the titles it names; whole where nothing else is left."""
    rest = _TITLE.sub(" ", question)
    return rest if nlu_text.bigrams(essence(rest)) else question


def colloquial(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Colloquial words in the text → the official names they may stand for."""
    pattern = _colloquial_words()
    if pattern is None:
        return ()
    return tuple((word, everyday.names()[word]) for word in dict.fromkeys(pattern.findall(text)))


@functools.lru_cache(maxsize=1)
def _colloquial_words() -> re.Pattern[str] | None:
    words = sorted(everyday.names(), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words))) if words else None
