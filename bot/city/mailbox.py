"""Whom letters may be written to, and what the mailbox does not take: `mailbox.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.city.reading import read_toml

if TYPE_CHECKING:
    from bot.city.reading import Faults


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A leader's box, as the form offers it; `hint` says what it looks after."""

    name: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class NotTaken:
    """What the mailbox does not take, and the right way.

    Args:
        words: each alone tells it in a letter.
        link: where that way begins; a path of ours, a `tel:` or an address; or empty.
    """

    what: str
    way: str
    words: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """The mailbox's form as the city wants it."""

    recipients: tuple[Recipient, ...] = (Recipient(name="领导信箱"),)
    not_taken: tuple[NotTaken, ...] = ()

    def elsewhere(self, text: str) -> tuple[NotTaken, ...]:
        """What of a letter belongs elsewhere, by its words."""
        return tuple(one for one in self.not_taken if any(word in text for word in one.words))


def read(path: Path, faults: Faults) -> Mailbox:
    """The mailbox of a city; the plain one where it has no such file."""
    if not path.exists():
        return Mailbox()
    file = read_toml(path, faults)
    recipients, not_taken = [], []
    for item in file.tables("recipient"):
        recipients.append(Recipient(name=item.text("name"), hint=item.text("hint", needed=False)))
        item.done()
    for item in file.tables("not_taken"):
        not_taken.append(
            NotTaken(
                what=item.text("what"),
                way=item.text("way"),
                words=item.texts("words"),
                link=item.text("link", needed=False),
            )
        )
        item.done()
    file.done()
    names = [one.name for one in recipients]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"mailbox.toml {name}", "写了两次")
    if not recipients:
        faults.add("mailbox.toml", "至少要有一个收信人（recipient）")
    return Mailbox(recipients=tuple(recipients), not_taken=tuple(not_taken))
