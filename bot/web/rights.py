"""Who may do what: the one table of roles and rights. `docs` and a test read it from here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.cases.model import Role


class Right(StrEnum):
    """What a route asks of its reader."""

    PUBLIC = "public"
    STAFF = "staff"
    TRIAGE_SEE = "triage_see"
    TRIAGE_DECIDE = "triage_decide"
    DEPARTMENT_SEE = "department_see"
    CASES_SEE = "cases_see"
    CASE_READ = "case_read"
    CASE_MOVE = "case_move"
    CASES_EXPORT = "cases_export"
    """Take a list away; persons stand in it only for who may see anybody's."""
    CASES_IMPORT = "cases_import"
    """Open the orders of a spreadsheet."""
    DELIVERIES = "deliveries"
    """What departments are told and other systems tell: seen and settled."""
    KNOWLEDGE_SEE = "knowledge_see"
    KNOWLEDGE_IMPORT = "knowledge_import"
    KNOWLEDGE_EDIT = "knowledge_edit"
    KNOWLEDGE_PUBLISH = "knowledge_publish"
    INSIGHT_SEE = "insight_see"
    INSIGHT_ACT = "insight_act"
    SATISFACTION_SEE = "satisfaction_see"
    """All departments' figures, or one's own."""
    PLAN_ENTER = "plan_enter"
    """Enter what was done for the duties of the plan of openness: any unit's, or one's own."""
    DESK_USE = "desk_use"
    """Take calls."""
    DESK_SUPERVISE = "desk_supervise"
    """See all calls and their figures."""
    CALL_BACKS_SEE = "call_backs_see"
    DISCLOSURE_SEE = "disclosure_see"
    """Requests for information: all, or those of one's own unit."""
    DISCLOSURE_HANDLE = "disclosure_handle"
    """Register and move them; which move is open to whom is the rules' own table."""
    PEOPLE_MANAGE = "people_manage"
    """Accounts of all staff."""
    AUDIT_SEE = "audit_see"
    """Who did and looked at what."""
    CITY_SEE = "city_see"
    """The city's configuration, its connectors and switches."""
    CITY_EDIT = "city_edit"
    """Change the configuration; test connectors."""


STAFF_ROLES = frozenset(set(Role) - {Role.CITIZEN, Role.SYSTEM})

_OFFICE = frozenset({Role.TRIAGE, Role.SUPERVISOR, Role.ADMINISTRATOR})
_DEPARTMENT = frozenset({Role.DEPARTMENT_CLERK, Role.DEPARTMENT_HEAD})
_LOOKING_ON = frozenset({Role.OPERATOR, Role.AUDITOR})

ROLES: Mapping[Right, frozenset[Role]] = {
    Right.PUBLIC: frozenset(Role),
    Right.STAFF: STAFF_ROLES,
    Right.TRIAGE_SEE: _OFFICE | {Role.AUDITOR},
    Right.TRIAGE_DECIDE: _OFFICE,
    Right.DEPARTMENT_SEE: _DEPARTMENT,
    Right.CASES_SEE: _OFFICE | _LOOKING_ON,
    Right.CASE_READ: _OFFICE | _DEPARTMENT | _LOOKING_ON,
    Right.CASE_MOVE: _OFFICE | _DEPARTMENT | {Role.OPERATOR},
    Right.CASES_EXPORT: _OFFICE | {Role.AUDITOR},
    Right.CASES_IMPORT: _OFFICE,
    Right.DELIVERIES: _OFFICE,
    Right.KNOWLEDGE_SEE: frozenset(
        {Role.EDITOR, Role.CHECKER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR}
    ),
    Right.KNOWLEDGE_IMPORT: frozenset({Role.EDITOR, Role.ADMINISTRATOR}),
    Right.KNOWLEDGE_EDIT: frozenset({Role.EDITOR, Role.ADMINISTRATOR}),
    Right.KNOWLEDGE_PUBLISH: frozenset({Role.CHECKER, Role.ADMINISTRATOR}),
    Right.INSIGHT_SEE: _OFFICE | _LOOKING_ON,
    Right.INSIGHT_ACT: _OFFICE,
    Right.SATISFACTION_SEE: _OFFICE | _DEPARTMENT | _LOOKING_ON,
    Right.PLAN_ENTER: _OFFICE | _DEPARTMENT,
    Right.DESK_USE: frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Right.DESK_SUPERVISE: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Right.CALL_BACKS_SEE: frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Right.DISCLOSURE_SEE: _OFFICE | _DEPARTMENT | {Role.AUDITOR},
    Right.DISCLOSURE_HANDLE: _OFFICE | _DEPARTMENT,
    Right.PEOPLE_MANAGE: frozenset({Role.ADMINISTRATOR}),
    Right.AUDIT_SEE: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Right.CITY_SEE: frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR}),
    Right.CITY_EDIT: frozenset({Role.ADMINISTRATOR}),
}
"""Which of the moves on a case are open to a role is the case model's own table."""

HOME: Mapping[Role, str] = {
    Role.OPERATOR: "/desk",
    Role.TRIAGE: "/triage",
    Role.DEPARTMENT_CLERK: "/departments",
    Role.DEPARTMENT_HEAD: "/departments",
    Role.EDITOR: "/knowledge",
    Role.CHECKER: "/knowledge",
    Role.SUPERVISOR: "/triage",
    Role.ADMINISTRATOR: "/triage",
    Role.AUDITOR: "/cases",
}
"""Where a role lands after signing in."""


def allowed(right: Right, role: Role) -> bool:
    """True where the role has the right."""
    return role in ROLES[right]
