"""Whose an item is, from the catalogue alone; what is urgent; what the law sends elsewhere."""

from __future__ import annotations

import time

import pytest

from bot.cases.model import DemandType, RoutingInput, Severity
from bot.city.model import City
from bot.routing.learned import Prediction, Scored, Similar
from bot.routing.router import Router

Items = tuple[tuple[str, frozenset[str]], ...]


def test_cold_start_names_the_right_department(router: Router, cold_start: Items) -> None:
    routed = [(router.route(RoutingInput(text=text)), units) for text, units in cold_start]
    named = [([each.name for each in found.departments], units) for found, units in routed]
    first = sum(names[0] in units for names, units in named) / len(named)
    first_three = sum(bool(units & set(names[:3])) for names, units in named) / len(named)
    assert len(cold_start) >= 250
    assert first >= 0.95
    assert first_three >= 0.98


def test_what_goes_out_by_itself_goes_right(router: Router, cold_start: Items) -> None:
    routed = [(router.route(RoutingInput(text=text)), units) for text, units in cold_start]
    sent = [found.departments[0].name in units for found, units in routed if found.auto]
    assert len(sent) >= 0.7 * len(cold_start)
    assert sum(sent) / len(sent) >= 0.95


def test_items_nobody_had_seen_find_their_department(router: Router, cold_blind: Items) -> None:
    routed = [(router.route(RoutingInput(text=text)), units) for text, units in cold_blind]
    named = [([each.name for each in found.departments], units) for found, units in routed]
    first = sum(names[0] in units for names, units in named) / len(named)
    first_three = sum(bool(units & set(names[:3])) for names, units in named) / len(named)
    sent = [found.departments[0].name in units for found, units in routed if found.auto]
    assert len(cold_blind) >= 400
    assert first >= 0.84
    assert first_three >= 0.95
    assert len(sent) >= 0.5 * len(cold_blind)
    assert sum(sent) / len(sent) >= 0.95


def test_cold_start_items_name_units_of_the_city(
    city: City, cold_start: Items, cold_blind: Items
) -> None:
    named = {unit for _, units in (*cold_start, *cold_blind) for unit in units}
    assert {unit for unit in named if city.unit(unit) != unit} == set()


def test_a_broken_street_light_is_sent_with_its_reason(router: Router) -> None:
    found = router.route(RoutingInput(text="路灯坏了好几天", place="剑光街道解放路"))
    assert found.auto
    assert found.departments[0].name == "市城市管理局"
    assert found.category == ("市政", "照明", "路灯")
    assert found.territory == "剑光街道"
    assert any("派单目录 CG-01" in reason for reason in found.reasons)
    assert "属地：剑光街道" in found.reasons


def test_a_departments_own_work_never_goes_to_a_town(router: Router) -> None:
    found = router.route(RoutingInput(text="曲江镇这边有工厂拖欠工资三个月", place="曲江镇"))
    assert found.territory == "曲江镇"
    assert found.departments[0].name == "市人力资源和社会保障局"
    assert "曲江镇人民政府" not in [each.name for each in found.departments]


def test_a_towns_duty_goes_to_the_town_of_the_place(router: Router) -> None:
    text = "我们村里的垃圾堆在村口没人清"
    found = router.route(RoutingInput(text=text, place="白土镇东边"))
    assert found.departments[0].name == "白土镇人民政府"
    without = router.route(RoutingInput(text=text))
    assert not without.auto
    assert any("需要补问地点" in reason for reason in without.reasons)


def test_several_areas_go_to_the_common_superior(router: Router) -> None:
    text = "曲江镇和小港镇交界的村里垃圾没人清，两个村委会互相推"
    found = router.route(RoutingInput(text=text))
    assert found.territory == "曲江镇、小港镇"
    assert "市政府办公室" in [each.name for each in found.departments]
    assert any("共同的上级" in reason for reason in found.reasons)


def test_nothing_to_go_by_goes_to_a_person(router: Router) -> None:
    for text in ("", "！！！", "abc", "那个事情怎么样了"):
        found = router.route(RoutingInput(text=text))
        assert not found.auto
        assert found.reasons


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("隔壁房子着火了，快来人", "119"),
        ("有小孩掉到河里了", "119"),
        ("楼下有人拿刀要砍人", "110"),
        ("我老公打我，我不敢出门", "110"),
        ("老人突然晕倒叫不醒", "120"),
        ("孩子误喝农药了", "120"),
        ("路口发生车祸有人躺在地上", "122"),
    ],
)
def test_emergencies_are_told_the_number_and_left_to_people(
    router: Router, text: str, number: str
) -> None:
    found = router.route(RoutingInput(text=text))
    assert (found.emergency_number, found.severity) == (number, Severity.EMERGENCY)
    assert not found.auto


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("楼里着火了，消防通道被堵住了，人下不来", "119"),
        ("有人晕倒了，旁边有急救箱但是没人会用", "120"),
        ("刚才两车相撞出车祸了，这里容易发生交通事故", "122"),
        ("商场在卖跳楼价的衣服，楼上有人要跳楼", "110"),
    ],
)
def test_an_exception_elsewhere_does_not_hide_an_emergency(
    router: Router, text: str, number: str
) -> None:
    assert router.route(RoutingInput(text=text)).emergency_number == number


