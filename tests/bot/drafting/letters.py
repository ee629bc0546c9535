"""Letters and replies written for the tests: on street parking, on pensions, on owls."""

from __future__ import annotations

from datetime import date

from bot.drafting.model import Letter, Replied

PARKING = "市城市管理局"
PENSIONS = "市人力资源和社会保障局"

PARKING_REPLY = (
    "网友“路人甲”：您好！您反映的停车收费问题收悉，现将有关情况答复如下："
    "根据《小城机动车停放服务收费管理办法》第七条，路边泊位前三十分钟免费，之后每小时收费两元。"
    "2025年3月6日，我局工作人员到梧桐花园小区门口现场核实，已责令收费员改正超时计费。"
    "经与来信人张三丰联系，其对处理结果表示满意。"
    "如有疑问，请拨打市城市管理局停车管理科电话：0795-6123456。感谢您的支持！2025年3月10日"
)


def replied(number: str = "1", **values: object) -> Replied:
    """The first letter on parking with its reply; `values` replace what stands here."""
    told: dict[str, object] = {
        "id": f"id-{number}",
        "number": number,
        "version": 3,
        "title": "梧桐花园小区门口路边停车收费不合理",
        "text": "梧桐花园小区门口路边泊位停车收费太高，停十分钟也要收两元，请问收费标准是什么？",
        "reply": PARKING_REPLY,
        "department": PARKING,
        "demand_type": "投诉",
        "day": date(2025, 3, 1),
        "citizens": ("张三丰",),
    }
    return Replied(**{**told, **values})  # type: ignore[arg-type]


PENSION = replied(
    "2",
    title="灵活就业人员怎样参加养老保险",
    text="我没有单位，想问灵活就业人员怎么参加企业职工养老保险，需要什么材料？",
    reply=(
        "您好！灵活就业人员持身份证、户口簿到社保经办窗口办理参保登记，缴费比例为百分之二十。"
        "如需了解，请咨询市社保中心，电话：0795-6234567。感谢您的来信！"
    ),
    department=PENSIONS,
    demand_type="咨询",
    citizens=(),
)
OWLS = replied(
    "3",
    title="后山的猫头鹰夜里叫",
    text="后山猫头鹰夜里叫个不停，会不会不吉利？",
    reply="您好！猫头鹰是国家二级保护动物，任何人不得捕捉和惊扰。感谢您的来信！",
    department="市林业局",
    demand_type="咨询",
    citizens=(),
)


def letter(**values: object) -> Letter:
    """A new letter on street parking."""
    told: dict[str, object] = {
        "id": "id-new",
        "title": "东门路路边停车收费标准",
        "text": "东门路路边泊位停车收费太高，停十分钟也收钱，收费标准到底是什么？",
        "department": PARKING,
        "demand_type": "投诉",
        "day": date(2026, 3, 2),
    }
    return Letter(**{**told, **values})  # type: ignore[arg-type]
