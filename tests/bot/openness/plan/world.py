"""A small plan of a small town, and facts to judge it by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.city.model import City
from bot.openness.plan.duties import Check, Every, Plan, PlanDuty
from bot.openness.plan.facts import Evidence, Facts, Published, Span
from bot.openness.plan.judging import judge
from bot.openness.plan.outcome import Assessment
from knowledge.model import Form, Kind
from tests.fakes.town import LIGHTS, town

OFFICE = LIGHTS
"""The town has one department; it leads openness too."""
CITY = town()


def duty(check: Check, **changes: object) -> PlanDuty:
    """A duty of the one unit."""
    made = PlanDuty(
        id=check.value,
        name="任务",
        paragraph="一（一）",
        says="要做的事",
        units=(LIGHTS,),
        check=check,
        todo="去做",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def evidence(
    check: Check, on: date, title: str = "标题", item: str = "", **changes: object
) -> Evidence:
    """An entry of the one unit."""
    made = Evidence(
        id=f"{check.value}{on}{title}{item}",
        duty=check.value,
        unit=LIGHTS,
        on=on,
        title=title,
        item=item,
        entered_on=on,
        by="li",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def document(id: str, kind: Kind, on: date, form: Form = Form.TEXT, **changes: object) -> Published:
    """A document of the one unit."""
    made = Published(id=id, title=f"文件{id}", kind=kind, form=form, unit=LIGHTS, on=on)
    return replace(made, **changes)  # type: ignore[arg-type]


def stands(
    one: PlanDuty,
    today: date,
    *,
    facts: Facts | None = None,
    year: int = 2026,
    since: date | None = None,
    until: date | None = None,
    plan: Plan | None = None,
) -> Assessment:
    """How the duty stands on a day."""
    plan = plan or Plan(year=2021, title="要点", office=OFFICE, duties=(one,))
    span = Span(year=year, today=today, since=since or date(year, 1, 1), until=until)
    return judge(plan, one, LIGHTS, facts or Facts(), span, CITY.limits)


REPORT = duty(
    Check.BY_DATE, id="annual-report", name="年度报告", by=(1, 31), items=("报送", "公布")
)
WEEKLY = duty(Check.RHYTHM, id="weekly", name="动态栏目", every=Every.WEEK, items=("动态类栏目",))
PICTURES = duty(Check.FORMS, id="forms", name="多元化解读率", number=60, items=("图表图解",))
GRADES = duty(Check.RATINGS, id="ratings", name="差评回访")
BUDGETS = duty(
    Check.AFTER, id="budgets", name="预决算", event="两会闭幕", days=14, items=("预算", "决算")
)


def planned(*duties: PlanDuty, **changes: object) -> City:
    """The town with a plan."""
    plan = Plan(year=2021, title="小城工作要点", office=OFFICE, duties=duties)
    return replace(CITY, plans=(replace(plan, **changes),))  # type: ignore[arg-type]
