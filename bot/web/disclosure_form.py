"""The application form, as a citizen or a member of staff fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from bot.disclosure.application import (
    Applicant,
    ApplicantKind,
    Certificate,
    Channel,
    Form,
    NewRequest,
    Way,
)
from bot.errors import Invalid
from bot.web.reading import clean

KEY_PATTERN = r"^[0-9a-z]{20,40}$"

Words = Annotated[str, BeforeValidator(lambda v: clean(v) if isinstance(v, str) else v)]
Day = Annotated[date | None, BeforeValidator(lambda v: v or None)]


class RequestForm(BaseModel):
    """What both forms ask."""

    key: str = Field(pattern=KEY_PATTERN, title="表单")
    kind: ApplicantKind = Field(default=ApplicantKind.PERSON, title="申请人类型")
    name: Words = Field(default="", max_length=80, title="姓名或者名称")
    certificate: Certificate = Field(default=Certificate.IDENTITY_CARD, title="证件类型")
    certificate_number: Words = Field(default="", max_length=40, title="证件号码")
    contact: Words = Field(default="", max_length=80, title="联系人")
    phone: Words = Field(default="", max_length=40, title="电话")
    email: Words = Field(default="", max_length=200, title="电子邮箱")
    address: Words = Field(default="", max_length=200, title="通信地址")
    unit: Words = Field(default="", max_length=80, title="受理单位")
    content: Words = Field(default="", max_length=3000, title="所需信息")
    purpose: Words = Field(default="", max_length=3000, title="用途")
    form: Form = Field(default=Form.PAPER, title="提供形式")
    way: Way = Field(default=Way.POST, title="获取方式")

    def new(self, channel: Channel, arrived_on: date, **more: Any) -> NewRequest:
        """The request as the service takes it."""
        return NewRequest(
            origin_key=f"form:{self.key}",
            channel=channel,
            applicant=Applicant(
                kind=self.kind,
                name=self.name,
                certificate=self.certificate,
                certificate_number=self.certificate_number,
                contact=self.contact,
                phone=self.phone,
                email=self.email,
                address=self.address,
            ),
            content=self.content,
            unit=self.unit,
            purpose=self.purpose,
            form=self.form,
            way=self.way,
            arrived_on=arrived_on,
            **more,
        )


class StaffForm(RequestForm):
    """What came on paper, by fax or by mail."""

    channel: Channel = Field(default=Channel.POST, title="来件方式")
    arrived_on: date = Field(title="到达或签收日期")
    signed: bool = Field(default=False, title="签收")
    confirmed_on: Day = Field(default=None, title="确认日期")
    from_case: Words = Field(default="", max_length=40, title="工单编号")


def check_whole(form: RequestForm) -> None:
    """Refuse a citizen's form without what art. 29 asks for. Raises `Invalid`."""
    faults = {}
    if not form.certificate_number:
        faults["certificate_number"] = "请填写证件号码，用来证明身份"
    if form.way is Way.EMAIL and not form.email:
        faults["email"] = "选择用电子邮件获取，请填写电子邮箱"
    if form.way is Way.POST and not form.address:
        faults["address"] = "选择邮寄，请填写通信地址"
    if faults:
        raise Invalid("；".join(faults.values()) + "。", fields=faults)


def typed_of(values: Mapping[str, object]) -> dict[str, str]:
    """What was typed, to be shown again; fields that are no text are left out."""
    return {name: value for name, value in values.items() if isinstance(value, str)}
