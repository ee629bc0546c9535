"""What kind of thing a question asks for, and which parts of a document give that kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sought(StrEnum):
    """The kind of thing asked for."""

    AMOUNT = "amount"
    WHEN = "when"
    DURATION = "duration"
    WHERE = "where"
    HOW = "how"
    MATERIALS = "materials"
    CONDITIONS = "conditions"
    CONTACT = "contact"
    MAY = "may"
    FORCE = "force"


@dataclass(frozen=True, kw_only=True)
class _Signs:
    """How one kind is asked for, what a part that gives it is headed by, and what it holds."""

    asked: re.Pattern[str]
    heading: re.Pattern[str]
    held: re.Pattern[str]


_WHAT = re.compile("多少|几|什么|哪|怎|如何|何时|多[久长大高]|啥|咋")
_FILLER = re.compile("(?:是|有|为|要|能|会|得|可以|最|大|高|多|在|的|需|一共|大概|贷|领|交)+$")
_NEVER = re.compile(r"(?!)")
_SIGNS = {
    Sought.MATERIALS: _Signs(
        asked=re.compile(
            "材料|资料|证件|手续|[带交拿备](?:些|点)?(?:什么|哪些|啥)|什么东西|啥东西|哪些东西"
        ),
        heading=re.compile("材料|资料|证件|[带交备](?:什么|哪些)|提交"),
        held=re.compile("材料|证|表|复印件|原件|合同|发票"),
    ),
    Sought.CONDITIONS: _Signs(
        asked=re.compile(
            "条件|资格|(?:哪些|什么|哪种|啥)(?:样的?)?人|谁(?:能|可以)|对象|多少岁|几岁|多大(?:年纪|岁数|年龄)?"
            "|年龄|符合|满足|门槛"
        ),
        heading=re.compile(
            "条件|对象|资格|范围|情形|(?:哪些|什么)人|谁(?:能|可以)|多大年纪|几岁|年龄|缴存多久|适用"
        ),
        held=re.compile("符合|具有|年满|满\\d|以上|属于|条件|周岁"),
    ),
    Sought.WHEN: _Signs(
        asked=re.compile(
            "什么时候|何时|哪天|哪几天|几号|几月|哪年|哪一年|时间|日期|截止|啥时候?|几时|哪个月"
        ),
        heading=re.compile("时间|时候|日期|期限|何时|缴费期|发放方式|到账|几月"),
        held=re.compile("\\d+[年月日]|期限|之日|次月|每年|当日|\\d:\\d"),
    ),
    Sought.DURATION: _Signs(
        asked=re.compile(
            "多久|多长|几天|几个?(?:工作)?日|几个月|几年|多少(?:天|日|个?月|年)|期限|有效期|时限"
        ),
        heading=re.compile("时限|期限|多久|有效期|几天|多长|周期|等待期|年限|几个月"),
        held=re.compile(
            "[\\d一二两三四五六七八九十百]+(?:年|个?月|日|天|个工作日|周)|当场|即时|长期"
        ),
    ),
    Sought.WHERE: _Signs(
        asked=re.compile(
            "哪里|哪儿|在哪|去哪|到哪|地点|地址|什么地方|哪个(?:地方|部门|单位|窗口)|找谁|找哪"
        ),
        heading=re.compile("地点|地址|哪里|渠道|找谁|流程|程序|方式"),
        held=re.compile("窗口|大厅|中心|派出所|地址|村|社区|乡镇|局|应用|公众号|小程序|拨打"),
    ),
    Sought.CONTACT: _Signs(
        asked=re.compile(
            "电话|热线|联系方式|号码|找谁|(?:哪|怎么|怎样|如何|咋|啥|什么).{0,6}(?:举报|投诉|反映)"
        ),
        heading=re.compile("电话|热线|咨询|监督|投诉|举报|联系"),
        held=re.compile("\\d{3,4}-?\\d{4,8}|12345|1[23]\\d{3}"),
    ),
    Sought.AMOUNT: _Signs(
        asked=re.compile(
            "多少(?!天|日|个?月|年|岁)|几多|几钱|几元|几块|几成|几层|几档|几个?人|比例|标准|金额|额度|多高|多大(?!年纪|岁)"
            "|费用|收费|利率|利息|罚款?(?:几|多)|罚[吗么]|罚款吗|上限|下限|要钱"
        ),
        heading=re.compile(
            "标准|额度|金额|比例|收费|费用|多少|利率|首付|处罚|罚款|几层|多大|补助|报销|几个"
        ),
        held=re.compile("\\d|[一二三四五六七八九十百千万]+(?:元|个|项|倍)|[%％]|不收费|免费"),
    ),
    Sought.HOW: _Signs(
        asked=re.compile("怎么|怎样|如何|流程|步骤|程序|咋|怎么弄|方法|渠道|途径"),
        heading=re.compile("流程|程序|渠道|方式|步骤|怎么|怎样|如何|申请吗|申请$|办理$|找谁"),
        held=re.compile("申请|办理|登录|提交|窗口|应用|拨打|申报|登记|带.{0,12}证"),
    ),
    Sought.MAY: _Signs(
        asked=re.compile(
            "能不能|可不可以|要不要|能否|可否|是否|(?:能|可以|要|会|需要).{0,18}[吗么嘛]"
        ),
        heading=_NEVER,
        held=re.compile(
            "^(?:不?可以|不?能|不?要|需要|不需要|会|不会|一般)|可以|不得|禁止|应当|不予"
        ),
    ),
    Sought.FORCE: _Signs(
        asked=re.compile("有效吗|还有效|还能用|还算数|废止|失效|作废|还执行|过期"),
        heading=re.compile("废止|失效|施行|有效期"),
        held=re.compile("废止|失效|施行"),
    ),
}
_PLAIN = (Sought.HOW, Sought.MAY)
"""Asked with words that ask for anything: these count where nothing more exact is asked."""
FOCUS_CHARS = 3
HEADED, HOLDS, ELSE = 1.0, 0.35, -0.35


def sought(question: str) -> tuple[Sought, ...]:
    """The kinds of thing a question asks for; empty where it asks for none known."""
    kinds = tuple(kind for kind, signs in _SIGNS.items() if signs.asked.search(question))
    exact = tuple(kind for kind in kinds if kind not in _PLAIN)
    return exact or kinds


def holds(kinds: Sequence[Sought], text: str) -> bool:
    """Whether a sentence holds such a thing at all."""
    return any(_SIGNS[kind].held.search(text) for kind in kinds)


def headed(kinds: Sequence[Sought], heading: str) -> bool:
    """Whether a heading or a published question announces such a thing."""
    return bool(heading) and any(_SIGNS[kind].heading.search(heading) for kind in kinds)


def fit(kinds: Sequence[Sought], heading: str, text: str) -> float:
    """How well a part of a document gives what is asked for, from `ELSE` to `HEADED`.

    Args:
        kinds: what is asked for.
        heading: the part's own heading, or its published question.
        text: the part.
    """
    if not kinds:
        return 0.0
    if headed(kinds, heading):
        return HEADED if holds(kinds, text) else HEADED / 2
    other = heading and any(signs.heading.search(heading) for signs in _SIGNS.values())
    held = HOLDS if holds(kinds, text) else 0.0
    return held + ELSE if other else held


def focus(question: str) -> str:
    """The characters just before what is asked: 公积金贷款现在利率多少 → 款利率."""
    asked = _WHAT.search(question)
    return _FILLER.sub("", question[: asked.start()])[-FOCUS_CHARS:] if asked else ""
