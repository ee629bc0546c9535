"""A notice as somebody may see it who is not owed the citizen's own words. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.privacy import mask_text
from connectors.departments.base import DepartmentNotice, DepartmentSender, SeesCitizens


def for_sender(notice: DepartmentNotice, sender: DepartmentSender) -> DepartmentNotice:
    """The notice as this sender is handed it."""
    if isinstance(sender, SeesCitizens) and sender.sees_citizens:
        return notice
    return guarded(notice)


def guarded(notice: DepartmentNotice) -> DepartmentNotice:
    """Without contact; numbers, addresses of mail and the contact's name masked in what was
    written."""
    names = (notice.contact_name,) if notice.contact_name else ()
    return replace(
        notice,
        title=mask_text(notice.title, names),
        text=mask_text(notice.text, names),
        words=mask_text(notice.words, names),
        place=mask_text(notice.place, names),
        occurred_at=mask_text(notice.occurred_at, names),
        contact_name="",
        contact_phone="",
    )
