"""The labels portals put before metadata, and the values behind them."""

from __future__ import annotations

import re

FIELDS: dict[str, str] = {}
for _field, _labels in {
    "title": "名称 标题 標題 文件名称 信息名称 文件标题 信息标题 政策名称 公文标题",
    "number": "文号 文號 發文字號"
    " 发文字号 文件编号 发文号 发文文号 公文字号 文件字号 文件号 文书号 字号",
    "index_number": "索引号 信息索引号 信息索引 索引编号 索引 索取号 统一编号 编号",
    "organ": "發文機關 实施主体 实施机构 实施机关 办理机构"
    " 发文机关 发布机关 发布机构 发文机构 发文单位 制发机关 制发单位 制定机关"
    " 成文单位 公开机构 公布机关 公布机构 公开主体 公开责任部门 责任部门 颁布机关"
    " 颁布单位 印发机关 印发单位 主办单位名称 发文部门 制定单位 信息公开单位",
    "source": "来源 來源 信息来源 文章来源 稿件来源 内容来源 稿源 文章出处 供稿单位 发布单位"
    " 发布部门 信息提供 供稿 提供单位 发布者 作者单位",
    "issued_on": "成文日期 成文时间 發文日期"
    " 发文日期 发文时间 印发日期 印发时间 制发日期 生成日期 生成时间"
    " 签发日期 制定日期 颁布日期",
    "published_on": "发布日期 发布时间 發佈日期 發布日期 發佈時間 發布時間"
    " 发表时间 发表日期 公开日期 公开时间 公布日期 发稿时间"
    " 日期 时间 信息时间 录入时间 更新时间 更新日期 创建时间 添加时间",
    "valid_from": "实施日期 施行日期 生效日期 执行日期 施行时间 实施时间 生效时间 开始实施日期",
    "valid_to": "失效日期 失效时间 有效期至 有效期截止 有效截止日期 废止日期 终止日期 有效期止",
    "term": "有效期 有效期限",
    "status": "有效性 文件状态 是否有效 时效 时效性 效力状态 效力 文件有效性 文件时效 状态"
    " 有效状态",
}.items():
    FIELDS.update(dict.fromkeys(_labels.split(), _field))

_STOPS = re.findall(
    r"\S+",
    "公文种类 发布层次 "
    "字体大小 浏览字号 字体 字 浏览量 浏览次数 浏览 点击数 点击量 点击率 点击 阅读量 "
    "阅读次数 阅读 访问量 访问次数 访问 分类 主题分类 主题 主题词 体裁分类 体裁 "
    "服务对象 组配分类 分享到 分享 打印 责任编辑 编辑 作者 责编 审核 校对 公开方式 "
    "公开形式 公开范围 公开类别 信息类别 类别 类型 载体类型 栏目 关键词 摘要 内容概述 "
    "内容概况 下载 记录形式 登记号 保护视力色 视力保护色 扫一扫 二维码 语种 所属机构 "
    "所属栏目 文种 备注 次数 人气 ",
)
_SPLIT = re.compile(
    r"(?:(?<=^)|(?<=[\s|｜【\[（(；;，,】\]）)]))("
    + "|".join(
        r"[ \u3000]{0,4}".join(label) for label in sorted([*FIELDS, *_STOPS], key=len, reverse=True)
    )
    + r")[ \u3000]{0,3}[：:]"
)


def field_of(label: str) -> str:
    """The field a label alone names (`发文机关`, `文 号：`), or empty."""
    return FIELDS.get(re.sub(r"[\s：:【】\[\]]", "", label), "")


def pairs_in_line(line: str) -> list[tuple[str, str]]:
    """(field, value) for each label in a line such as `发布日期：2025-04-08 来源：市政府办公室`."""
    marks = list(_SPLIT.finditer(line))
    found = []
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(line)
        field = field_of(mark.group(1))
        value = line[mark.end() : end].strip(" \t\u3000|｜【[（(；;，,】])")
        if field and value:
            found.append((field, value))
    return found


def only_labels(line: str) -> bool:
    """True for a line that holds metadata and nothing else."""
    found = _SPLIT.match(line.lstrip(" 【[（("))
    return bool(found) and len(line) < 200 and not re.search(r"[。！？]", line)


_ANY_STOP = re.compile(
    "(?:" + "|".join(sorted([*FIELDS, *_STOPS], key=len, reverse=True)) + ")[ \u3000]*[：:]"
)


def cut_at_label(value: str) -> str:
    """A value without the next label that was set right behind it."""
    return _ANY_STOP.split(value, maxsplit=1)[0].strip()
