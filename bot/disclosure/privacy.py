"""Who may see who applied; what the others see. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.cases.model import Actor, Role
from bot.disclosure.course import Course
from bot.disclosure.model import Request
from bot.privacy import mask_name, mask_phone, mask_text

_REGISTERS = frozenset({Role.TRIAGE, Role.SUPERVISOR, Role.SYSTEM})
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})


def may_see_applicant(request: Request, reader: Actor) -> bool:
    """True for those who register requests and for the unit that handles this one."""
    if reader.role in _REGISTERS:
        return True
    of_unit = bool(reader.department) and reader.department == request.unit
    return reader.role in _DEPARTMENT and of_unit


def names_in(request: Request) -> tuple[str, ...]:
    """What must not be read in a text of this request: the applicant's own data."""
    who = request.applicant
    parties = (one.name for one in request.course.consultations)
    found = (who.name, who.contact, who.certificate_number, who.phone, who.address, *parties)
    return tuple(one for one in found if len(one) > 1)


def masked(request: Request) -> Request:
    """The request with everything masked that points to a person."""
    who, names = request.applicant, names_in(request)
    applicant = replace(
        who,
        name=mask_name(who.name),
        contact=mask_name(who.contact),
        certificate_number="*" * len(who.certificate_number),
        phone=mask_phone(who.phone),
        email=mask_text(who.email),
        address=mask_name(who.address),
    )
    return replace(
        request,
        applicant=applicant,
        content=mask_text(request.content, names),
        purpose=mask_text(request.purpose, names),
        course=_masked_course(request.course, names),
    )


def _masked_course(course: Course, names: tuple[str, ...]) -> Course:
    correction, proposal = course.correction, course.proposal
    return replace(
        course,
        correction=correction and replace(correction, text=mask_text(correction.text, names)),
        consultations=tuple(
            replace(one, name=mask_name(one.name), opinion=mask_text(one.opinion, names))
            for one in course.consultations
        ),
        proposal=proposal and replace(proposal, letter=mask_text(proposal.letter, names)),
        extension_reason=mask_text(course.extension_reason, names),
        letter=mask_text(course.letter, names),
    )


def as_seen_by(request: Request, reader: Actor) -> Request:
    """The request as this reader may see it."""
    return request if may_see_applicant(request, reader) else masked(request)
