"""What stands in the audit, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "audit.export": "导出审计记录",
    "call.see_caller": "查看来电人",
    "call.see_callers": "查看待回电的来电人",
    "case.export": "导出工单",
    "case.import": "导入历史工单",
    "case.open_import": "导入未办结工单",
    "case.see_attachment": "查看工单附件",
    "case.see_person": "查看诉求人信息",
    "city.catalogue": "上传派单目录",
    "city.catalogue_use": "启用派单目录版本",
    "city.change": "修改城市配置",
    "city.download": "下载城市配置",
    "connector.test": "测试连接",
    "delivery.retry": "重试告知部门",
    "delivery.told": "登记已另行告知部门",
    "disclosure.letter": "下载依申请公开文书",
    "disclosure.see_applicant": "查看申请人信息",
    "disclosure.see_file": "查看申请附件",
    "disclosure.see_list": "查看申请列表",
    "document.check_alone": "一人审核内容（说明理由）",
    "document.publish_alone": "一人发布内容（说明理由）",
    "hot_issue.alert": "热点提醒",
    "insight.download": "下载统计图",
    "opinion.open": "登记舆情",
    "outbox.retry": "重试告知市民",
    "outbox.told": "登记已另行告知市民",
    "plan.enter": "登记工作要点佐证",
    "plan.withdraw": "撤回工作要点佐证",
    "process.restart": "重新启动进程",
    "question.write": "撰写问答",
    "report.download": "下载报告",
    "second_factor.codes": "更换恢复码",
    "second_factor.locked": "验证码连续输错，暂停登录",
    "second_factor.off": "解除验证器",
    "second_factor.on": "绑定验证器",
    "second_factor.recovery_code": "用恢复码登录",
    "staff.add": "新建账号",
    "staff.change_password": "修改自己的密码",
    "staff.close": "停用账号",
    "staff.end_sessions": "退出登录",
    "staff.locked": "密码连续输错，暂停登录",
    "staff.move": "变更岗位",
    "staff.open": "启用账号",
    "staff.reset_password": "重设密码",
    "staff.sign_in": "登录",
    "update.retry": "重试对方来件",
    "update.settle": "登记对方来件已处理",
}
"""Stable code → words; what is not here is shown as its code."""


def action_name(code: str) -> str:
    """An action in words."""
    return ACTIONS.get(code, code)
