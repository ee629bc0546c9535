"""People named in a text, with their roles, as they stand there. Pure.

Names are found by surname and what stands around them; a word list of all given names would
take roads and villages for people. Roles count alone where they name one person somebody has
something against (村支书, 班主任).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|东方|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田姜范方石姚谭廖邹熊金陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷"
    "钱汤尹黎易常武乔贺赖龚庞樊兰殷施陶翟倪严牛温芦季俞章鲁葛毕聂丛焦向柳邢岳齐梅"
    "莫庄辛管祝左涂谷耿牟卜詹苗凌费纪靳盛童欧甄项曲查付甘游喻揭艾裴闵晏万高徐]"
)
_TITLES = (
    "先生|女士|小姐|老师|主任|副主任|书记|副书记|支书|局长|副局长|镇长|乡长|市长|副市长|村长|"
    "队长|所长|科长|院长|校长|园长|经理|总经理|老板|老板娘|医生|大夫|护士|护士长|师傅|律师|"
    "法官|警官|同志|阿姨|大爷|大妈|大叔|大姐|大哥|奶奶|爷爷|婆婆|组长|会计|站长|股长|处长|"
    "部长|董事长|厂长|教练|导游|姓[一-龥]{2,4}"
)
_ROLES = (
    "村支书|村支部书记|村书记|村主任|村委会主任|村委主任|村会计|村干部|村民小组长|小组长|"
    "社区书记|社区主任|居委会主任|驻村干部|网格员|班主任|副校长|校长|园长|任课老师|体育老师|"
    "数学老师|语文老师|英语老师|幼师|局长|副局长|镇长|乡长|副镇长|镇党委书记|所长|派出所所长|"
    "大队长|科长|股长|窗口工作人员|工作人员|城管队员|执法队员|协管员|交警|民警|辅警|法官|"
    "包工头|工头|工地负责人|项目经理|项目负责人|负责人|法人代表|法定代表人|法人|"
    "厂长|公司老板|店老板|老板娘|老板|店主|房东|二房东|中介|物业经理|保安队长|保安|主治医生|"
    "医生|护士长|护士|公交司机|司机|出租车司机|教练|快递员|邻居"
)
_KIN = (
    "父亲|母亲|爸爸|妈妈|爸|妈|丈夫|老公|妻子|老婆|爱人|儿子|女儿|小孩|孩子|爷爷|奶奶|"
    "外公|外婆|哥哥|弟弟|姐姐|妹妹|岳父|岳母|公公|婆婆|孙子|孙女|侄子|侄女|外甥|女婿|儿媳|媳妇|同事|朋友|同学|邻居|户主"
)
_HIDDEN = r"某{1,2}[一-龥]?(?=先生|女士|老师|[^一-龥]|$)|某{1,2}|[x×*＊]{1,3}"
_VERBS = "的在把将给不对从向跟和与等说打骂收要是已也就还又被欠拖带于因到有无没以让却去来做"
_GIVEN = rf"(?:(?![{_VERBS}])[一-龥]){{1,2}}"
_END = (
    r"(?=[，,。；;、：:！!？?\s（(）)“”\"]|$|先生|女士|同志|利用|长期|非法|违规|违法|私自|多次|"
    r"在|把|将|给|不|对|从|向|跟|和|与|等|说|打|骂|收|要|是|的|已|也|就|还|又|被|欠|拖|强|带|"
    r"家|于|为|经|因|到|有|无|没|以|让|却|去|来|做|办|住|今年|去年|昨天|一直|至今|现|身份证|电话|手机)"
)
_HIDDEN_NAME = re.compile(rf"(?P<name>(?:{SURNAMES})(?:{_HIDDEN}))")
_TITLED = re.compile(
    rf"(?<![关对由公至终属位处])(?P<name>(?:{SURNAMES})(?:某{{1,2}}|[x×*]{{1,2}}|[一-龥]{{0,2}}?))(?P<title>{_TITLES})"
)
_ROLE_NAME = re.compile(
    rf"(?P<role>{_ROLES}|(?:我|我的|我家|本人|其|他|她|俺)(?:的)?(?:{_KIN})|{_KIN})(?:叫|是|名叫|为|：|:)?(?P<name>(?:{SURNAMES}){_GIVEN}){_END}"
)
_SAID = re.compile(
    rf"(?:我叫|名叫|叫做|名字叫|姓名(?:是|为)?[：:]?|名字(?:是)?[：:]?|本人[，,]?(?=(?:{SURNAMES})[一-龥]{{1,2}}[，,。])|我是(?=(?:{SURNAMES})[一-龥]{{1,2}}[，,。])|当事人[：:]?|联系人[：:]?|一个叫|有个叫|叫)(?P<name>(?:{SURNAMES}){_GIVEN}){_END}"
)
_ROLE_ALONE = re.compile(
    rf"(?P<role>{_ROLES})(?!信箱|热线|办公室|接待|室|资格|考试|证|招聘|培训|待遇)"
)
_NOT_NAMES = re.compile(
    r"^(?:.*(?:小学|中学|小区|公司|街道|政府|学校|医院|银行|超市|饭店|工程|项目|时候|方面|问题|"
    r"任何|关系|金额|万元|方便|方式|高中|高速|石头|田地|江西|江边|马路|马上|常常|向我|向他|"
    r"项目|和谐|钱款|管理|易被|雷雨|温度|段时|季度|查询|游客|费用|盛夏|万一|关于|梅雨|"
    r"曲江|罗山|龙津|石滩|杜市|梅林|袁渡|张巷|董家|熊猫|金融|余额|余款|付款|付钱|许多|何时|何地|"
    r"项费|高价|高空|高考|高龄|田里|石子|水泥|江水|江里|万人|向有|向法|方案|严重|严格|施工|"
    r"莫名|武警|左右|左边|常年|常住|常见|史上|管道|查处|查看|毛病|毛坯|关门|关注|关心|温泉|单位"
    r")|.*[路街巷镇乡村桥站厂店局所院校区号楼栋室层块元年月日天次件])$"
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody a text speaks of.

    Args:
        name: as written (李某某, 王书记); empty where only a role is given.
        role: such as 村支书 or 我父亲; empty where none is given.
    """

    name: str = ""
    role: str = ""


