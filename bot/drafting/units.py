"""Which line of work an answering unit is of, read from a reply that has no column for it. Pure.

For measuring alone: a case of ours knows its department. Rule, the first that applies:

1. signed: the unit named last, right before the date or the end of the reply;
2. of itself: 我局, 我镇… and the first unit named with that ending;
3. acting: the first unit named right before it looked into it, answered, or right after 经;
4. to be asked: the unit a citizen is told to call or ask;
5. passed on: where the reply does nothing else, the unit it was passed to.

The name is then taken to a line of work (教育, 交警…); towns and streets keep their own name, for
there the territory is the unit. Of a name that fits no line nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LINES: tuple[tuple[str, str], ...] = (
    ("交警", r"交警|交通警察|车管所"),
    ("公安", r"公安|派出所|警务|人口与出入境|人境"),
    ("消防", r"消防"),
    ("教育", r"教育|教体|学校|中学|小学|幼儿园|考试院"),
    ("人社", r"人社|人力资源|社会保障|社保|劳动|就业|养老保险"),
    ("医保", r"医疗保障|医疗保险|医保|合作医疗"),
    ("城管", r"城管|城市管理|行政执法|环卫|环境卫生|市容"),
    ("卫健", r"卫计|卫生|卫健|计生|疾控|医院"),
    ("房产", r"房产|住房保障|房管|房屋|房地局|物业办|公积金"),
    ("征拆", r"征收|征地|拆迁|征拆|棚改"),
    ("住建", r"住建|住房和城乡|城乡建设|建设局|住房城乡|质安站|市政"),
    ("自然资源", r"自然资源|国土|规划|不动产"),
    ("环保", r"环保|环境保护|生态环境|环境监察"),
    ("交通", r"交通|公路|运管|运输|公交|路政"),
    ("水利", r"水利|水务|水业|自来水|供水|河长"),
    ("电力", r"电力|供电|电业|国网"),
    ("民政", r"民政(?!府)|老龄|殡葬|残联|扶贫|移民开发|退役军人"),
    ("市场监管", r"市场监督|市场监管|工商|质监|质量技术|食药|食品药品|消费者|烟草|商务|商粮"),
    ("发改", r"发改|发展和改革|物价|重点办|铁路"),
    ("财税", r"财政|税务|地税|国税|金融"),
    ("农林", r"农业|农村|林业|畜牧|农委|农办|园林"),
    ("文旅", r"文体|文化|体育|广电|广播|旅游"),
    ("应急", r"安监|应急|安全生产"),
    ("政法", r"纪委|监委|信访|司法|法院|政法|综治|组织部|人才办"),
    ("通信邮政", r"邮政|移动|电信|联通|通信|广电网络"),
    ("园区", r"经开区|高新区|管委会|管理委员会|示范区|开发区|园区"),
)
_LINES = tuple((name, re.compile(pattern)) for name, pattern in LINES)
_TOWN = re.compile(r"([一-龥]{2,4}?)(?:街道|集镇|镇|乡)")
_BEFORE_TOWN = re.compile(
    r"^.*(?:[向经由与和及到对为是]|多次|结合|保证|直接|[市县区](?=[一-龥]{2,4}(?:镇|乡|街)))"
)
_NO_TOWN = re.compile(r"[我该各本此其在把将已还并于]|所|辖区|目前|城$|集$|村")
_REGION = re.compile(r"^(?:经|由|向|请|对|与|和|我|中共|西地省)*(?:[A-Z]\d*[市县区州]*)*")
_END = (
    "委员会|管委会|办公室|街道办事处|街道办|街道|人民政府|镇政府|乡政府|分局|大队|支队|中心|公司|办事处|"
    "指挥部|管理处|管理局|教育局|局|委|办|镇|乡|处|院|学校|中学|小学|所|队"
)
_UNIT = rf"(?:[A-Z]\d*)?[一-龥]{{1,16}}?(?:{_END})"
_DATE = r"\d{4}\s*(?:年|[.．/\-])\s*\d{1,2}\s*(?:月|[.．/\-])\s*\d{1,2}\s*日?"
_SIGNED = re.compile(rf"[。！!？?\s　；;）)，,]({_UNIT})\s*(?={_DATE}|\s*$|网友|市民|[“\"])")
_SELF = re.compile(r"我(局|委|办|镇|乡|街道|大队|支队|中心|公司|院|校|处|所)")
_ACTS = re.compile(
    rf"({_UNIT})(?:党委、政府|党政|领导|工作人员|执法人员)?(?:对此|对该|对您|非常|高度|立即|及时|第一时间|迅速|组织|安排|"
    rf"派|调查|核实|现|答复|回复|就|回函|关于)|经({_UNIT})(?:调查|核实|核查|了解|研究)"
)
_ASKED = re.compile(
    rf"(?:咨询|联系|致电|拨打|前往|到|向)({_UNIT})(?:[^，。；]{{0,12}}(?:咨询|办理|查询|反映|投诉|联系|电话|[（(]?0))"
)
_PASSED = re.compile(rf"(?:转交?给?|转至|转到|移交|交由|交办给?)({_UNIT})")
_PASSED_WHOLE = re.compile(rf"(?:转交?给?|转至|转到|移交|交由|交办给?){_UNIT}[^，。；]*[，。；]?")


def line_of(name: str) -> str:
    """The line of work of a unit's name, a town's own name, or empty."""
    bare = _REGION.sub("", name.strip())
    for line, pattern in _LINES:
        if pattern.search(bare.replace("人民政府", "政府")):
            return line
    town = _TOWN.search(_BEFORE_TOWN.sub("", bare))
    return town[1] + "镇街" if town and not _NO_TOWN.search(town[1]) else ""


def answering_unit(reply: str) -> str:
    """Whose reply it is, by the rule above; empty where it does not tell."""
    text = re.sub(r"\s+", " ", reply.strip())
    bare = _PASSED_WHOLE.sub("。", text)
    for found in (_signed(text), _itself(bare), _acting(bare), _asked(bare), _passed(text, bare)):
        if found:
            return found
    return ""


def _signed(text: str) -> str:
    return _last(line_of(found) for found in _SIGNED.findall(text))


def _itself(text: str) -> str:
    own = _SELF.search(text)
    if own is None:
        return ""
    ending = re.compile(rf"(?:[A-Z]\d*)?[一-龥]{{2,12}}?{own[1]}")
    named = (name for name in ending.findall(text) if own[0] not in name)
    return next((line for line in map(line_of, named) if line), "")


def _acting(text: str) -> str:
    for one, other in _ACTS.findall(text):
        line = line_of(one or other)
        if line:
            return line
    return ""


def _asked(text: str) -> str:
    return next((line for line in map(line_of, _ASKED.findall(text)) if line), "")


def _passed(text: str, bare: str) -> str:
    if len(bare) > _NOTHING_ELSE:
        return ""
    return next((line for line in map(line_of, _PASSED.findall(text)) if line), "")


_NOTHING_ELSE = 60


def _last(found: Iterable[str]) -> str:
    lines = [line for line in found if line]
    return lines[-1] if lines else ""
