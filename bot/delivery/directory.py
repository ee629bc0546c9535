"""Who is told of cases and how, from the city's contacts and the connectors there are. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.cases.department_notices import Recipient
from bot.city.contacts import Contact


class ContactDirectory:
    """The city's contacts.

    Args:
        contacts: of the city.
        systems: names of connectors to systems that may open cases here; a case's channel is the
            name of the one that did.
        base_url: of our pages, without a slash at the end.
    """

    def __init__(
        self, contacts: Sequence[Contact], *, systems: Collection[str], base_url: str
    ) -> None:
        self._ways = {contact.unit: tuple(_ways(contact)) for contact in contacts}
        self._systems = frozenset(systems)
        self._base_url = base_url

    def of_unit(self, unit: str) -> tuple[Recipient, ...]:
        """The ways to tell a unit, by its official name; empty: it works on our pages."""
        return self._ways.get(unit, ())

    def of_origin(self, channel: str) -> tuple[Recipient, ...]:
        """The way to tell the system that opened a case of this channel."""
        return (Recipient(sender=channel),) if channel in self._systems else ()

    def link(self, case_number: str) -> str:
        """The case's page."""
        return f"{self._base_url}/cases/{case_number}"


def _ways(contact: Contact) -> Iterator[Recipient]:
    for system in contact.systems:
        yield Recipient(sender=system)
    for sender, addresses in contact.by_person.items():
        for address in addresses:
            yield Recipient(sender=sender, address=address, person=True)
