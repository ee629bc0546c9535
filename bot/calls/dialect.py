"""The countryside's words for what router and search know by other names. Pure.

Written for this project from how people around 丰城 speak on the telephone; the order keeps the
words as they were said.
"""

from __future__ import annotations

import re

_WORDS = (
    ("有冇(?!得|有)", "有没有"),
    ("冇得|冇有|没得", "没有"),
    ("冇(?:办法)?", "没"),
    ("困觉|睏觉", "睡觉"),
    ("恰饭", "吃饭"),
    ("恰", "吃"),
    ("几多|几钱", "多少"),
    ("[咯该箇][只个]", "这个"),
    ("[咯箇]样", "这样"),
    ("一只(?=事|问题)", "一个"),
    ("(?:哪|浪|啷)样(?=办|搞|弄|做|领|交|去)", "怎么"),
    ("自家", "自己"),
    ("几久", "多久"),
    ("外头", "外面"),
    ("重做(?=[^\u4e00-\u9fff]|$)|拆掉(?:它)?重做", "拆了重建"),
    ("要得(?![\u4e00-\u9fff])", "可以"),
    ("么里|么子|么得|莫里|么个", "什么"),
    ("哪里个|哪个人", "谁"),
    ("晓得", "知道"),
    ("细伢子|细人子?|细鬼|崽里子|伢崽", "小孩"),
    ("屋里(?=[没冇停漏进淹断])|屋里(?=的)", "家里"),
    ("老娘", "母亲"),
    ("老爷子|老倌", "父亲"),
    ("老人家", "老人"),
    ("该里|箇里|咯里", "这里"),
    ("许里|那许", "那里"),
    ("今朝|今日子", "今天"),
    ("昨日", "昨天"),
    ("夜里|夜晡|夜边|夜头", "晚上"),
    ("落雨", "下雨"),
    ("听讲", "听说"),
    ("电瓶车|电驴子?|电摩", "电动车"),
    ("作田", "种田"),
    ("起屋|砌屋", "做屋"),
    ("讨老婆|讨亲", "结婚"),
    ("驾照", "驾驶证"),
    ("(?:外来|外地来|出来|进城|过来)(?:这里)?打工的?(?:人员)?", "进城务工人员"),
    ("电杆子|电线杆子", "电线杆"),
)
_RULES = tuple((re.compile(said), standard) for said, standard in _WORDS)
_ONLY_HERE = re.compile(
    "冇得?|困觉|恰饭?|么里|么子|细伢子|细人子?|细鬼|该里|许里|作孽|夜晡|老倌|崽里子|伢崽"
)


def standard(text: str) -> str:
    """The text in words that are known everywhere."""
    for said, written in _RULES:
        text = said.sub(written, text)
    return text


def quoted(text: str) -> str:
    """Words only people here understand in quotation marks, for a reader to see they were said."""
    return _ONLY_HERE.sub(lambda found: f"“{found[0]}”", text)
