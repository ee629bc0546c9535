"""Where an item lies, and that a department's own work stays the department's."""

from __future__ import annotations

import pytest

from bot.cases.model import RoutingInput
from bot.city.model import City
from bot.routing.router import Router
from bot.routing.spots import SpotKind
from bot.routing.territory import Gazetteer

_STREETS = "剑光街道 河洲街道 剑南街道 孙渡街道 尚庄街道"
_TOWNS = (
    "曲江镇 上塘镇 拖船镇 泉港镇 荣塘镇 董家镇 隍城镇 小港镇 石滩镇 桥东镇 杜市镇 白土镇 袁渡镇 "
    "张巷镇 铁路镇 丽村镇 淘沙镇 秀市镇 洛市镇 梅林镇"
)
_TOWNSHIPS = "段潭乡 湖塘乡 筱塘乡 蕉坑乡 石江乡 荷湖乡 同田乡"
_PARKS = "高新技术产业园区 循环经济园区"


@pytest.fixture(scope="session")
def gazetteer(city: City) -> Gazetteer:
    return Gazetteer(city)


def test_every_area_of_the_city_is_there_and_found(city: City, gazetteer: Gazetteer) -> None:
    names = f"{_STREETS} {_TOWNS} {_TOWNSHIPS} {_PARKS}".split()
    assert {area.name for area in city.places.areas} == set(names)
    for name in names:
        assert gazetteer.find("", f"反映{name}的一件事").areas == (name,)
        assert gazetteer.find(name, "").areas == (name,)


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("曲江的路灯坏了", ["曲江镇"]),
        ("我们白土这边停水", ["白土镇"]),
        ("尚庄街办龙光社区开证明", ["尚庄街道"]),
        ("杜市中学食堂", ["杜市镇"]),
        ("高新区的工厂排废气", ["高新技术产业园区"]),
        ("白土镇和张巷镇交界处的桥断了", ["白土镇", "张巷镇"]),
        ("我是曲江镇人，在剑光街道租房子", ["剑光街道"]),
        ("户口在丰城市白土镇，现住剑南街道", ["剑南街道"]),
        ("老家荣塘镇，想问问高龄津贴", ["荣塘镇"]),
        ("曲江路12号门口积水", []),
        ("梅林小区电梯坏了", []),
        ("董家的邻居养狗", []),
        ("铁路道口没有护栏", []),
        ("火车铁路沿线有噪音", []),
    ],
)
def test_areas_are_told_from_what_only_sounds_like_them(
    gazetteer: Gazetteer, text: str, areas: list[str]
) -> None:
    assert list(gazetteer.find("", text).areas) == areas


@pytest.mark.parametrize(
    ("text", "spots"),
    [
        ("孙渡街道剑邑大道与丰源大道交叉口", [("剑邑大道", "road"), ("丰源大道", "road")]),
        ("昌盛路和府前路交叉口红绿灯不亮", [("昌盛路", "road"), ("府前路", "road")]),
        ("人民路128号门口井盖坏了", [("人民路128号", "road")]),
        ("105国道大货车超载", [("105国道", "road")]),
        ("剑光街道阳光花园5栋漏水", [("阳光花园5栋", "estate")]),
        ("梅林镇坪上村村委会不开门", [("坪上村村委会", "village")]),
        ("我家在荣塘镇前坊村，村里的水沟堵了", [("前坊村", "village")]),
        ("住在河洲街道龙津湖社区，楼下养鸡", [("龙津湖社区", "community")]),
        ("新城区万达广场门口停不了车", [("万达广场", "landmark")]),
        ("龙津洲公园的灯不亮", [("龙津洲公园", "landmark")]),
        ("剑邑广场的喷泉坏了", [("剑邑广场", "landmark")]),
        ("我们小区的水泥路坏了", []),
        ("农村的马路都没有路灯", []),
        ("老旧小区什么时候改造，全村人都走这条路", []),
        ("这样下去只有死路一条，没有活路", []),
    ],
)
def test_roads_estates_villages_and_landmarks_as_they_stand(
    gazetteer: Gazetteer, text: str, spots: list[tuple[str, str]]
) -> None:
    found = gazetteer.find("", text).spots
    assert [(spot.name, spot.kind.value) for spot in found] == spots


