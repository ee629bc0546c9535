"""What is let out shows nobody; what an office says of itself stays. Persons are invented."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.cases.masking import masked, shown
from bot.cases.model import Case, DemandType, State
from bot.cases.publishing import check, draft
from tests.bot.letters.test_published import AT

HIDDEN = [
    # Names.
    ("我叫张三丰，门口的路灯坏了。", "三丰"),
    ("本人李莫愁，家住城南，停水三天了。", "莫愁"),
    ("联系人：郭靖，请尽快处理。", "郭靖"),
    ("我是杨过，想咨询养老金。", "杨过"),
    ("村民黄药师、周伯通、洪七公都可以作证。", "药师|伯通|七公"),
    ("业主令狐冲反映电梯坏了。", "狐冲"),
    ("当事人欧阳锋，男，五十岁。", "阳锋"),
    ("任盈盈（身份证丢失）要补办。", "盈盈"),
    ("请帮帮我们。\n此致敬礼！\n张无忌", "无忌"),
    ("望解决。\n赵敏 2026年3月1日", "赵敏"),
    ("请张翠山先生给个说法。", "翠山"),
    ("楼上的陈家洛师傅天天敲打。", "家洛"),
    ("村主任韦小宝把补贴领走了。", "小宝"),
    ("我的网名叫“江南怪侠”，一直在群里反映。", "江南怪侠"),
    ("老人程灵素无人照顾。", "灵素"),
    # Family.
    ("我父亲张三丰今年八十岁，没有领到高龄津贴。", "三丰"),
    ("我女儿王语嫣在上学，书包被抢。", "语嫣"),
    ("儿子叫段誉，今年上初中。", "段誉"),
    ("我爱人木婉清住院报销不了。", "婉清"),
    ("邻居萧峰家半夜唱歌。", "萧峰"),
    ("孙女小名豆豆，想上幼儿园。", "豆豆"),
    ("我老婆周芷若的社保断了。", "芷若"),
    # Telephones.
    ("电话13900000001，请回电。", "13900000001|0001"),
    ("手机 139 0000 0001。", "0000 0001"),
    ("联系我：139-0000-0001", "0000"),
    ("打１３９００００００００１找我。", "１３９|13900000001|0001"),
    ("请拨+86 13900000001。", "0001"),
    ("一三九零零零零零零零一是我的号码。", "零零零零"),
    ("幺三九，零零零零，零零零幺。", "零零零"),
    ("手机：一三九 0000 零零零一", "0000|零零零"),
    ("家里电话0000-6000001，晚上在。", "6000001"),
    ("我家座机6000001，白天打。", "6000001"),
    # Identity, cards, other numbers.
    ("身份证110101190001010018丢了。", "190001010018|0018"),
    ("身份证号１１０１０１１９０００１０１００１Ｘ。", "19000101|001X|００１Ｘ"),
    ("证号110101 19000101 001X。", "001X"),
    ("老身份证号码是110101000101001。", "000101001"),
    ("身份证后四位是001X。", "001X"),
    ("护照号是E00000001。", "E0000"),
    ("银行卡6222000000000000001没到账。", "0000001"),
    ("卡号 6222 0000 0000 0000 001。", "0000"),
    ("账号：0000123456789，开户行在城东。", "123456789"),
    ("社保卡号A00000012办不了。", "0000012"),
    ("学籍号G110101190001010018填错了。", "0101001"),
    ("我的电表户号是0000012345。", "12345"),
    ("病历号：00012345。", "12345"),
    # Mail and accounts.
    ("邮箱zhang.sanfeng@example.com，请发给我。", "sanfeng|example"),
    ("发到 sanfeng＠example．com 就行。", "sanfeng|example"),
    ("微信号是sanfeng_1900，加我。", "sanfeng"),
    ("加微信：wudang88。", "wudang"),
    ("vx wudang_88 联系。", "wudang"),
    ("QQ：10000001。", "10000001"),
    ("抖音号wudang2000发了视频。", "wudang"),
    # Number plates.
    ("赣C·A0001乱停。", "A0001"),
    ("车牌赣c a0001堵门。", "a0001"),
    ("新能源车赣CD00001占位。", "D00001"),
    ("赣 C-00A01 又来了。", "00A01"),
    ("车牌尾号0A01的面包车。", "0A01"),
    ("教练车赣C0001学撞了人。", "0001学"),
    # Homes.
    ("幸福小区3栋2单元501室漏水。", "3栋|2单元|501"),
    ("幸福小区三栋二单元五楼漏水。", "三栋|二单元"),
    ("幸福家园12号楼1203没有暖气。", "12号楼|1203"),
    ("住幸福里B座1203室。", "B座|1203"),
    ("住在3-2-501，天天停水。", "3-2-501"),
    ("城南街道向阳路88号的自建房。", "88号"),
    ("上塘村七组12号门前路烂了。", "12号"),
    ("我家2单元东户没有水。", "2单元|东户"),
    # Children's schools.
    ("孩子在实验小学三年级（2）班被打。", "（2）班|三年级"),
    ("儿子读一中初二3班，作业太多。", "初二3班"),
    ("孩子是高一(12)班的。", "12"),
    ("女儿在阳光幼儿园大二班。", "大二班"),
    ("实验中学2023级5班收费。", "2023级5班"),
    # Workplaces, birthdays.
    ("我是城南医院内科副主任，晋升没通过。", "城南医院|副主任"),
    ("我在城东自来水公司当会计，社保没交。", "自来水公司|会计"),
    ("我老公是实验小学班主任，工资没发。", "实验小学|班主任"),
    ("我是1900年1月1日出生的。", "1900年1月1日"),
    ("出生日期：1900-01-01，档案写错。", "1900-01-01"),
]

KEPT = [
    "您好，咨询电话0000-6000001，欢迎来电。",
    "请拨打12345或者0000—6000002转8001咨询。",
    "联系人：王科长，联系电话：13900000002。",
    "市民政局社会救助科值班电话13900000003。",
    "根据《江西省实施办法》（赣府发〔2024〕12号）第十五条的规定办理。",
    "依据国办发〔2019〕54号文件，自2026年1月1日起执行。",
    "补贴标准为每人每月1200元，全年14400元，累计发放138000000元。",
    "2026年3月5日，我局工作人员到现场核实，于3月8日修好。",
    "请到市行政服务中心3楼12号窗口办理。",
    "地址：城南大道88号市政务服务中心二楼205室。",
    "小学一年级招生的对象是年满6周岁的儿童。",
    "该小区共12栋居民楼，已改造8栋，剩余4栋年底前完成。",
    "项目新建3座公厕、5座桥梁，总投资2.5亿元。",
    "已更换路灯35盏，涉及6个村民小组。",
    "咨询邮箱：mzj@example.gov.cn，工作日回复。",
    "您反映的问题已转市城市管理局核实，执法人员当天责令整改。",
    "年满八十周岁的老人，每月发放高龄津贴50元。",
    "申请材料：身份证、户口簿、一张2寸照片。",
    "业主大会应当由专有部分面积占比三分之二以上的业主参与表决。",
    "公交3路、12路每15分钟一班，末班车21:30。",
    "医保个人缴费标准为400元，财政补助不低于700元。",
    "统一社会信用代码为91360000000000000A的企业已注销。",
    "办理时限为5个工作日，法定时限为20个工作日。",
    "高中阶段学费每学期380元，住宿费每学期200元。",
    "市人社局就业创业科在市民大厦1203室，周一至周五办公。",
    "工作人员将于10个工作日内上门核查，请您保持电话畅通。",
    "租客和房东应当依法签订合同并登记备案。",
    "自来水水质106项指标全部合格，浊度0.35NTU。",
    "孩子入学请登录服务平台，点击“义务教育入学报名”。",
    "一二三四季度的公示见政府网站。",
]
"""An office's replies of the ordinary kind, in which nothing is to be hidden."""


