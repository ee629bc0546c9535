"""What may be requested: the dispatch catalogue as Open311 services, and their attributes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.cases.model import DemandType
from bot.city.model import TERRITORY_LEAD, City, Duty

OTHER = "other"
"""The service of what the catalogue does not list."""

_KEYWORDS = 20


@dataclass(frozen=True, kw_only=True)
class Service:
    """A kind of request.

    Args:
        code: the duty's id in the catalogue, so it stays the same as long as the duty does.
        category: the duty's, by which a case that came in otherwise is told to be of this kind.
    """

    code: str
    name: str
    description: str
    group: str
    keywords: tuple[str, ...] = ()
    category: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A question beside a request's fixed fields.

    Args:
        datatype: `string`, `text` or `singlevaluelist`.
        values: key → name, of a list.
    """

    code: str
    datatype: str
    description: str
    hint: str
    values: Mapping[str, str]


_YES_NO = {"no": "否", "yes": "是"}

ATTRIBUTES = (
    Attribute(
        code="DEMAND_TYPE",
        datatype="singlevaluelist",
        description="诉求类型",
        hint="不选由系统判断",
        values={one.value: one.value for one in DemandType},
    ),
    Attribute(
        code="TITLE", datatype="string", description="标题", hint="一句话说明是什么事", values={}
    ),
    Attribute(
        code="OCCURRED_AT",
        datatype="string",
        description="发生时间",
        hint="如：昨天晚上八点",
        values={},
    ),
    Attribute(
        code="ANONYMOUS",
        datatype="singlevaluelist",
        description="是否匿名",
        hint="匿名的，承办单位看不到姓名和联系方式",
        values=_YES_NO,
    ),
    Attribute(
        code="SHARE_CONTACT",
        datatype="singlevaluelist",
        description="是否同意承办单位看到姓名和联系方式",
        hint="不同意的按保密件办理，由热线转达答复",
        values=_YES_NO,
    ),
    Attribute(
        code="MAY_PUBLISH",
        datatype="singlevaluelist",
        description="是否同意隐去个人信息后公开诉求和答复",
        hint="不填为不同意",
        values=_YES_NO,
    ),
)
"""The same for every service: all of them may be left out."""


class Services:
    """A city's services, by code and by category."""

    def __init__(self, city: City) -> None:
        self.all = (*_of_duties(city), _other(city))
        self._by_code = {service.code: service for service in self.all}
        self._by_category = {service.category: service for service in reversed(self.all)}

    def find(self, code: str) -> Service | None:
        """The service with this code, or None."""
        return self._by_code.get(code)

    def of_category(self, category: tuple[str, ...]) -> Service:
        """The service a case of this category belongs to."""
        return self._by_category.get(category) or self._by_code[OTHER]


def _of_duties(city: City) -> Iterator[Service]:
    for duty in city.duties:
        yield Service(
            code=duty.id,
            name=duty.name,
            description=f"{' / '.join(duty.category)}。承办：{_lead(duty)}。",
            group=duty.category[0] if duty.category else "其他",
            keywords=_keywords(duty),
            category=duty.category,
        )


def _lead(duty: Duty) -> str:
    return "事发地镇街" if duty.lead == TERRITORY_LEAD else duty.lead


def _keywords(duty: Duty) -> tuple[str, ...]:
    """Its single words; combinations are for the router, and a comma would end a keyword."""
    single = (word for word in duty.keywords if "+" not in word and "," not in word)
    return tuple(dict.fromkeys(single))[:_KEYWORDS]


def _other(city: City) -> Service:
    return Service(
        code=OTHER,
        name="其他诉求",
        description=f"不在上列各项的咨询、求助、投诉、举报、建议，由{city.name}热线研判后转办。",
        group="其他",
    )
