"""Routes of signing in, of one's own account, of everybody's accounts and of the audit."""

from __future__ import annotations

from bot.web import account, audit_page, auth, people, second_step, sign_on
from bot.web.rights import Right
from bot.web.routes import Handler, Route


def _of(right: Right, method: str, path: str, handler: Handler) -> Route:
    return Route(method=method, path=path, handler=handler, right=right)


PEOPLE_ROUTES = (
    _of(Right.PUBLIC, "GET", "/signin", auth.show_sign_in),
    _of(Right.PUBLIC, "POST", "/signin", auth.sign_in),
    _of(Right.PUBLIC, "GET", "/signin/code", second_step.show),
    _of(Right.PUBLIC, "POST", "/signin/code", second_step.check),
    _of(Right.PUBLIC, "GET", "/signin/oidc", sign_on.begin),
    _of(Right.PUBLIC, "GET", "/signin/oidc/callback", sign_on.finish),
    _of(Right.STAFF, "POST", "/signout", auth.sign_out),
    _of(Right.STAFF, "GET", "/password", auth.show_password),
    _of(Right.STAFF, "POST", "/password", auth.change_password),
    _of(Right.STAFF, "GET", "/account", account.show),
    _of(Right.STAFF, "POST", "/account/code/begin", account.begin),
    _of(Right.STAFF, "POST", "/account/code/confirm", account.confirm),
    _of(Right.STAFF, "POST", "/account/code/new-codes", account.new_codes),
    _of(Right.STAFF, "POST", "/account/code/off", account.take_off),
    _of(Right.STAFF, "POST", "/account/sessions/end", account.end_session),
    _of(Right.PEOPLE_MANAGE, "GET", "/admin/staff", people.show),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff", people.add),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff/{id}/password", people.reset_password),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff/{id}/active", people.let_in),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff/{id}/role", people.move),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff/{id}/code-off", people.take_off),
    _of(Right.PEOPLE_MANAGE, "POST", "/admin/staff/{id}/sessions", people.end_sessions),
    _of(Right.PEOPLE_MANAGE, "GET", "/admin/staff/{id}", people.show_one),
    _of(Right.AUDIT_SEE, "GET", "/admin/audit", audit_page.show),
    _of(Right.AUDIT_SEE, "GET", "/admin/audit.csv", audit_page.download),
)
