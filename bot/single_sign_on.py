"""Single sign-on: whom the organisation's provider vouches for, as an account of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from bot.records import StaffMember
from bot.role_settings import Placed
from bot.staff import StaffService
from connectors.errors import ConnectorError
from connectors.oidc.client import Begun, OidcClient, Person

log = logging.getLogger(__name__)

ACTOR = "single_sign_on"
"""Who adds accounts that a group gives, in the audit."""


class SingleSignOn:
    """Signing in with a provider.

    Args:
        client: talks with it.
        staff: our accounts.
        groups: group there → place here, for people who have no account yet; empty: accounts are
            made by the administrator alone.
        label: what the button says.
    """

    def __init__(
        self,
        client: OidcClient,
        staff: StaffService,
        *,
        groups: Mapping[str, Placed],
        label: str,
    ) -> None:
        self._client, self._staff, self._groups = client, staff, groups
        self.label = label

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def begin(self) -> Begun:
        """Where to send the browser. Raises `Unavailable`."""
        try:
            return await self._client.begin()
        except ConnectorError as error:
            log.warning("single sign-on cannot begin", extra={"error": error.code})
            raise _away() from error

    async def finish(self, begun: Begun, *, state: str, code: str, issuer: str) -> StaffMember:
        """The account of whoever came back.

        Raises:
            Forbidden: what came back does not hold, or there is no open account for it.
            Unavailable: the provider is away.
        """
        try:
            person = await self._client.finish(begun, state=state, code=code, issuer=issuer)
        except ConnectorError as error:
            log.warning("single sign-on refused", extra={"error": error.code})
            if error.retryable:
                raise _away() from error
            raise Forbidden(
                "统一认证没有通过，请重新登录。多次不成功请联系管理员。", code=error.code
            ) from error
        member = await self._member(person)
        if not member.active:
            raise Forbidden(f"账号 {member.name} 已停用，请联系管理员。", code="account_closed")
        return member

    async def _member(self, person: Person) -> StaffMember:
        try:
            return await self._staff.get(person.name)
        except NotFound:
            placed = next((self._groups[g] for g in person.groups if g in self._groups), None)
        if placed is None:
            raise Forbidden(
                "统一认证已通过，但工作台里没有您的账号。请联系管理员开通。", code="no_account"
            )
        try:
            await self._staff.add(
                person.name,
                placed.role,
                placed.department,
                display_name=person.display_name,
                by=ACTOR,
            )
        except Conflict:
            log.info("an account was added at the same moment")
        except Invalid as error:
            raise Forbidden(
                "统一认证给出的账号名不能使用，请联系管理员。", code="bad_name"
            ) from error
        return await self._staff.get(person.name)


def _away() -> Unavailable:
    return Unavailable("统一认证暂时连不上，请稍后再试，或用账号密码登录。")
