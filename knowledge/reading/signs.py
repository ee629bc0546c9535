"""What questions are asked with and what clauses look like: each a named pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping

ASKED: Mapping[str, re.Pattern[str]] = {
    "how_much": re.compile("多少"),
    "how_many": re.compile("几"),
    "when": re.compile("什么时候|何时|时间|哪天|日期"),
    "how_long": re.compile("多久|多长|期限|几天"),
    "where": re.compile("哪里|哪儿|什么地方|网站|在哪"),
    "which": re.compile("哪些|什么"),
    "how": re.compile("如何|怎么|怎样"),
    "why": re.compile("为什么|为何|原因"),
    "whether": re.compile("是否|吗|能不能|可不可以"),
    "who": re.compile("谁|哪家|哪个单位|哪个部门"),
    "contact": re.compile("电话|热线|号码"),
    "measures": re.compile("措施|举措|办法|做法|做了|采取|方法"),
    "support": re.compile("政策|优惠|支持|补贴|补助|扶持|便利|奖励"),
    "requirements": re.compile("条件|要求|规定|标准|对象"),
    "contents": re.compile("内容|方面|包括|涵盖|指什么|是指"),
    "rate": re.compile("比例|金额|额度|率"),
    "effect": re.compile("目的|作用|意义|成效|效果|成果"),
    "channel": re.compile("方式|渠道|途径|形式|平台"),
    "aim": re.compile("原则|目标|任务|重点"),
    "listed": re.compile("哪几|几个|几项|几点|分别"),
}
"""What a question asks for, and by which words."""

HELD: Mapping[str, re.Pattern[str]] = {
    "digit": re.compile(r"\d"),
    "percent": re.compile("[%％]"),
    "money": re.compile("元"),
    "day": re.compile(r"\d+月|\d+日|\d{4}年"),
    "period": re.compile(r"\d+(?:个?工作日|天|个?月|年|小时)|之日起|以内|日内"),
    "contact": re.compile(r"\d{3,4}-?\d{6,8}|12345|123\d\d|http|www|\.cn|@"),
    "title": re.compile("《"),
    "quoted": re.compile('[“"]'),
    "and_so_on": re.compile("等"),
    "may": re.compile("可以?|允许"),
    "must": re.compile("应当?|要|须|必须|需"),
    "must_not": re.compile("不得|禁止|严禁|不能|不予"),
    "by_means": re.compile("通过|采取|实施|利用"),
    "grants": re.compile("给予|补贴|补助|减免|免征|返还|奖励|贴息|支持"),
    "comprises": re.compile("包括|分为|涵盖|涉及|含"),
    "because": re.compile("因为|由于|受.*影响"),
    "office": re.compile("局|委员会|中心|公司|银行|部门|医院"),
    "effort": re.compile("加强|推动|推进|加快|强化|落实|确保|做好|完善|严格|优化|建立|开展"),
    "is": re.compile("即|为|是"),
    "numbered": re.compile(r"一是|二是|三是|首先|其次|[（(][一二三四五\d]|[①②③④]|^\d+[.、．]"),
    "counted": re.compile("万|亿|吨|个|件|名|家|人次"),
    "said": re.compile("说|表示|介绍|指出|强调|认为"),
    "on_basis": re.compile("据|根据|按照|依据|依照"),
    "furniture": re.compile("记者|新华社|电$|编辑|来源|发布时间|附件|公告$|通知如下|公告如下|如下"),
}
"""What a clause holds."""

ENDS: Mapping[str, re.Pattern[str]] = {
    "comma": re.compile(r"[，,]\s*$"),
    "semicolon": re.compile(r"[；;]\s*$"),
    "stop": re.compile(r"[。！？]\s*[”」』）)》]*\s*$"),
    "colon": re.compile(r"[：:]\s*$"),
}
"""How a clause ends."""

ROW_MARK = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]+[）).、．]|第[一二三四五六七八九十]|[①-⑩]|[一二三四五六七八九]是|——|■|●)"
)
"""What the rows of a list begin with."""
