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


GLUE = _several(
    """
    的 了 是 为 在 和 与 及 以及 并 并且 且 而 而且 您 请 这 这个 该 其 就 也 还 则 即 对 对于 把 将
    被 由 到 向 按 按照 根据 依照 以 于 之 所 用 时 那么 如 有 进行 办理 相关 有关 规定 申请人
    当事人 本 我市 本市 处 给 起 从 里 时间 上 下 中 得 地 着 做 同时 可 能 要 需 应 其中 有的 一 个
    凭 持 带 至 水平 期限 额度 标准 限额 金额 钱 享受 计 计发 责令 予 已 还要 人 人员 属于 符合
    """
)
"""Words that carry no claim by themselves: a sentence may leave them out."""

NOT_ADDED = _several("已 本市 我市 用 享受 责令 符合 属于 规定 同时 人员 本 持 凭")
"""Those of them that only the quote may bring in."""

NARROWS = _several(
    """
    连续 足额 累计 首次 首套 合法 稳定 城镇 农村 城市 个人 单位 同时 本市 户口 常住 居住 有效 原件
    复印件 本人 家庭 单职工 双职工 已婚 单身 每年 每月 每人 每户 每天 次月 当月 当年 次年 当日 当场
    即时 市内 市外 跨省 省内 省外 市级 省级 以外 职工 居民 在校 应届 全日制 同一 共同 配偶 唯一 自住
    商品 实际 部分 固定 变动 基础 一般 困难 重度 机构 散居 外地 逾期 定额 全额 半 减半 上浮 最低
    最高 集中 特困 低保 登记 起 止 起算 工作日
    """
)
"""Words that make a rule hold for fewer people, things or days: a sentence must not lose them."""

PASSED_OVER = _several("的 在 从 由 到 至 您 请 把 将 于 予")
"""Words between a negation or permission and what it turns."""

JOINS = _several("、 和 与 及 以及")
"""What stands between the members of a list."""
