"""A small shelf of documents written for the tests: invented rules of a town called 丰城 (示例)."""

from __future__ import annotations

from datetime import date

from knowledge.index import Entry
from knowledge.ingest.structure import passages
from knowledge.model import Document, Kind, Life

TODAY = date(2026, 3, 2)

LOAN = Document(
    id="loan",
    title="丰城市创业担保贷款实施办法（示例）",
    number="丰示办字〔2025〕12号",
    department="丰城市人力资源和社会保障局",
    published_on=date(2025, 5, 6),
    life=Life.PUBLISHED,
    sample=True,
    text="""第一条 本市登记失业人员、返乡创业农民工和高校毕业生可以申请创业担保贷款。
第二条 个人贷款额度最高二十五万元，合伙创业的最高一百万元。贷款期限最长三年。
第三条 申请时提交身份证、营业执照副本和创业计划书各一份，到市创业贷款担保中心窗口办理。
第四条 财政部门按季度贴息，逾期不归还的不贴息。中心自受理之日起十个工作日内答复申请人。""",
)
OLD_LOAN = Document(
    id="old-loan",
    title="丰城市小额担保贷款暂行规定（示例）",
    number="丰示办字〔2015〕3号",
    department="丰城市人力资源和社会保障局",
    published_on=date(2015, 3, 1),
    life=Life.REPLACED,
    replaced_by="loan",
    sample=True,
    text="""第一条 小额担保贷款由下岗职工申请，额度最高五万元。
第二条 小额担保贷款的申请人应当持下岗证到街道办事处登记。""",
)
MEDICAL = Document(
    id="medical",
    title="城乡居民基本医疗保险问答（示例）",
    kind=Kind.FAQ,
    department="丰城市医疗保障局",
    published_on=date(2025, 9, 1),
    life=Life.PUBLISHED,
    sample=True,
    text="""问：城乡居民基本医疗保险的缴费期是什么时候？
答：集中缴费期为每年9月1日至12月31日。错过的，缴费后等待三个月才能享受待遇。
问：新生儿怎么参加城乡居民基本医疗保险？
答：出生后九十日内由监护人凭户口簿办理参保登记，自出生之日起享受待遇。
问：异地住院怎么备案？
答：可以在手机上办理异地就医备案，也可以拨打医保中心电话0795-0000000办理。备案长期有效。""",
)
RUMOUR = Document(
    id="rumour",
    title="关于“剑邑大桥要收过桥费”的辟谣（示例）",
    kind=Kind.REFUTATION,
    department="丰城市交通运输局",
    published_on=date(2026, 1, 9),
    life=Life.PUBLISHED,
    sample=True,
    text="""近日有人在网上说剑邑大桥要收过桥费。经核实，此说法不实。
剑邑大桥是市政桥梁，过去不收费，今后也不收费。""",
)
HERITAGE = Document(
    id="festival",
    title="丰城市老城区烟花爆竹燃放管理通告（示例）",
    kind=Kind.NOTICE,
    department="丰城市公安局",
    valid_to=date(2025, 12, 31),
    life=Life.PUBLISHED,
    sample=True,
    text="老城区范围内全年禁止燃放烟花爆竹。违反的，由公安机关处五百元以下罚款。",
)
SUBSIDY = Document(
    id="subsidy",
    title="丰城市高龄津贴发放指南（示例）",
    kind=Kind.GUIDE,
    department="丰城市民政局",
    published_on=date(2025, 2, 3),
    life=Life.PUBLISHED,
    sample=True,
    text="""一、发放对象
具有本市户籍、年满八十周岁的老年人。
二、发放标准
八十至八十九周岁每人每月五十元，九十至九十九周岁每人每月一百元，一百周岁以上每人每月三百元。
三、申请材料
老年人身份证、户口簿和银行卡复印件。由本人或家属到户籍所在村（居）委会申请。
四、办理时限
村（居）委会五个工作日内上报，次月起发放。""",
)
BRIDGE = Document(
    id="bridge",
    title="剑邑大桥夜间养护施工的通告（示例）",
    kind=Kind.NOTICE,
    department="丰城市交通运输局",
    published_on=date(2026, 2, 1),
    life=Life.PUBLISHED,
    sample=True,
    text="剑邑大桥3月10日至3月20日每晚十时至次日五时封闭施工，过往车辆绕行丰城大桥。",
)
SECRET = Document(
    id="draft",
    title="丰城市公园免费停车方案（示例）",
    department="丰城市城市管理局",
    life=Life.DRAFT,
    sample=True,
    text="城市公园停车场前两小时免费停车，之后每小时两元。",
)
GONE = Document(
    id="gone",
    title="丰城市家电下乡补贴办法（示例）",
    number="丰示办字〔2010〕8号",
    department="丰城市商务局",
    life=Life.REPEALED,
    sample=True,
    text="农民购买列入目录的家电下乡产品，按价格的百分之十三给予补贴。",
)

DOCUMENTS = (LOAN, OLD_LOAN, MEDICAL, RUMOUR, HERITAGE, SUBSIDY, BRIDGE, SECRET, GONE)


def entry(document: Document) -> Entry:
    """A document as the index takes it."""
    return Entry(document=document, passages=passages(document))


def entries() -> list[Entry]:
    """All of the shelf."""
    return [entry(document) for document in DOCUMENTS]
