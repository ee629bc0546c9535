"""A stolen database names nobody: all that every channel leaves behind is looked through."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.calls.order import Field
from bot.cases.model import Actor, Role
from bot.storage.tables import metadata
from bot.storage.units import Storage
from connectors.base import Inbound, InboundKind
from tests.bot.web.conftest import House
from tests.bot.web.desk import Telephone, telephone
from tests.bot.web.test_disclosure_public import applied
from tests.bot.web.test_mailbox import form, letter_id

PHONE, MAIL, NAME = "13912345670", "zhang.sanfeng@example.com", "张三丰"
OPEN_ID = "oAbCdEfGhIjKlMnOpQrStUvWxYz0"
OPERATOR = Actor(id="lin", role=Role.OPERATOR)


async def test_whoever_came_by_whatever_way_is_named_nowhere(house: House) -> None:
    phone = await telephone(house)
    await said(house, "wechat", OPEN_ID, "路灯坏了")
    await said(house, "wechat", OPEN_ID, kind=InboundKind.EVENT, details={"Event": "subscribe"})
    await said(house, "hotline", PHONE, "谢谢")
    await said(house, "hotline", PHONE, strand="reports", kind=InboundKind.EVENT)
    await said(house, "mailbox", MAIL, "桥东路的路灯坏了", kind=InboundKind.LETTER,
               details={"via": "mail", "subject": "路灯", "sender_name": NAME})  # fmt: skip
    await write(house)
    await call(phone)
    await applied(await house.visitor(), name=NAME, phone=PHONE, email=MAIL)
    storage = house.world.storage
    # Their words are not sealed, so the looking finds what is there.
    assert {"messages.text", "cases.text", "cases.title"} <= await where(storage, ("路灯",))
    assert await where(storage, (PHONE, MAIL, NAME, OPEN_ID)) == set()


async def said(house: House, channel: str, sender: str, text: str = "", **more: object) -> None:
    """A message, and its turn."""
    inbound = Inbound(
        channel=channel, external_id=house.world.ids.new_id(), sender_id=sender, text=text,
        sent_at=house.world.clock.now(), **more,  # type: ignore[arg-type]  # as named
    )  # fmt: skip
    stored = await house.services.intake.store(inbound)
    await house.services.outbox.wait_for(stored.message.id, 10)


async def write(house: House) -> None:
    """A letter by the form, handled."""
    client = await house.visitor()
    data = form(await letter_id(client), name=NAME, phone=PHONE, mail=MAIL)
    assert (await client.post("/mailbox", data=data)).url.path == "/mailbox/sent"


async def call(phone: Telephone) -> None:
    """A call whose order names its caller, and its case."""
    calls = phone.house.services.calls
    taken = await phone.answered(caller=PHONE)
    for field, value in ((Field.CONTACT_NAME, NAME), (Field.CONTACT_PHONE, PHONE)):
        await calls.type_field(taken.id, field, value, OPERATOR)
    await calls.type_field(taken.id, Field.TEXT, "路灯坏了", OPERATOR)
    await calls.open_case(taken.id, OPERATOR)


async def where(storage: Storage, secrets: tuple[str, ...]) -> set[str]:
    """The columns in which one of these stands, whatever stands around it."""
    engine = create_async_engine(storage._url)
    found = set()
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in (
                await connection.execute(sa.select(sa.text("*")).select_from(table))
            ).mappings():
                found |= {
                    f"{table.name}.{name}"
                    for name, value in row.items()
                    if isinstance(value, str) and any(secret in value for secret in secrets)
                }
    await engine.dispose()
    return found
