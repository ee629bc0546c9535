"""Requests made before by the same applicant. Pure; whether one is repeated, a person decides.

Source: 国令711号, article 36 (6): what was answered already is not handled again.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.disclosure.application import Applicant
from bot.disclosure.model import Request

_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A request made before; `same_content`: it asks for the same in the same words."""

    request: Request
    same_content: bool


def earlier_ones(request: Request, others: Iterable[Request]) -> tuple[Earlier, ...]:
    """Those made before by the same applicant: the same content first, then the newest."""
    found = [
        Earlier(request=one, same_content=_plain(one.content) == _plain(request.content))
        for one in others
        if one.number < request.number and same_applicant(one.applicant, request.applicant)
    ]
    found.sort(key=lambda one: one.request.number, reverse=True)
    found.sort(key=lambda one: not one.same_content)
    return tuple(found[:_MOST])


def same_applicant(one: Applicant, other: Applicant) -> bool:
    """True where the names are the same, and a certificate, telephone or mail address is too.

    Two certificates of one kind that differ are two persons, whatever else is the same.
    """
    if _plain(one.name) != _plain(other.name):
        return False
    numbers = _plain(one.certificate_number), _plain(other.certificate_number)
    if all(numbers) and one.certificate is other.certificate:
        return numbers[0] == numbers[1]
    ways = ((one.phone, other.phone), (one.email, other.email))
    return any(_plain(mine) and _plain(mine) == _plain(theirs) for mine, theirs in ways)


def _plain(text: str) -> str:
    """Letters, figures and characters alone, in one width and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if each.isalnum())
