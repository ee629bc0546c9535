"""What codes of the administration are called on its pages, in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands.findings import Verdict

CHANGES: Mapping[str, str] = {"added": "新增", "removed": "删除", "changed": "修改"}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.FINE: "正常",
    Verdict.LESS: "注意",
    Verdict.FAULT: "故障",
}
PROCESS_ROLES: Mapping[str, str] = {"serve": "网页和接口", "worker": "后台任务", "": "未注明"}
MARKS: Mapping[str, str] = {" ": "same", "-": "gone", "+": "new", "@": "left"}
"""First character of a line of a comparison → how it is shown."""
CATALOGUE = "派单目录"


def version_name(id: int) -> str:
    """第 3 版; the city's own folder has none."""
    return f"第 {id} 版" if id else "随附的配置"


def catalogue_name(name: str) -> str:
    """A catalogue's version; empty and `shipped` are the folder's own."""
    return "随附的目录" if name in ("", "shipped") else name
