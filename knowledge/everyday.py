"""What people say for what official texts call otherwise, beside the lexicon's other names.

Source: everyday usage, written for this project. A word said here widens a search by the names
beside it; it never narrows one.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from nlu import lexicon

_SAID = """
辞退 开除 炒鱿鱼 裁员 = 解除劳动合同
离职 辞职 不干了 = 终止劳动关系 辞职
欠我工资 欠工资 欠薪 不发工资 = 拖欠工资
赔多少 赔多少钱 = 经济补偿 赔偿 赔付
驾照 驾驶本 = 驾驶证
电动车 电瓶车 电驴 小电驴 = 电动自行车
老婆 老公 妻子 丈夫 爱人 = 配偶
小孩 娃 儿子 女儿 = 子女 儿童
户口 = 户籍
本地户口 本地人 = 本市户籍
宝宝 婴儿 刚出生 刚生 = 新生儿
盖房 盖房子 建房子 造房子 起房子 = 建房
外来务工 打工的 农民工 = 进城务工
读书 上学 念书 = 入学
审车 年审 年检 验车 = 检验
公交 公交车 坐公交 = 公共汽车
上户口 报户口 = 出生登记 户口登记
租房 租房子 租的房子 = 租房 租赁
补习班 培训班 辅导班 = 校外培训
私家车 家用车 = 载客汽车
小车 小汽车 轿车 = 机动车辆 载客汽车
种田 种地 = 耕地
买房 买房子 = 购房
提出来 取出来 = 提取
大学生 毕业生 大学毕业 = 高校毕业生
造房 盖房 = 农村建房
分扣完 扣完分 扣光 = 扣满12分 记满12分
农村养老 = 城乡居民养老保险
盖房子 = 建房
考证 技能证书 考了证 = 职业资格证书 技能等级证书
没钱 遭灾 大病没钱 生活不下去 = 临时救助
开店 做生意 摆摊 = 从事个体经营 个体工商户
开公司 办公司 = 设立登记
开饭店 开餐馆 开早餐店 = 餐饮服务 食品经营许可
老家 乡下 = 农村
城里 进城 = 城区
拆了重建 翻建 推倒重建 = 原址翻建 改建
审批 批准 = 审批 批准
补交 补缴 = 补缴
断了 断交 断缴 没交 = 断保 断缴
多大 多少平 多少平方 = 面积 平方米
社保卡 = 社会保障卡
公租房 廉租房 = 公共租赁住房
迁户口 = 户口迁移 落户
看病 = 就医
补办 = 补领
残疾人证 = 残疾证
"""


@functools.lru_cache(maxsize=1)
def names() -> Mapping[str, tuple[str, ...]]:
    """Everyday word → names it may stand for, likeliest first."""
    found = dict(lexicon.synonyms())
    for line in _SAID.strip().splitlines():
        said, _, official = line.partition(" = ")
        for word in said.split():
            known = found.get(word, ())
            added = tuple(name for name in official.split() if name != word and name not in known)
            if known or added:
                found[word] = known + added
    return found