def persons_in(text: str) -> tuple[Person, ...]:
    """People of a text, in its order, each once; a longer finding swallows those inside it."""
    found: list[tuple[int, int, Person]] = []
    for match in _ROLE_NAME.finditer(text):
        _keep(found, match.start(), match.end(), match["name"], match["role"])
    for match in _TITLED.finditer(text):
        role = _role_before(text, match.start()) or match["title"]
        _keep(found, match.start() - _reach(text, match.start()), match.end(), match[0], role)
    for pattern in (_HIDDEN_NAME, _SAID):
        for match in pattern.finditer(text):
            role = _role_before(text, match.start("name"))
            _keep(found, match.start("name"), match.end("name"), match["name"], role)
    for match in _ROLE_ALONE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end, _ in found):
            found.append((match.start(), match.end(), Person(role=match["role"])))
    people: dict[tuple[str, str], Person] = {}
    for _, _, person in sorted(found, key=lambda one: one[0]):
        people.setdefault((person.name, person.role if not person.name else ""), person)
    return tuple(people.values())


def _keep(found: list[tuple[int, int, Person]], start: int, end: int, name: str, role: str) -> None:
    if _NOT_NAMES.match(name) or any(s < end and start < e for s, e, _ in found):
        return
    found.append((start, end, Person(name=name, role=role)))


def _role_before(text: str, at: int) -> str:
    """A role that stands right before a name."""
    found = re.search(rf"(?:{_ROLES}|(?:我|我家|我的)(?:{_KIN}))$", text[max(0, at - 8) : at])
    return found[0] if found else ""


def _reach(text: str, at: int) -> int:
    return len(_role_before(text, at))
