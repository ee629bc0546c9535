"""Whether a question goes on from earlier ones, and how much each of them then counts."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.naming import NameFinder
from knowledge.wording import cut, essence, without_asking
from nlu import lexicon
from nlu import text as nlu_text

TOPIC_WEIGHT = 1.4
"""What the last full question's matter weighs in one that goes on from it."""
STEP_WEIGHT = 0.3
"""What a question between them weighs, which only asked for another side of the matter."""
LOOKED_BACK = 6
FOLLOW_UP_CHARS = 14
"""A question whose own meaning is longer than this stands alone."""
SIDE_CHARS = 2
"""So few characters beside the sides of a matter are one more side: 首付 in 首付多少."""
ASIDE_CHARS = 6
"""A name of a matter so short, with 呢 behind it, asks the same about another one."""

_ASPECTS = re.compile(
    "所需|需要|需|必须|材料|资料|证件|手续|东西|原件|复印件|条件|资格|门槛|流程|步骤|程序|时间|时候|日期|截止|期限|时限"
    "|有效期|多长|几天|几年|几月|工作日|地点|地址|地方|窗口|部门|单位|费用|收费|交钱|要钱|花钱|免费|钱|电话|热线|投诉|举报|反映|咨询|处理|处罚|罚款?|利息|周末|周六|上班|几号|排队|预约"
    "|联系方式|号码|标准|额度|金额|比例|利率|对象|范围|代办|委托|别人|家人|家属|本人|亲自|网上|线上|手机|线下|现场|到场"
    "|办理|办好|办完|办成|办|申请|申报|提交|领取|到账|下来|拿到|能批|批|审核|结果|拿|领|交|带|准备|补办|查询|进度"
    "|全部|一般|最|快|慢|大概|具体|还有|另外|其他|其它|别的|就|都|也|还|再|能|会|行|得|到|去|找|谁|说|一共|总共"
)
"""Sides of any matter: a question of nothing else asks for the matter before it."""
_LINK = re.compile(
    "^(?:那么?|这个?|它|该|上面|刚才|上述|还有|另外|然后|此外|以及|如果|假如|要是|万一|若|假设|除了|除此)"
)
_ASIDE = re.compile("呢[?？。]?$")
_HAN_OR_ALNUM = re.compile(r"[\u4e00-\u9fff0-9a-zA-Z]")
_PAPER = (
    "(?:身份证|户口[本簿]|户口|结婚证|离婚证|居住证|房产证|不动产证|营业执照|执照|社保卡|医保卡|银行卡|照片|发票|合同|驾驶证|毕业证"
    "|出生证明?|证明|复印件|学生证|残疾证|病历|公章|签字|指纹|体检|押金|担保|担保人)"
)
_ASKING = re.compile(
    "最[多高少低快大]|一定|一共|多少|多久|多[大长高]|几|什么|怎|如何|哪|谁|何时|是否|可不可以|可以|能不能|能|要不要|需要|要|会|有没有|吗|[?？,，]"
)
"""Where a question comes to what it asks of its matter."""
_NEEDS_PAPER = re.compile(
    f"^(?:那|那么)?(?:还|是否|是不是|一定|必须)?(?:需要|要|用|带|提供|交|凭|出|没有?)[^，,]{{0,4}}{_PAPER}.{{0,6}}$"
)
"""「要带户口本吗」 asks about a paper the matter before it may need."""
_OWN_MATTER = re.compile(
    f"^(?:那么?)?{_PAPER}.{{0,4}}(?:怎么|如何|丢了|遗失|不见|过期|到期|在哪|去哪)"
)
_NOT_MATTERS = re.compile(
    "身份证|户口[本簿]?|[结离]婚证|营业执照|社保卡|医保卡|开户|换证|老人|小孩|网上办|农村|城镇|落户|小学|[初高]中"
    "|收入证明|居住证明|发票|子女|家庭|打工|读书|上学|娃|崽|县城|老表|屋里"
)
"""Names in the lexicon that say who or with which paper, rather than what is asked for."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier question and what the terms of its matter weigh now."""

    question: str
    weight: float

    @property
    def matter(self) -> str:
        """What it was about: 公积金贷款 of 公积金贷款最多能贷多少; all where asking comes first."""
        before = without_asking(_ASKING.split(self.question, maxsplit=1)[0])
        named = matters().spans(before) or not matters().spans(self.question)
        return before if named and nlu_text.bigrams(before) else essence(self.question)


def points_back(asked: str, meant: str) -> bool:
    """True where a question seems to go on from an earlier one.

    Args:
        asked: the question as `wording.cut` gives it.
        meant: its essence.
    """
    if len(meant.replace(" ", "")) > FOLLOW_UP_CHARS or not _HAN_OR_ALNUM.search(asked):
        return False
    if _NEEDS_PAPER.search(asked):
        return True
    if _OWN_MATTER.search(asked):
        return False
    beside = own(asked)
    links = bool(_LINK.search(asked) or _ASIDE.search(asked))
    asks = links or bool(_ASPECTS.search(asked) or _ASKING.search(asked))
    if not beside:
        return asks
    if matters().spans(asked):
        return bool(_ASIDE.search(asked)) and len(beside) <= ASIDE_CHARS
    return links or (asks and len(beside) <= SIDE_CHARS)


def earlier(asked: str, context: Sequence[str]) -> tuple[Earlier, ...]:
    """The earlier questions that a question goes on from, the newest first.

    A question that itself only went on counts little, and the one before it is looked at; the
    first that stood for itself names the matter and is the last to count.

    Args:
        asked: the question as `wording.cut` gives it.
        context: earlier questions as put, newest last.
    """
    if not context or not points_back(asked, essence(asked)):
        return ()
    found = []
    for before in reversed(context[-LOOKED_BACK:]):
        plain = cut(before)
        steps = points_back(plain, essence(plain))
        weight = STEP_WEIGHT if steps else TOPIC_WEIGHT
        found.append(Earlier(question=plain, weight=weight))
        if not steps:
            return tuple(found)
    found[-1] = Earlier(question=found[-1].question, weight=TOPIC_WEIGHT)
    return tuple(found)


def own(asked: str) -> str:
    """What a question holds beside the sides of a matter and the words that link it back."""
    left = without_asking(_LINK.sub("", asked))
    return "".join(_HAN_OR_ALNUM.findall(_ASPECTS.sub(" ", left)))


@functools.lru_cache(maxsize=1)
def matters() -> NameFinder:
    """Names of what citizens come for; a question that holds one has a matter of its own."""
    names = set(lexicon.names("services")) | set(lexicon.synonyms())
    return NameFinder(name for name in names if len(name) > 1 and not _NOT_MATTERS.fullmatch(name))
