"""An application for information as it comes in: who applies, what for, how it is to be had. Pure.

Source: 国令711号 (政府信息公开条例, 2019), article 29.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ApplicantKind(StrEnum):
    """Who applies, as the yearly table divides them."""

    PERSON = "person"
    BUSINESS = "business"
    RESEARCH = "research"
    CHARITY = "charity"
    LEGAL = "legal"
    OTHER = "other"


class Certificate(StrEnum):
    """What proves who the applicant is."""

    IDENTITY_CARD = "identity_card"
    CREDIT_CODE = "credit_code"
    PASSPORT = "passport"
    OTHER = "other"


class Channel(StrEnum):
    """How an application came."""

    IN_PERSON = "in_person"
    POST = "post"
    FAX = "fax"
    WEB = "web"
    EMAIL = "email"
    HANDED_ON = "handed_on"
    """From another unit."""


class Form(StrEnum):
    """In what shape the information is wanted."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    OTHER = "other"


class Way(StrEnum):
    """How something gets to the applicant."""

    POST = "post"
    EMAIL = "email"
    IN_PERSON = "in_person"
    FAX = "fax"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who applies: personal data, for those who handle the request alone.

    Args:
        contact: a person to speak to, where an organisation applies.
        phone, email, address: how they are reached; at least one.
    """

    kind: ApplicantKind = ApplicantKind.PERSON
    name: str
    certificate: Certificate = Certificate.IDENTITY_CARD
    certificate_number: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class NewRequest:
    """What is needed to register a request.

    Args:
        origin_key: unique for ever; the same key again gives the request already registered.
        unit: the unit addressed; empty: the office finds out whose it is.
        content: the information asked for: its name, document number or a description.
        purpose: what it is for, as far as the applicant says.
        arrived_on: when it came; for post, when it was signed for.
        signed: for post: somebody signed for it.
        confirmed_on: when the agency confirmed with the applicant that it came.
        from_case: number of the case it was before.
    """

    origin_key: str
    channel: Channel
    applicant: Applicant
    content: str
    unit: str = ""
    purpose: str = ""
    form: Form = Form.PAPER
    way: Way = Way.POST
    arrived_on: date
    signed: bool = True
    confirmed_on: date | None = None
    from_case: str = ""