@pytest.mark.parametrize(
    "text",
    [
        "不是火警，是想问消防通道被占了找谁",
        "小区有火灾隐患，电线乱拉",
        "去年家里着火，房子还没补助",
        "商场跳楼价促销，喇叭太吵",
        "学校在搞火灾演习，广播太响",
        "救护车收费标准是多少",
        "这个路口经常发生交通事故，建议装红绿灯",
        "没有人晕倒，只是想问献血",
        "路灯不亮",
    ],
)
def test_words_of_emergencies_without_one(router: Router, text: str) -> None:
    found = router.route(RoutingInput(text=text))
    assert found.emergency_number == ""
    assert found.severity is not Severity.EMERGENCY


def test_urgent_is_between(router: Router) -> None:
    found = router.route(RoutingInput(text="门口窨井盖不见了，一个大洞"))
    assert found.severity is Severity.URGENT
    assert found.emergency_number == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("法院判决书下来了我不服", "12368"),
        ("我要举报村支书贪污修路款", "12388"),
        ("对城管的罚款想申请行政复议", "行政复议"),
        ("我要申请公开征地的文件", "书面申请"),
    ],
)
def test_statutory_ways(router: Router, text: str, word: str) -> None:
    found = router.route(RoutingInput(text=text))
    assert word in found.statutory_way
    assert not found.auto


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请问失业金怎么申请，需要什么材料", DemandType.CONSULTATION),
        ("我要投诉物业乱收费，没人管", DemandType.COMPLAINT),
        ("举报有人非法采砂", DemandType.REPORT),
        ("建议在学校门口增设红绿灯", DemandType.SUGGESTION),
        ("表扬一下出租车司机，拾金不昧", DemandType.PRAISE),
        ("家里停水了，请帮忙尽快修一下", DemandType.HELP),
    ],
)
def test_demand_type_from_wording(router: Router, text: str, kind: DemandType) -> None:
    assert router.route(RoutingInput(text=text)).demand_type is kind


def test_what_the_citizen_said_it_is_stands(router: Router) -> None:
    hinted = RoutingInput(text="请问路灯坏了怎么办", demand_hint=DemandType.COMPLAINT)
    assert router.route(hinted).demand_type is DemandType.COMPLAINT


def test_the_same_item_is_judged_the_same_way(router: Router, city: City) -> None:
    item = RoutingInput(text="工地半夜施工，灰尘也大，门口还乱停车")
    assert router.route(item) == Router(city).route(item)


class Sure:
    """A model of the past orders that always says one thing."""

    def __init__(self, label: str, confidence: float, *, auto: bool) -> None:
        self._said = Prediction(
            departments=(Scored(label=label, confidence=confidence),),
            demand=Scored(label="投诉类", confidence=0.9),
            similar=(Similar(label=label, count=3),),
            auto=auto,
        )

    def predict(self, text: str, title: str = "") -> Prediction:
        del text, title
        return self._said


def test_past_orders_outweigh_the_catalogue(city: City) -> None:
    router = Router(city, Sure("环保局", 0.97, auto=True))
    found = router.route(RoutingInput(text="这里有股味道"))
    assert found.departments[0].name == "丰城生态环境局"
    assert found.auto
    assert found.demand_type is DemandType.COMPLAINT
    assert "相似工单 3 件由环保局办理" in found.reasons


def test_past_orders_do_not_send_a_departments_work_to_a_town(city: City) -> None:
    router = Router(city, Sure("曲江镇人民政府", 0.97, auto=True))
    found = router.route(RoutingInput(text="老板拖欠工资不发"))
    assert found.departments[0].name == "市人力资源和社会保障局"
    assert not found.auto


def test_another_citys_units_are_not_ours(city: City) -> None:
    found = Router(city, Sure("某区某局", 0.99, auto=True)).route(RoutingInput(text="路灯不亮了"))
    assert found.departments[0].name == "市城市管理局"
    assert all("某区某局" not in reason for reason in found.reasons)


def test_a_very_long_text_takes_no_longer(router: Router) -> None:
    began = time.perf_counter()
    router.route(RoutingInput(text="路灯不亮，井盖坏了。" * 10_000))
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize(
    "text",
    ["我家着火了快来人", "路灯坏了三天没人修", "前面撞车了有人流血", "不是什么火警，就是问问"],
)
def test_the_number_alone_is_what_routing_says(text: str, router: Router) -> None:
    assert router.emergency_number(text) == router.route(RoutingInput(text=text)).emergency_number