def case(text: str, reply: str) -> Case:
    return Case(
        id="c",
        number="20260302000001",
        channel="mailbox",
        conversation_id="",
        sender_id="",
        title=text[:60],
        text=text,
        reply_text=reply,
        state=State.REPLIED,
        demand_type=DemandType.HELP,
        opened_at=AT,
    )


def test_there_are_many_kinds() -> None:
    assert len(HIDDEN) >= 60


@pytest.mark.parametrize(("text", "hidden"), HIDDEN)
def test_nothing_of_a_person_is_let_out(text: str, hidden: str) -> None:
    public = draft(case(text, f"您好，您反映的“{text}”已收悉，已经办好。"))
    for said in (public.title, public.text, public.reply):
        assert not re.search(hidden, said), said


@pytest.mark.parametrize(("text", "hidden"), HIDDEN)
def test_a_draft_passes_its_own_check_and_is_not_masked_twice(text: str, hidden: str) -> None:
    del hidden
    letter = case(text, "您好，已经办好。")
    public = draft(letter)
    check(public, letter)
    assert masked(public.text) == public.text


@pytest.mark.parametrize("reply", KEPT)
def test_what_an_office_says_of_itself_stays(reply: str) -> None:
    assert masked(reply, office=True) == reply
    assert list(shown(reply, office=True)) == []


def test_a_name_the_letter_tells_is_hidden_in_its_reply_too() -> None:
    public = draft(case("我父亲张三丰没有领到津贴。", "您好，已联系张三丰，津贴补发。"))
    assert "三丰" not in public.reply


def test_who_wrote_is_hidden_wherever_they_stand() -> None:
    letter = replace(case("路灯坏了。", "令狐冲您好，已修好。"), contact_name="令狐冲")
    assert "狐冲" not in draft(letter).reply
