"""Other cities' matters: a question about one is not answered from what holds here."""

from __future__ import annotations

import re

_NAMES = """
北京 上海 天津 重庆 广州 深圳 珠海 佛山 东莞 中山 惠州 汕头 湛江
江门 肇庆 杭州 宁波 温州 金华 嘉兴 绍兴 台州 义乌 南京 苏州 无锡
常州 南通 扬州 徐州 镇江 盐城 昆山 合肥 芜湖 安庆 阜阳 福州 厦门
泉州 漳州 莆田 济南 青岛 烟台 潍坊 临沂 郑州 洛阳 开封 南阳 武汉
宜昌 襄阳 荆州 黄冈 长沙 株洲 湘潭 衡阳 岳阳 常德 成都 绵阳 贵阳
遵义 昆明 大理 南宁 桂林 柳州 海口 三亚 西安 咸阳 兰州 西宁 银川
乌鲁木齐 拉萨 呼和浩特 太原 大同 石家庄 保定 唐山 邯郸 沈阳 大连 长春
吉林市 哈尔滨 大庆 香港 澳门 台北 广东 浙江 江苏 福建 湖南 湖北 安徽
山东 河南 河北 四川 贵州 云南 广西 海南 陕西 南昌 九江 赣州 吉安
上饶 抚州 景德镇 萍乡 新余 鹰潭 宜春 樟树 高安 奉新 万载 上高 宜丰
靖安 铜鼓 进贤 新建 新干 临川 瑞金 井冈山 德兴 贵溪 乐平 共青城 庐山
"""
_PLACES = tuple(_NAMES.split())
_ANY_PLACE = "|".join(map(re.escape, _PLACES))
_PLACE = re.compile(_ANY_PLACE)
_LIVED_IN = re.compile(
    rf"(?:在|到|去|从|往|由|回)(?:{_ANY_PLACE})"
    "|来自|异地|外地|转[到入出移回]|迁|跨省|跨市"
)
"""Someone of ours who lives, works or falls ill there, or moves his papers."""


def about(question: str) -> tuple[str, ...]:
    """The other places whose own rules a question asks for; empty where it asks for ours.

    「上海公积金能贷多少」 asks for Shanghai's; 「在上海住院怎么报销」 asks for ours.
    """
    found = tuple(dict.fromkeys(_PLACE.findall(question)))
    if not found or _LIVED_IN.search(question) or "丰城" in question:
        return ()
    return found
