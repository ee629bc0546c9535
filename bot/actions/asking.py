"""The questions the forms put, and what they know of themselves. Pure."""

from __future__ import annotations

import re

from bot.actions.services import Knowledge
from bot.actions.view import Slots, Tracker
from bot.cases.model import ClockUnit, DemandType, Routing, RoutingInput, Severity
from bot.presenting import Say, options
from connectors.base import Reply, ReplyOption

DROP = "drop"
"""Asked instead of a slot: whether the form should really be given up."""

SURE_ENOUGH = 0.5
"""A department is named to the citizen beforehand only where it is likelier than all others."""

_ANAPHORA = (
    r"(?:那么?|这个|这种|这事|这件事|你们|大概|一般|请问|我这|我的|得|要|需要|会|还"
    r"|登记|提交|处理|办理|解决|答复|回复|派人|来|修|修好|办|弄|查|后)*"
)
_HOW_LONG = re.compile(
    _ANAPHORA + r"(?:多久|多长时间|几天|多少天|几个工作日|什么时候|啥时候|何时|几时)"
    r"(?:能|才|可以|会|给|有|来|派人|我|个)*"
    r"(?:处理|办理|办好|办完|办|解决|修好?|修理|回复|答复|回话|结果|弄好|弄|好|完|下来|信|说法|到|了|人)*"
    r"(?:呢|啊|吗|呀|嘛|啦|[？?。])*"
)
_WHO = re.compile(
    r"(?:归|属于|该|是|由|应该)(?:谁|哪个|哪家|哪里|什么|哪)(?:个|些)?(?:部门|单位|局)?(?:管|负责|处理|办)"
    r"|(?:谁|哪个部门|哪个单位|什么部门)(?:来)?(?:管|负责|处理)"
)
_TOPIC = re.compile(r"[\u4e00-\u9fff]{2,}?(?=归|属于|该|是|由|应该|谁|哪个|什么部门)")
_COST = re.compile(
    r"(?:登记|反映|投诉|报修|报|提交|打|这个|那)?(?:要|会|需要)?(?:不要|收不收|收)?(?:钱|费|费用|收费)(?:吗|么|不|呢|[？?])+"
)
_WHY_PHONE = re.compile(
    r"(?:为什么|为啥|干嘛|干什么|做什么|一定|必须|非要|非得).{0,6}(?:电话|号码|手机|联系)|(?:电话|号码).{0,4}(?:干嘛|干什么|做什么|有什么用)"
)
_PRIVATE = re.compile(
    r"(?:泄露|透露|保密|安全|知道是我|查到我|公开|报复|告诉(?:他|对方|别人)).{0,6}(?:吗|么|不|呢|[？?])"
)


def ask(slot: str, slots: Slots, say: Say) -> Reply:
    """The question for a slot; the last one shows all that was gathered."""
    if slot == "confirmed":
        return Reply(text=confirmation(slots, say), options=options(say, *_CONFIRMING))
    key, choices = _QUESTIONS[slot]
    return Reply(text=say(key), options=options(say, *choices))


_CONFIRMING = ("option_confirm", "option_change", "option_cancel")
_QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "matter": ("form_ask_text", ()),
    "place": ("form_ask_place", ("option_unknown",)),
    "occurred_at": ("form_ask_time", ("option_unknown",)),
    "contact_phone": ("form_ask_phone", ("option_skip",)),
    DROP: ("form_cancel_ask", ("option_drop", "option_go_on")),
    "case_number": ("progress_ask_number", ()),
    "query_code": ("progress_ask_code", ()),
}


def confirmation(slots: Slots, say: Say) -> str:
    """All that was gathered, for the citizen to check."""
    none = say("form_not_given")
    return say(
        "form_confirm",
        text=slots.matter or none,
        place=slots.place or none,
        time=slots.occurred_at or none,
        phone=slots.contact_phone or none,
    )


def ask_what_to_change(say: Say) -> Reply:
    """Which of the gathered things is wrong."""
    keys = (
        "option_change_place",
        "option_change_time",
        "option_change_phone",
        "option_change_text",
    )
    return Reply(text=say("form_change_what"), options=options(say, *keys))


def ask_grade(number: str, say: Say) -> Reply:
    """How satisfied the citizen is, in five grades, best first."""
    grades = tuple(
        ReplyOption(label=say(f"rate_{n}"), text=say(f"rate_{n}")) for n in (5, 4, 3, 2, 1)
    )
    return Reply(text=say("rate_request", number=number), options=grades)


def warnings(text: str, place: str, knowledge: Knowledge) -> tuple[Reply, ...]:
    """What must be said at once: the emergency number, or the statutory way."""
    routing = _judged(text, place, None, knowledge)
    said = []
    if routing.emergency_number:
        said.append(Reply(text=knowledge.say(f"emergency_{routing.emergency_number}")))
    if routing.statutory_way:
        said.append(Reply(text=knowledge.say("statutory", way=routing.statutory_way)))
    return tuple(said)


def own_answer(turn: Tracker, knowledge: Knowledge) -> Reply | None:
    """The answer to a question about the form itself, or None for any other question."""
    say, text = knowledge.say, turn.text
    if _HOW_LONG.fullmatch(text):
        return Reply(text=_how_long(turn.slots, knowledge))
    if _WHO.search(text):
        return Reply(text=_whose(turn, knowledge))
    if _COST.fullmatch(text):
        return Reply(text=say("form_free"))
    if _WHY_PHONE.search(text):
        return Reply(text=say("form_why_phone"))
    if _PRIVATE.search(text):
        return Reply(text=say("form_private"))
    return None


_UNITS = {
    ClockUnit.DAYS: "个工作日",
    ClockUnit.HOURS: "个工作小时",
    ClockUnit.CLOCK: "小时",
}


def _how_long(slots: Slots, knowledge: Knowledge) -> str:
    routing = _judged(slots.matter or "", slots.place or "", slots.demand_type, knowledge)
    demand = DemandType(slots.demand_type) if slots.demand_type else routing.demand_type
    allowed = knowledge.limits.allowance(demand, routing.severity or Severity.NORMAL)
    span = f"{allowed.amount} {_UNITS[allowed.unit]}"
    return knowledge.say("form_how_long", demand_type=demand.value, span=span)


def _whose(turn: Tracker, knowledge: Knowledge) -> str:
    topic = _TOPIC.search(turn.text)
    matter = turn.text if topic else turn.slots.matter or turn.text
    routing = _judged(matter, turn.slots.place or "", None, knowledge)
    first = routing.departments[0] if routing.departments else None
    if first is None or first.confidence < SURE_ENOUGH:
        return knowledge.say("form_who_unsure")
    return knowledge.say("form_who", department=first.name)


def _judged(text: str, place: str, demand_type: str | None, knowledge: Knowledge) -> Routing:
    hint = DemandType(demand_type) if demand_type else None
    return knowledge.router.route(RoutingInput(text=text, place=place, demand_hint=hint))
