"""Every mail kept as a file is read right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.channels.mailbox.letter import MailLetter
from connectors.channels.mailbox.parsing import read

from .mails import FOLDER, MAILS, OURS, Mail

NOW = datetime(2026, 7, 22, 1, 0, tzinfo=UTC)
OWN = frozenset({"szxx@mail.fengcheng.example"})


def read_file(name: str) -> MailLetter:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    return read(raw, received_at=NOW, own_addresses=OWN, is_ours=lambda given: given == OURS)


def test_the_files_are_those_of_the_table() -> None:
    kept = {path.stem: path.read_bytes() for path in FOLDER.glob("*.eml")}
    assert kept == {each.name: each.raw for each in MAILS}
    assert len(kept) >= 60


@pytest.mark.parametrize("mail", MAILS, ids=lambda each: each.name)
def test_a_mail_is_read(mail: Mail) -> None:
    letter = read_file(mail.name)
    assert letter.sender == mail.sender
    assert letter.subject == mail.subject
    assert mail.text is None or letter.text == mail.text
    assert not [said for said in mail.holds if said not in letter.text]
    assert not [said for said in mail.lacks if said in letter.text]
    assert tuple((each.name, len(each.body)) for each in letter.files) == mail.files
    assert letter.automatic.value == mail.automatic
    assert letter.faults == mail.faults
    assert {name: getattr(letter, name) for name in mail.more} == mail.more
