"""What readers get of a letter's files: saved, never opened; the mail itself for the office."""

from __future__ import annotations

from bot.cases.filters import CaseFilter
from bot.cases.model import Case, Role
from connectors.base import Inbound, InboundFile, InboundKind
from tests.fakes.town import LIGHTS

from .conftest import PAGE, House

PAGE_WITH_SCRIPT = b"<html><script>alert(1)</script></html>"


async def a_letter(house: House) -> Case:
    services = house.services
    files = (
        InboundFile(name="说明.html", told_type="text/html", body=PAGE_WITH_SCRIPT),
        InboundFile(name="来信原文.eml", body=b"From: zhang@example.com", source=True),
    )
    stored = await services.intake.store(
        Inbound(
            channel="mailbox",
            external_id="mail:1",
            sender_id="zhang@example.com",
            conversation_id="mailbox:zhang@example.com",
            kind=InboundKind.LETTER,
            text="路灯坏了，请修一修。",
            details={"via": "mail", "subject": "路灯"},
            sent_at=house.world.clock.now(),
            files=files,
        )
    )
    assert await services.outbox.wait_for(stored.message.id, 10)
    [case] = (await services.cases.cases(CaseFilter())).cases
    return case


async def test_a_page_is_saved_as_text_and_never_opened(house: House) -> None:
    case = await a_letter(house)
    [kept, _] = await house.services.attachments.of_case(case.number)
    clerk = await house.staff(Role.DEPARTMENT_CLERK, LIGHTS)
    answer = await clerk.get(f"/cases/{case.number}/attachments/{kept.id}")
    assert await answer.read() == PAGE_WITH_SCRIPT
    assert answer.headers["Content-Type"] == "application/octet-stream"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert disposition.endswith(".html.txt")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


async def test_the_mail_itself_is_the_office_s_alone(house: House) -> None:
    case = await a_letter(house)
    [_, source] = await house.services.attachments.of_case(case.number)
    seen = {}
    for role, unit in ((Role.TRIAGE, ""), (Role.DEPARTMENT_CLERK, LIGHTS), (Role.AUDITOR, "")):
        client = await house.staff(role, unit, name=f"reader-{role.value}")
        listed = await (await client.get(f"/cases/{case.number}", headers=PAGE)).text()
        opened = await client.get(f"/cases/{case.number}/attachments/{source.id}")
        seen[role] = ("来信原文" in listed, opened.status)
    assert seen == {
        Role.TRIAGE: (True, 200),
        Role.DEPARTMENT_CLERK: (False, 403),
        Role.AUDITOR: (False, 403),
    }
