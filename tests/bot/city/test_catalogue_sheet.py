"""The dispatch catalogue as a spreadsheet: every fault by row and column, and round trips."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from bot import city as cities
from bot.city import catalogue_sheet, sheets
from bot.city.catalogue_sheet import HEADINGS, WIDTHS, rows_of
from bot.city.load import DEFAULT
from bot.city.model import TERRITORY_LEAD, City, TerritoryRule
from bot.routing.router import Router, RoutingInput

_GOOD = {
    "编号": "A-1",
    "事项": "路灯不亮",
    "一级分类": "市政",
    "二级分类": "照明",
    "主办单位": "城管局",
    "协办单位": "市供电公司，属地",
    "关键词": "路灯、灯+不亮",
    "诉求类型": "投诉类、求助",
    "时限（工作日）": "5",
}


@pytest.fixture(scope="module")
def city() -> City:
    return cities.load(DEFAULT)


def table(*rows: dict[str, str]) -> bytes:
    """A CSV with the usual headings."""
    lines = [tuple(HEADINGS.values())]
    lines += [tuple(row.get(heading, "") for heading in HEADINGS.values()) for row in rows]
    return sheets.write_csv(lines)


def checked(city: City, *rows: dict[str, str]) -> catalogue_sheet.Checked:
    return catalogue_sheet.read(sheets.read(table(*rows)), city)


def faults(city: City, *rows: dict[str, str]) -> list[str]:
    return [fault.said for fault in checked(city, *rows).faults]


def test_units_go_by_any_of_their_names_and_lists_by_any_comma(city: City) -> None:
    [duty] = checked(city, _GOOD).duties
    assert duty.lead == "市城市管理局"
    assert duty.supporting == ("市供电公司", TERRITORY_LEAD)
    assert duty.keywords == ("路灯", "灯+不亮")
    assert [kind.value for kind in duty.demand_types] == ["投诉", "求助"]
    assert duty.working_days == 5
    assert duty.territory_rule is TerritoryRule.DEPARTMENT


def test_every_fault_is_named_at_once_with_row_and_column(city: City) -> None:
    found = faults(
        city,
        _GOOD,
        _GOOD | {"主办单位": "火星局"},
        _GOOD | {"编号": "A-3", "主办单位": ""},
        _GOOD | {"编号": "A-4", "关键词": " ", "时限（工作日）": "0"},
        _GOOD | {"编号": "A-5", "协办单位": "市城管局", "诉求类型": "抱怨"},
        _GOOD | {"编号": "A-6", "主办单位": "属地", "属地规则": "部门", "协办单位": ""},
        _GOOD | {"编号": "A-7", "主办单位": "城管局、水利局"},
        _GOOD | {"编号": "A-8", "关键词": "+、+", "属地规则": "随便"},
        _GOOD | {"编号": "A-9", "属地规则": "镇街"},
        _GOOD | {"编号": "", "依据": "#REF!"},
    )
    assert found == [
        "第 3 行“编号”（A 列）：编号“A-1”在第 2 行已经用过",
        "第 3 行“主办单位”（F 列）：“火星局”不在本市单位名单中",
        "第 4 行“主办单位”（F 列）：没有主办单位",
        "第 5 行“关键词”（I 列）：不能为空",
        "第 5 行“时限（工作日）”（L 列）：“0”应为 1 到 365 的整数",
        "第 6 行“协办单位”（G 列）：“市城管局”不能既主办又协办",
        "第 6 行“诉求类型”（J 列）：不认识“抱怨”，应为：咨询、求助、投诉、举报、建议、表扬",
        "第 7 行“属地规则”（H 列）：主办单位为“属地”时不能是“部门”",
        "第 8 行“主办单位”（F 列）：主办单位只能有一个：城管局、水利局；其余写在协办单位",
        "第 9 行“属地规则”（H 列）：应为：部门、镇街、部门或镇街",
        "第 9 行“关键词”（I 列）：没有一个可用的词",
        "第 10 行“属地规则”（H 列）：部门主办的事项不能写“镇街”：部门职责不得派给镇街",
        "第 11 行“编号”（A 列）：不能为空",
        "第 11 行“依据”（K 列）：是表格的错误值 #REF!",
    ]


def test_duties_that_refer_to_each_other_in_a_circle_are_named(city: City) -> None:
    found = faults(
        city,
        _GOOD | {"编号": "A", "参见": "B"},
        _GOOD | {"编号": "B", "参见": "C"},
        _GOOD | {"编号": "C", "参见": "A"},
        _GOOD | {"编号": "D", "参见": "D"},
        _GOOD | {"编号": "E", "参见": "A"},
        _GOOD | {"编号": "F", "参见": "X"},
    )
    assert found == [
        "第 2 行“参见”（M 列）：互相参见，首尾相接：A → B → C → A",
        "第 5 行“参见”（M 列）：互相参见，首尾相接：D → D",
        "第 7 行“参见”（M 列）：没有编号“X”",
    ]


def test_categories_that_lie_under_themselves_are_named(city: City) -> None:
    found = faults(
        city,
        _GOOD | {"编号": "A", "一级分类": "市政", "二级分类": "照明"},
        _GOOD | {"编号": "B", "一级分类": "照明", "二级分类": "市政"},
    )
    assert len(found) == 1
    assert "分类首尾相接" in found[0]
    assert found[0].startswith("第 2 行“一级分类”（C 列）")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "表里什么也没有"),
        (b"\xd0\xcf\x11\xe0old", "旧的 .xls"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xff\xfe\x00\x81\x81", "认不出文件的编码"),
        (b"a\x00b", "不是表格文件"),
        (b'id,"duty\n', "写法有误"),
    ],
)
def test_what_is_no_table_is_said(raw: bytes, said: str) -> None:
    with pytest.raises(sheets.SheetUnreadable, match=said):
        sheets.read(raw)


def test_a_workbook_of_something_else_is_said() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(sheets.SheetUnreadable, match="已损坏"):
        sheets.read(packed.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_UNPACKED", 100)
    raw = sheets.write_workbook([("编号",), ("A" * 500,)], (10,), "表")
    with pytest.raises(sheets.SheetUnreadable, match="太大"):
        sheets.read(raw)


def test_missing_and_doubled_columns_are_named(city: City) -> None:
    missing = catalogue_sheet.read(sheets.read("编号,事项\nA,路灯".encode()), city)
    assert [fault.said for fault in missing.faults] == [
        "第 1 行：缺少列：一级分类、主办单位、关键词（第一行应是列名）"
    ]
    doubled = sheets.read("编号,事项,一级分类,主办单位,主办,关键词\n".encode())
    assert [fault.said for fault in catalogue_sheet.read(doubled, city).faults] == [
        "第 1 行“主办单位”（E 列）：“主办”这一列有两个"
    ]


def test_the_shipped_catalogue_comes_back_the_same_from_both_kinds_of_file(city: City) -> None:
    rows = rows_of(city.duties)
    for raw in (sheets.write_workbook(rows, WIDTHS, "派单目录"), sheets.write_csv(rows)):
        back = catalogue_sheet.read(sheets.read(raw), city)
        assert back.faults == ()
        assert back.duties == city.duties


def test_a_spreadsheets_numbers_and_formula_like_texts_stay_texts(city: City) -> None:
    odd = replace(city.duties[0], name="=1+1", id="7", working_days=5)
    for write in (
        lambda rows: sheets.write_workbook(rows, WIDTHS, "表"),
        sheets.write_csv,
    ):
        [duty] = catalogue_sheet.read(sheets.read(write(rows_of([odd]))), city).duties
        assert duty == odd


@pytest.mark.parametrize(("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_called_as_a_spreadsheet_calls_them(at: int, name: str) -> None:
    assert sheets.letter(at) == name


def test_the_default_catalogue_leaves_nothing_open(city: City) -> None:
    assert len(city.duties) >= 300
    assert catalogue_sheet.gaps(city.duties, city) == ()
    some = catalogue_sheet.gaps(city.duties[:25], city)
    assert any("市公安局" in gap for gap in some)
    assert any("旅游" in gap for gap in some)


def test_the_26_fields_and_32_towns_and_streets_are_there(city: City) -> None:
    assert len({field.name for field in city.fields}) == 26
    assert len([area for area in city.places.areas if area.kind.value != "park"]) == 32
    ids = {duty.id for duty in city.duties}
    assert all(set(field.duties) <= ids for field in city.fields)


_OF_FIELDS = {
    "重大建设项目": ("请问高铁新区的重大项目立项审批进展如何，什么时候开工", "市发展和改革委员会"),
    "公共资源交易": ("想查一个工程招标公告和中标结果", "市行政审批局"),
    "财政预决算": ("今年的部门预算公开在哪里可以看", "市财政局"),
    "安全生产": ("举报一家工厂有安全生产隐患，车间里堆满易燃物", "市应急管理局"),
    "税收管理": ("个人所得税退税一直没到账", "市税务局"),
    "征地补偿": ("村里修路征地，征地补偿款还没发到户", "市自然资源局"),
    "国有土地上房屋征收": ("老城区房屋征收补偿标准是多少", "市住房和城乡建设局"),
    "保障性住房": ("申请公租房需要什么条件", "市住房和城乡建设局"),
    "农村危房改造": ("家里是D级危房，想申请危房改造补助", "市住房和城乡建设局"),
    "生态环境": ("化工厂晚上偷排废气，味道刺鼻", "丰城生态环境局"),
    "公共文化服务": ("图书馆周末几点开门", "市文化广电旅游局"),
    "公共法律服务": ("没有钱请律师，怎么申请法律援助", "市司法局"),
    "扶贫": ("脱贫户的小额信贷怎么申请", "市乡村振兴局"),
    "救灾": ("房子被洪水冲垮了，自然灾害救助怎么申请", "市应急管理局"),
    "食品药品监管": ("在超市买的面包已经过期了", "市市场监督管理局"),
    "城市综合执法": ("流动摊贩天天占道经营", "市城市管理局"),
    "就业创业": ("大学毕业想创业，创业担保贷款怎么办", "市人力资源和社会保障局"),
    "社会保险": ("我的养老金什么时候调整", "市人力资源和社会保障局"),
    "社会救助": ("家里很困难，想申请低保", "市民政局"),
    "养老服务": ("想送老人去养老院，有什么补贴", "市民政局"),
    "户籍管理": ("新生儿怎么上户口", "市公安局"),
    "涉农补贴": ("今年的耕地地力保护补贴还没发", "市农业农村局"),
    "义务教育": ("外来务工人员子女怎么上小学，学区怎么划分", "市教育体育局"),
    "医疗卫生": ("卫生院给小孩打疫苗要预约吗", "市卫生健康委员会"),
    "市政服务": ("下水道堵了，污水漫到街上", "市城市管理局"),
    "旅游": ("旅行社强制购物，要求退团费", "市文化广电旅游局"),
}


def test_an_item_of_each_field_finds_its_department(city: City) -> None:
    assert set(_OF_FIELDS) == {field.name for field in city.fields}
    router = Router(city)
    wrong = {
        name: found.departments[0].name
        for name, (text, unit) in _OF_FIELDS.items()
        if (found := router.route(RoutingInput(text=text))).departments[0].name != unit
    }
    assert wrong == {}


def test_every_town_and_street_gets_its_own_work(city: City) -> None:
    router = Router(city)
    for area in city.places.areas:
        found = router.route(RoutingInput(text="村里的垃圾堆在村口没人清", place=area.name))
        assert found.territory == area.name
        assert found.departments[0].name == area.government