def test_every_kind_of_spot_can_be_found(gazetteer: Gazetteer) -> None:
    text = "府前路阳光小区、前坊村、龙光社区和万达广场"
    kinds = {spot.kind for spot in gazetteer.find("", text).spots}
    assert kinds == set(SpotKind)


_DEPARTMENTS_WORK = [
    ("曲江镇有家砖厂拖欠工资，找镇政府也没有用", "市人力资源和社会保障局"),
    ("白土镇中心小学食堂饭菜变质", "市教育体育局"),
    ("张巷镇有人非法采砂，晚上挖", "市水利局"),
    ("石滩镇的养猪场污水排到河里，村委会不管", "丰城生态环境局"),
    ("荣塘镇村民反映低保被停了，村干部说是民政局停的", "市民政局"),
    ("桥东镇派出所办身份证态度差", "市公安局"),
    ("拖船镇农村公路被大货车压坏", "市交通运输局"),
    ("洛市镇卫生院乱收费", "市卫生健康委员会"),
    ("杜市镇村民家里停电两天了，村里说等通知", "市供电公司"),
    ("隍城镇街上超市卖过期食品", "市市场监督管理局"),
    ("丽村镇的违法占用耕地建房", "市自然资源局"),
    ("小港镇自来水水质发黄", "市自来水公司"),
    ("淘沙镇一家KTV让未成年人进去", "市文化广电旅游局"),
    ("梅林镇山上有人乱砍滥伐", "市林业局"),
    ("蕉坑乡村民问养老金为什么没到账", "市人力资源和社会保障局"),
    ("秀市镇的宅基地确权证什么时候发", "市自然资源局"),
    ("铁路镇街上的红绿灯坏了", "市公安局交通管理大队"),
    ("湖塘乡圩堤渗水，村里人都担心", "市水利局"),
    ("尚庄街道某小区物业费乱涨，社区不管", "市住房和城乡建设局"),
    ("孙渡街道的公交车半小时一班", "市公共交通公司"),
    ("董家镇的耕地地力补贴没有发，村会计说报上去了", "市农业农村局"),
    ("上塘镇幼儿园收费太高", "市教育体育局"),
]


@pytest.mark.parametrize(("text", "unit"), _DEPARTMENTS_WORK)
def test_a_departments_own_work_is_not_led_by_a_town(
    city: City, router: Router, text: str, unit: str
) -> None:
    found = router.route(RoutingInput(text=text))
    governments = {area.government for area in city.places.areas}
    assert found.territory
    assert found.departments[0].name == unit
    assert found.departments[0].name not in governments


@pytest.mark.parametrize(
    ("text", "helping"),
    [
        (
            "曲江镇和小港镇交界的村里垃圾没人清，两个村委会互相推",
            ["曲江镇人民政府", "小港镇人民政府"],
        ),
        (
            "白土镇、张巷镇、石滩镇三个镇的村里路灯都不亮",
            ["白土镇人民政府", "张巷镇人民政府", "石滩镇人民政府"],
        ),
        (
            "剑光街道和河洲街道交界处的社区居委会互相推",
            ["剑光街道办事处", "河洲街道办事处"],
        ),
    ],
)
def test_work_of_several_areas_goes_to_their_superior_and_they_help(
    city: City, router: Router, text: str, helping: list[str]
) -> None:
    found = router.route(RoutingInput(text=text))
    assert found.departments[0].name == city.places.superior
    assert list(found.supporting[: len(helping)]) == helping
    assert any("共同的上级" in reason for reason in found.reasons)


def test_a_departments_work_over_several_areas_stays_the_departments(router: Router) -> None:
    found = router.route(RoutingInput(text="曲江镇和小港镇交界处有家化工厂偷排废气"))
    assert found.departments[0].name == "丰城生态环境局"
    assert found.territory == "曲江镇、小港镇"


def test_a_towns_name_is_no_word_of_its_matter(gazetteer: Gazetteer) -> None:
    assert gazetteer.unnamed("铁路镇的卫生院") == "〇〇镇的卫生院"
    assert gazetteer.unnamed("铁路边的房子") == "铁路边的房子"
