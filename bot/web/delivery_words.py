"""What notices to departments and their failures are called on our pages."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.departments.base import NoticeKind, UpdateKind

NOTICES: Mapping[NoticeKind, str] = {
    NoticeKind.DISPATCHED: "派单",
    NoticeKind.ACCEPTED: "部门已签收",
    NoticeKind.URGED: "催办",
    NoticeKind.SUPERVISED: "督办",
    NoticeKind.NOTE: "补充说明",
    NoticeKind.RETURN_DECIDED: "退单审核结果",
    NoticeKind.EXTENSION_DECIDED: "延期审核结果",
    NoticeKind.WITHDRAWN: "撤回工单",
    NoticeKind.REPLIED: "答复已发给市民",
    NoticeKind.RATED: "市民评价",
    NoticeKind.CLOSED: "办结",
}

UPDATES: Mapping[UpdateKind, str] = {
    UpdateKind.OPENED: "转来新工单",
    UpdateKind.ACCEPTED: "签收",
    UpdateKind.NOTE: "补充说明",
    UpdateKind.RETURNED: "退单",
    UpdateKind.EXTENSION_ASKED: "申请延期",
    UpdateKind.REPLIED: "答复",
    UpdateKind.RATED: "评价",
    UpdateKind.CLOSED: "办结",
    UpdateKind.URGED: "催办",
    UpdateKind.WITHDRAWN: "撤回工单",
}

SENDERS: Mapping[str, str] = {
    "email": "邮件",
    "sms": "短信",
    "wecom": "企业微信机器人",
    "dingtalk": "钉钉机器人",
}

_ERRORS: Mapping[str, str] = {
    "sender_not_configured": "这个渠道还没有设置",
    "robot_not_configured": "设置中没有这个机器人",
    "robot_rate": "发送太快，正在排队",
    "unreachable": "连不上对方",
    "timeout": "对方没有按时回应",
    "TimeoutError": "对方没有按时回应",
    "server_error": "对方系统出错",
    "bad_answer": "对方的回应看不懂",
    "refused": "对方拒收",
    "platform_rate": "对方限制了发送速度，正在排队",
    "answer_not_signed": "对方的应答没有签名，或签名不对",
    "address_refused": "对方没有这个地址，或不收这封邮件",
    "sign_in_refused": "登录对方系统被拒绝，请核对账号和密码",
    "no_tls": "对方不支持加密连接",
    "certificate": "对方的证书不可信",
    "mail_server_busy": "邮件服务器繁忙",
    "unknown_case": "对方没有这件工单",
    "sms_no_mobile": "不是手机号码，发不了短信，请电话告知",
    "sms_no_template": "这类通知没有报备短信模板",
    "sms_template": "短信模板没有通过审核",
    "sms_sign": "短信签名没有通过审核",
    "sms_variables": "短信内容和报备的模板对不上",
    "sms_variable_length": "短信内容超过报备的字数",
    "sms_variable_content": "短信内容没有通过平台检查",
    "sms_phone": "号码不存在",
    "sms_reference": "短信平台认为这条和先前的重复，请电话告知",
    "sms_unknown_number": "号码是空号",
    "sms_blacklist": "对方已退订或在运营商黑名单中",
    "sms_absent": "对方关机或不在服务区",
    "sms_expired": "运营商一直没有送到",
    "sms_unknown": "运营商没有送达，没有说明原因",
    "sms_quiet_hours": "夜间不发短信，早上自动发出",
    "sms_number_limit": "这个号码收到的同类短信已到上限，到时自动发出",
    "sms_rate_minute": "这个号码收到的同类短信已到上限，到时自动发出",
    "sms_rate_hour": "这个号码收到的同类短信已到上限，到时自动发出",
    "sms_rate_day": "这个号码收到的同类短信已到上限，到时自动发出",
    "sms_balance": "短信余额用完，充值后自动发出",
    "sms_unreachable": "连不上短信平台",
    "sms_answer": "短信平台的回应看不懂",
    "sms_busy": "短信平台繁忙",
    "sms_form": "短信平台不接受我们的请求",
    "sms_app": "短信平台不认识这个应用，请核对设置",
    "sms_signature": "短信平台的密钥不对，请核对设置",
    "sms_timestamp": "本机时钟和短信平台不一致",
    "sms_nonce": "短信平台把请求当作重放",
}


def sender_name(sender: str) -> str:
    """What a sender is called; a system by its own name."""
    return SENDERS.get(sender, sender)


def why(error: str) -> str:
    """Why something was not delivered, in plain words; the code goes with what is not known."""
    if not error:
        return ""
    known = _ERRORS.get(error)
    return known or f"没有送达（{error}）"


_UNREACHED: Mapping[str, str] = {
    "wechat_48001": "公众号没有这项权限",
    "wechat_45002": "内容太长，平台不收",
    "wechat_40003": "平台不认识这位市民",
}


def why_unreached(error: str) -> str:
    """Why something did not reach a citizen, in plain words; the code goes with what is unknown."""
    return _UNREACHED.get(error) or why(error) or "没有送达"
