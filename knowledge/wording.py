"""A question in plain words: simplified characters, standard asking words, what it is about."""

from __future__ import annotations

import functools
import re
from typing import Any

from nlu import text as nlu_text

MAX_CHARS = 400
"""A question's first characters are what is searched: 99.9% of citizens' questions are shorter."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_DIALECT = (
    (re.compile("么[子里得]|莫[子里]|麽"), "什么"),
    (re.compile("几多|好多(?=钱|个月|年|天|块|[?？。]?$)"), "多少"),
    (re.compile("好大(?=[?？。]?$)"), "多大"),
    (re.compile("好[久长](?=[?？。]?$)"), "多久"),
    (re.compile("(?<![你我他])哪个(?=[批管办收发审])"), "谁"),
    (re.compile("咋样?|啷样|啷个|浪样|怎样个?"), "怎么"),
    (re.compile("怎么[搞弄]"), "怎么办"),
    (re.compile("(?<=[\u4e00-\u9fff]{3})(?<!什)(?<!怎)[不么嘛啵][?？。]?$"), "吗"),
)
"""How the countryside asks → how the written language does."""
_EMPTY_WORDS = (
    "请问 麻烦 你好 您好 想问一下 问一下 想咨询 咨询一下 我想知道 告诉我 谢谢 "
    "怎么样 怎么办 怎么 怎样 如何 什么时候 什么 哪些 哪个 哪几 哪里 哪儿 哪家 哪种 多少 多久 几个 "
    "找谁 几多 啥 咋 为什么 为何 是否 有没有 能不能 可不可以 可以 吗 呢 吧 啊 了 的 有何 何 "
    "做出 作出 做了 提出 采取 针对 对于 关于 根据 方面 提供 进行 出台 推出 分别 具体 主要 相关 "
    "有关 内容 规定 措施 需要 应该 要求 是 有 对 在 为 从 和 与 及 将 被 应 该 我们 我 你 您 要 想 "
    "家住 家在 住在 这边 那边"
)
_EMPTY = re.compile(
    "|".join(sorted(map(re.escape, _EMPTY_WORDS.split()), key=lambda word: -len(word)))
)
"""What questions are asked with, not about; leaving it out gave one point on the questions."""

_LITTLE = (
    "的 了 吗 呢 啊 吧 是 我 你 他 她 它 们 我们 你们 他们 有 在 要 能 可以 怎么 什么 多少 哪 "
    "哪些 如何 怎样 几 不 没 没有 也 都 就 还 和 与 及 或 等 被 把 给 到 从 去 来 啥 一个 这 那 个 "
    "现在 需要 请问 想 问 知道 会 得 着 过 上 下 里 中 后 前 时 为 对 以 于"
)
LITTLE_WORDS = frozenset(_LITTLE.split())
"""Words that say little in any question, for where single words are counted."""


def cut(question: str) -> str:
    """The part of a question that is looked at, in simplified characters and standard words."""
    kept = nlu_text.normalise(_SURROGATE.sub(" ", question[: 4 * MAX_CHARS]))[:MAX_CHARS]
    plain = simplified(kept)
    for said, standard in _DIALECT:
        plain = said.sub(standard, plain)
    return plain


def simplified(text: str) -> str:
    """Traditional characters as simplified ones; words are looked at, so 乾隆 stays."""
    return str(_converter().convert(text)) if text else text


def essence(question: str) -> str:
    """The question without the words questions are asked with; whole where nothing else is left."""
    left = without_asking(question)
    return left if nlu_text.bigrams(left) else question


def without_asking(question: str) -> str:
    """What is left of a question without the words questions are asked with; may be empty."""
    return " ".join(_EMPTY.sub(" ", question).split())


@functools.lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc  # loaded with the first question: its tables are not needed to start

    return opencc.OpenCC("t2s")
