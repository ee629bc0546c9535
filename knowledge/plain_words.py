"""Words that matter to whether one sentence says the same as another.

Written for this project from how notices are worded and how people say the same. A word is here
because it carries no claim, or because leaving it out would widen one.
"""

from __future__ import annotations

import re

PLAIN = (
    ("住房公积金", "公积金"),
    ("居民身份证", "身份证"),
    ("社会保障卡", "社保卡"),
    ("安全头盔", "头盔"),
    ("户口本", "户口簿"),
    ("户籍", "户口"),
    ("老人(?!们)", "老年人"),
    ("下个月|下月", "次月"),
    ("每个月", "每月"),
    ("每一?年度?|每个年度", "每年"),
    ("每个人", "每人"),
    ("每日|每一天", "每天"),
    (
        "(最[高多长])(?:可以?|能)?(?:贷款?|借|领取?|提取?)?额?度?(?=[\\d零一二两三四五六七八九十])",
        r"\1",
    ),
    ("额度(?=最[高多])|(?:贷款)?期限(?=最长)", ""),
    ("自(?![行住有主愿然动己费觉助由营用治学家])", "从"),
    ("购买", "买"),
    ("按月", "每月"),
    ("家里", "家庭"),
    ("控制在", "在"),
    ("(?<=[:：]\\d\\d)(?:到|—+|-|~)(?=\\d)", "至"),
    ("首付款", "首付"),
    ("为(?=[每\\d零一二两三四五六七八九十百千])|(?<=[期准象料话间例址])为", "是"),
    ("不能够|不得以", "不得"),
    ("受理之日|受理当日|受理日", "受理之日"),
    ("之日起", "起"),
    ("给予|予以|发给", "给"),
    ("具有|拥有|持有", "有"),
    ("携带|带上|带着|带好", "带"),
    ("提供|递交|提交", "交"),
    ("前往|去(?=[^年])", "到"),
    ("佩戴|佩带|戴好|戴上", "戴"),
    ("上道路行驶", "上路"),
    ("停止(?=发|享)", "停"),
    ("不(?:收取?|需要交|用交|要)(?:任何)?(?:费用|费|钱)|免收费用?|免费", "不收费"),
    ("办理完毕|办理完成|办完|办好|办妥", "办结"),
    ("申领|领取|领到", "领"),
    ("缴纳|缴付|缴费|交费|交钱", "缴费"),
    ("作出决定", "决定"),
    ("当天", "当日"),
    ("处以?(?=\\d)", "罚"),
    ("罚款", "罚"),
    ("搭乘|搭载", "搭载"),
    ("未成年人", "未成年孩子"),
    ("未满", "不满"),
    ("如果|假如|要是|若是", "如"),
    ("的话", "的"),
    ("不用|不需要|无需|无须|毋需|不必|不须", "不需"),
)
"""An office's word and the plain one, made one on both sides; none widens or narrows the other."""

ASKED_FOR = re.compile(r"(?<![不所必急需主重只])(?:需要|需|要)(?=带|携带|交|提交|提供|凭|持|出示)")
"""What is listed as brought or handed in may be said to be needed."""


def _several(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FREE = _several(
    """
    的 了 是 在 和 与 及 以及 并 并且 且 而 而且 您 请 这 这个 该 其 就 也 还 则 即 对于 把 将 由
    到 按 按照 根据 依照 以 于 之 所 时 那么 有 进行 办理 相关 有关 从 里 时间 上 中 得 地 着 做 可
    能 要 需 应 一 个 带 凭 至 水平 期限 额度 标准 金额 钱 还要 处 予
    """
)
"""Words that carry no claim by themselves: a sentence may have them and may leave them out."""

LEFT_OUT = FREE | _several(
    "申请人 当事人 人 人员 有的 其中 规定 属于 符合 享受 已 用 持 本 计 计发"
)
"""Words a sentence may leave out; those that are not free it may not bring in."""

PASSED_OVER = _several("的 在 从 由 到 至 您 请 把 将 于 予")
"""Words between a negation or permission and what it turns."""
