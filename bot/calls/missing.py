"""What an order still lacks, as questions an operator reads out. Pure.

Source: 国办函〔2025〕66号 and GB/T 33358-2016: an order names what is asked, where and when it
happened, and how to reach the citizen; an operator asks for one thing at a time.
"""

from __future__ import annotations

import re

from bot.calls.order import YES, Field, OrderDraft
from bot.calls.suggestions import ToAsk
from bot.cases.model import DemandType

_HAPPENS_SOMEWHERE = frozenset({DemandType.COMPLAINT, DemandType.HELP, DemandType.REPORT})
_PERSONAL = re.compile(
    r"医保|社保|养老金|退休金|公积金|低保|户口|身份证|社保卡|补贴|津贴|报销|学籍|话费|宽带"
    r"|快递|网购"
    r"|诈骗|短信|银行卡|驾驶证|报税|发票|人社|医保"
)
"""A person's own affairs happen nowhere in town."""
_BOUGHT = re.compile(r"消费|买|购|网购|办卡|会员|年卡|退款|退钱|假货|过期")
_SHOP = re.compile(r"店|超市|商场|健身房|公司|平台|淘宝|拼多多|京东|抖音|市场|馆|厅|中心|老板|商家")
_MONEY = re.compile(r"[0-9一二两三四五六七八九十百千万]+(?:多)?(?:块|元|千|百|万)")
_WAGES = re.compile(r"工资|工钱|欠薪|薪")
_EMPLOYER = re.compile(r"公司|厂|工地|项目|店|老板|包工头|单位|学校|医院|超市")
_BUS = re.compile(r"公交|班车|出租车|网约车")
_NUMBER = re.compile(r"[0-9一二三四五六七八九十]+路|车牌|牌照|赣")
_TOWN = re.compile(r"街道|镇|乡|园区")
_EXACT = re.compile(r"[路街巷道村组栋号店场校院园桥区苑厂站口]|小区|花园|家园|门|旁|面")

_ASK = {
    Field.PLACE: "请问这件事发生在什么地方？方便说一下镇（街道）、道路或者小区吗？",
    Field.OCCURRED_AT: "请问是什么时候发生的，或者从什么时候开始的？",
    Field.CONTACT_PHONE: "请问方便留一个联系电话吗？办理单位可能需要跟您核实。",
    Field.CONTACT_NAME: "请问您贵姓？",
    Field.TEXT: "请问您想咨询或者反映什么事情？",
}
_WHERE_EXACTLY = "您说的是{place}，请问具体在哪个位置，附近有什么明显的标志吗？"
_WHICH_TOWN = "请问{place}属于哪个镇或者街道？"
_SHOP_NAME = "请问是在哪一家店或者哪个平台买的，店名叫什么？"
_PRICE = "请问花了多少钱，有没有小票、付款记录？"
_EMPLOYER_NAME = "请问用工单位或者项目叫什么名字，在哪里？"
_AMOUNT = "请问一共欠了多少，有没有合同或者欠条？"
_BUS_NUMBER = "请问是哪一路车，车牌号还记得吗？"
_MOST = 3


def missing(draft: OrderDraft, *, most: int = _MOST) -> tuple[ToAsk, ...]:
    """Questions for what is missing, the most needed first.

    Args:
        draft: the order so far; a field the operator emptied is not asked for.
        most: how many at most.
    """
    text = draft.value(Field.TEXT)
    if not text:
        return () if draft.is_typed(Field.TEXT) else (_ask(Field.TEXT),)
    demand = next((k for k in DemandType if k.value == draft.value(Field.DEMAND_TYPE)), None)
    about = f"{draft.value(Field.CATEGORY)} {text} {draft.value(Field.TITLE)}"
    found: list[ToAsk] = []
    if demand in _HAPPENS_SOMEWHERE:
        found += _of_place(draft, about)
        found += _of_matter(draft, about)
        if not _given(draft, Field.OCCURRED_AT) and demand is not DemandType.HELP:
            found.append(_ask(Field.OCCURRED_AT))
    if demand is not DemandType.CONSULTATION and draft.value(Field.ANONYMOUS) != YES:
        found += [
            _ask(field)
            for field in (Field.CONTACT_PHONE, Field.CONTACT_NAME)
            if not _given(draft, field)
        ]
    return tuple(found[:most])


def _of_place(draft: OrderDraft, about: str) -> list[ToAsk]:
    place = draft.value(Field.PLACE)
    if draft.is_typed(Field.PLACE):
        return []
    if not place:
        return [] if _PERSONAL.search(about) else [_ask(Field.PLACE)]
    if _TOWN.search(place) and not _EXACT.search(_TOWN.sub("", place)):
        return [ToAsk(field=Field.PLACE, question=_WHERE_EXACTLY.format(place=place))]
    if not _TOWN.search(place) and re.search(r"村|小区|花园|家园|苑", place):
        return [ToAsk(field=Field.PLACE, question=_WHICH_TOWN.format(place=place))]
    return []


def _of_matter(draft: OrderDraft, about: str) -> list[ToAsk]:
    """What was bought where, who owes, which bus."""
    if draft.is_typed(Field.TEXT):
        return []
    wanted = (
        (_WAGES, _EMPLOYER, _EMPLOYER_NAME),
        (_WAGES, _MONEY, _AMOUNT),
        (_BOUGHT, _SHOP, _SHOP_NAME),
        (_BOUGHT, _MONEY, _PRICE),
        (_BUS, _NUMBER, _BUS_NUMBER),
    )
    given = about + draft.value(Field.PLACE)
    return [
        ToAsk(field=Field.TEXT, question=question)
        for needs, holds, question in wanted
        if needs.search(draft.value(Field.TEXT)) and not holds.search(given)
    ][:2]


def _ask(field: Field) -> ToAsk:
    return ToAsk(field=field, question=_ASK[field])


def _given(draft: OrderDraft, field: Field) -> bool:
    return draft.is_typed(field) or bool(draft.value(field))
