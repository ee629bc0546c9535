"""What kind of demand a call is, as an operator would put it: told, not learned. Pure.

The citizen's own word counts first (我要举报). What is broken by itself is a call for help however
long nobody came; where somebody does wrong it is a complaint; who only asks wants to be told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.calls.asking import Asked, only_asks_in
from bot.calls.emergency import Alarm
from bot.calls.spoken import Said, of_citizen
from bot.cases.model import DemandType, Routing

_SAYS = {
    DemandType.REPORT: re.compile(r"(?:我|要|想|来)?(?:实名|匿名)?举报"),
    DemandType.PRAISE: re.compile(r"表扬|(?:送|送面)锦旗|点个?赞|(?:要|想)(?:好好)?感谢"),
    DemandType.SUGGESTION: re.compile(r"(?:提|有)一?[个点]?(?:小)?建议|我建议"),
    DemandType.COMPLAINT: re.compile(r"投诉"),
}
_SAYS_NOT = re.compile(r"不是(?:要|想|来)?(投诉|举报|建议|表扬|咨询)")
_BLAMES = re.compile(
    r"(?:老板|公司|物业|商家|店家?|超市|老师|学校|医院|开发商|房东|厂里?|工地|邻居|楼上|司机"
    r"|对方|他们?|村干部|工作人员)[^，。]{0,10}"
    r"(?:(?<![说讲])不(?!知道|在|是|舒服|好意)|欠|跑路|骗|乱|赖|拖|扣|躲|推|坑|强|爱理)|跑路|过期|变质"
    r"|假货|欠[^，。]{0,8}(?:工资|工钱|薪|钱)|吵|扰民|噪|臭|灰尘|扬尘"
    r"|不牵绳?|不拴|咬(?:了|人|到|破|伤)|有人[^，。]{0,8}(?:乱|偷|私自|占)|油烟|唱到|乱停|占[道用了着]|不退|不赔|骂|态度|怪味|异味|刺鼻|难闻|呛|偷排|乱排|没人管|没有?人(?:回|理|答复)"
    r"|没(?:有)?(?:回音|回复|答复)|一拖再拖|不管|楼道[^，。]{0,6}堆"
    r"|打了[三四五六七几两好多][^，。]{0,3}次电话|多次(?:反映|打)"
)
_PUBLIC = re.compile(
    r"(?:垃圾|下水道|窨井|井盖|排水沟|水沟|路灯|路面|马路|红绿灯|信号灯|水管|电线杆?|变压器|污水管|化粪池|渠道?"
    r"|电排|桥|护栏|栏杆|树|健身器材|公厕|站牌|垃圾[池桶]|自来水|路)[^。]{0,14}"
    r"(?:满|溢|堵|坏|烧|炸|黑|不亮|坑|漏|冒|断|歪|倒|塌|破|裂|没[了有得]|冇|缺|停|烂|没人[拖收清修])"
    r"|停[水电气]|没有?[水电气]|冇[水电气]"
)
_CULPRIT = re.compile(
    r"(?:老板|物业|商家|店家|超市|工厂|厂里?|工地|邻居|楼上|司机|开发商|房东|村干部|书记|队长|施工)[^，。]{0,12}"
    r"(?:欠|骗|乱|赖|拖着|扣|躲|推|坑|强|爱理|偷|倒|排|挖|压|不管|不修|不给|不来|不理|不肯|装死)"
    r"|(?:臭|吵|气)得?要[命死]|受不了|忍不下|太过分|无法无天|态度|贪|收了?钱|骂|踢皮球|推来推去|一拖再拖|怎么搞的|没有?人(?:回我|答复)|扰民|噪"
)
"""Who does wrong; what is broken by itself is a call for help, however long nobody came."""
_OWES = re.compile(
    r"欠[^，。]{0,8}(?:工资|工钱|薪|钱)|(?:工资|工钱)[^，。]{0,6}(?:没|不)(?:给|发|结|付)"
)
_BROKEN = re.compile(
    r"坏|不亮|停[水电气]|没[水电气]|漏|堵|塌|倒了|歪|斜|断|破|裂|爆|丢了|掉了|没了|坑|积水|淹"
)


_CALLED_BEFORE = re.compile(
    r"打(?:过|了)[^，。]{0,8}电话|(?:反映|投诉|登记|报修?|说)过|上(?:次"
    r"|回)[^，。]{0,6}(?:登记|反映|打|投诉|报|说)"
    r"|之前[^，。]{0,6}(?:登记|反映|打|投诉|报)|工单号?|催(?:一下|办)|(?:又|再)打(?:过|电话)"
    r"|第[二三四五]次打"
)


def has_called_before(spoken: Sequence[Said]) -> bool:
    """The citizen says they have brought it already, and not to somebody else."""
    asked = ""
    for each in spoken:
        if not each.by_citizen:
            asked = each.text
        elif _CALLED_BEFORE.search(_TO_OTHERS.sub("", each.text)) and not (
            _ASKED_OF_OTHERS.search(asked) and _ONLY_TOLD.search(each.text)
        ):
            return True
    return False


_OTHERS = (
    r"(?:物业|村里|村委会?|镇里|乡里|社区|街道|单位|学校|老师|公司|厂里|老板|店家|商家|房东"
    r"|开发商|他们|对方|经理)"
)
_TO_OTHERS = re.compile(
    rf"(?:跟|向|和|找|给){_OTHERS}[^，。]{{0,6}}(?:反映|投诉|说|讲|报修?|打)[过了]"
)
_ASKED_OF_OTHERS = re.compile(rf"{_OTHERS}[^，。]{{0,6}}(?:反映|沟通|说|联系|投诉|报修?|打)")
_ONLY_TOLD = re.compile(r"^[^，。]{0,2}(?:反映|投诉|说|讲|报)(?:过|了)")
"""反映过, to whom the operator asked about: the village, the landlord."""


def demand_of(
    spoken: Sequence[Said], routing: Routing, asked: Sequence[Asked], alarm: Alarm | None = None
) -> DemandType:
    """The demand type: as the citizen names it, else whether they ask or something is wrong."""
    words = "。".join(each.text for each in of_citizen(spoken))
    denied = {found[1] for found in _SAYS_NOT.finditer(words)}
    plain = _SAYS_NOT.sub("", words)
    for kind, pattern in _SAYS.items():
        if kind.value not in denied and pattern.search(plain) and not _asks_how(plain, kind):
            return kind
    judged = routing.demand_type
    if alarm is not None and judged is not DemandType.CONSULTATION:
        return DemandType.HELP
    may_blame = DemandType.COMPLAINT.value not in denied
    by_itself = bool(_PUBLIC.search(plain)) and not _CULPRIT.search(plain)
    if judged is DemandType.COMPLAINT and by_itself:
        return DemandType.HELP
    if may_blame and _OWES.search(plain):
        return DemandType.COMPLAINT
    first = _told_first(spoken, routing, asked)
    if asked and only_asks_in(spoken) and not first:
        return DemandType.CONSULTATION
    if judged is DemandType.CONSULTATION and len(asked) >= _SURELY_ASKS:
        return DemandType.CONSULTATION
    if judged is DemandType.CONSULTATION and (first or not asked):
        told = first or words
        blames = _BLAMES.search(told) and may_blame and not by_itself
        broken = by_itself or _BROKEN.search(told)
        return DemandType.HELP if broken and not blames else DemandType.COMPLAINT
    if may_blame and judged is DemandType.HELP and not by_itself and _BLAMES.search(plain):
        return DemandType.COMPLAINT
    if judged.value in denied:
        return DemandType.CONSULTATION if asked else DemandType.HELP
    return judged


_SURELY_ASKS = 3
"""Questions after which a caller who also tells of trouble has called to ask."""


def _told_first(spoken: Sequence[Said], routing: Routing, asked: Sequence[Asked]) -> str:
    """What was told to be wrong before anything was asked, where that is a matter of its own."""
    several = len(asked) == 1 or any("件事" in each for each in routing.reasons)
    if not asked or not several:
        return ""
    until = min(asked[0].first, *only_asks_in(spoken), asked[0].first)
    before = "。".join(each.text for each in of_citizen(spoken) if each.seq < until)
    return before if _BROKEN.search(before) or _BLAMES.search(before) else ""


def _asks_how(words: str, kind: DemandType) -> bool:
    """单位不交公积金怎么投诉 asks, and complains of nobody yet."""
    return bool(re.search(rf"(?:怎么|如何|哪里|在哪|去哪|可以|能).{{0,6}}{kind.value}", words))
