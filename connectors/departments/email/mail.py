"""A notice as a mail. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from connectors.departments.base import DepartmentNotice
from connectors.departments.wording import BEIJING, day_of, kind_of, line, severity_of

_SUBJECT_CHARS = 60
_PLAIN_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def mail(notice: DepartmentNotice, *, sender: str, sender_name: str, now: datetime) -> EmailMessage:
    """The mail; the same notice has the same Message-ID whenever it is made.

    Args:
        notice: contact and text stand in it as far as it carries them.
        sender: address.
        sender_name: shown with it.
        now: aware.
    """
    user, _, domain = sender.rpartition("@")
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=sender_name, username=user, domain=domain)
    made["To"] = notice.address
    made["Subject"] = subject(notice)
    made["Date"] = format_datetime(now.astimezone(BEIJING))
    made["Message-ID"] = f"<{_id_of(notice.idempotency_key)}@{domain}>"
    made["References"] = f"<case-{_id_of(notice.case_number)}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made.set_content("\n".join(_body(notice)) + "\n", charset="utf-8", cte="base64")
    return made


def subject(notice: DepartmentNotice) -> str:
    """One line: what, which case, about what."""
    urgent = severity_of(notice)
    said = f"【12345】{kind_of(notice)} {notice.case_number} {line(notice.title, _SUBJECT_CHARS)}"
    # Python's mail library would decode an encoded word in it, line ends in it too.
    return line(f"{said}（{urgent}）" if urgent else said, 120).replace("=?", "= ?")


def _id_of(key: str) -> str:
    """A key as the left side of a Message-ID."""
    return key if _PLAIN_ID.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:32]


def _body(notice: DepartmentNotice) -> Iterator[str]:
    yield f"{notice.department}："
    yield ""
    yield kind_of(notice)
    if notice.words:
        yield notice.words
    if notice.grade:
        yield f"评价：{notice.grade} 分（满分 5 分）"
    yield ""
    for name, value in _facts(notice):
        if value:
            yield f"{name}：{value}"
    yield ""
    if notice.link:
        yield f"办理请登录：{notice.link}"
    yield "本邮件由系统发出，请不要回复。"


def _facts(notice: DepartmentNotice) -> Iterator[tuple[str, str]]:
    yield "工单编号", notice.case_number
    yield "标题", line(notice.title, 200)
    yield "诉求类型", notice.demand_type
    yield "分类", " / ".join(notice.category)
    yield "紧急程度", severity_of(notice)
    yield "事发地址", line(notice.place, 200)
    yield "属地", notice.territory
    yield "事发时间", line(notice.occurred_at, 100)
    yield "办理期限", day_of(notice.due_at) if notice.due_at else ""
    yield "诉求内容", notice.text
    yield "联系人", line(notice.contact_name, 80)
    yield "联系电话", line(notice.contact_phone, 40)
    if notice.confidential:
        yield "请注意", "市民要求保密，不得泄露其身份信息"
