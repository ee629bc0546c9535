"""Staff accounts, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest
from argon2 import PasswordHasher

from bot.cases.model import Role
from bot.errors import Conflict, Invalid, NotFound, NotSignedIn, PolicylineError, TooMany
from bot.staff import StaffService
from bot.storage.units import Storage
from tests.fakes.edges import CountingIds, FakeClock

WRONG = "certainly not this"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def staff(storage: Storage, clock: FakeClock, ids: CountingIds) -> StaffService:
    return StaffService(storage, clock, ids, hasher=QUICK)


async def _outcome(staff: StaffService, name: str, password: str) -> str:
    try:
        await staff.sign_in(name, password)
    except PolicylineError as error:
        return error.code
    return "in"


async def test_a_first_password_lets_in_and_must_be_changed(staff: StaffService) -> None:
    first = await staff.add("wang", Role.TRIAGE, display_name="王")
    member = await staff.sign_in("wang", first)
    assert (member.role, member.display_name, member.must_change) == (Role.TRIAGE, "王", True)
    await staff.change_password("wang", first, "a better password")
    assert await _outcome(staff, "wang", first) == "wrong_password"
    assert not (await staff.sign_in("wang", "a better password")).must_change


async def test_a_name_is_given_once(staff: StaffService) -> None:
    await staff.add("wang", Role.TRIAGE)
    with pytest.raises(Conflict):
        await staff.add("wang", Role.EDITOR)
    assert [member.role for member in await staff.all()] == [Role.TRIAGE]


@pytest.mark.parametrize(
    ("name", "role", "department", "password", "field"),
    [
        ("x", Role.TRIAGE, "", None, "name"),
        ("a b", Role.TRIAGE, "", None, "name"),
        ("wang", Role.CITIZEN, "", None, "role"),
        ("wang", Role.DEPARTMENT_CLERK, "", None, "department"),
        ("wang", Role.TRIAGE, "", "short", "password"),
        ("wang", Role.TRIAGE, "", "x" * 201, "password"),
        ("wang", Role.TRIAGE, "", "aaaaaaaaaaaa", "password"),
        ("wangwangwang", Role.TRIAGE, "", "WangWangWang", "password"),
    ],
)
async def test_a_bad_account_names_the_field(
    staff: StaffService, name: str, role: Role, department: str, password: str | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await staff.add(name, role, department, password)
    assert field in refused.value.fields


async def test_unknown_name_wrong_password_and_closed_account_read_the_same(
    staff: StaffService,
) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    await staff.add("li", Role.TRIAGE)
    await staff.set_active("wang", active=False, by="admin")
    messages = []
    for name, password in (("wang", first), ("li", WRONG), ("nobody", WRONG)):
        with pytest.raises(NotSignedIn) as refused:
            await staff.sign_in(name, password)
        messages.append((refused.value.code, refused.value.message))
    assert len(set(messages)) == 1


async def test_an_unknown_name_is_checked_against_a_hash_as_well(
    storage: Storage, clock: FakeClock, ids: CountingIds
) -> None:
    class CountingHasher(PasswordHasher):
        checks = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            type(self).checks += 1
            return super().verify(hash, password)

    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    staff = StaffService(storage, clock, ids, hasher=hasher)
    assert await _outcome(staff, "nobody", WRONG) == "wrong_password"
    assert CountingHasher.checks == 1


@pytest.mark.parametrize("name", ["wang", "nobody"])
async def test_five_wrong_then_wait(staff: StaffService, clock: FakeClock, name: str) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    assert [await _outcome(staff, name, WRONG) for _ in range(5)] == ["wrong_password"] * 5
    with pytest.raises(TooMany) as refused:
        await staff.sign_in(name, first)
    assert refused.value.retry_after_s == 900
    clock.advance(minutes=15)
    assert await _outcome(staff, "wang", first) == "in"


async def test_signing_in_forgives_wrong_tries(staff: StaffService) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    tries = [await _outcome(staff, "wang", word) for word in ([WRONG] * 4 + [first]) * 2]
    assert tries == (["wrong_password"] * 4 + ["in"]) * 2


async def test_guesses_sent_at_once_are_all_counted(staff: StaffService) -> None:
    await staff.add("wang", Role.TRIAGE)
    outcomes = await asyncio.gather(*(_outcome(staff, "wang", WRONG) for _ in range(9)))
    assert sorted(outcomes) == ["too_many"] * 4 + ["wrong_password"] * 5


async def test_a_reset_password_opens_a_locked_account(staff: StaffService) -> None:
    await staff.add("wang", Role.TRIAGE)
    for _ in range(5):
        await _outcome(staff, "wang", WRONG)
    first = await staff.reset_password("wang", by="admin")
    assert (await staff.sign_in("wang", first)).must_change


async def test_a_new_password_must_be_new_and_the_old_one_right(staff: StaffService) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    with pytest.raises(Invalid):
        await staff.change_password("wang", first, first)
    with pytest.raises(NotSignedIn):
        await staff.change_password("wang", WRONG, "a better password")


async def test_nobody_is_not_found(staff: StaffService) -> None:
    for call in (
        staff.get("x1"),
        staff.reset_password("x1"),
        staff.set_active("x1", active=True, by="a"),
    ):
        with pytest.raises(NotFound):
            await call


async def test_weaker_hashes_are_made_again(
    storage: Storage, clock: FakeClock, ids: CountingIds, staff: StaffService
) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    await StaffService(storage, clock, ids, hasher=stronger).sign_in("wang", first)
    async with storage.read() as unit:
        kept = await unit.staff.password_hash("wang")
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=16,t=2,p=1$")


async def test_what_was_done_is_written_down(staff: StaffService) -> None:
    first = await staff.add("wang", Role.TRIAGE, by="admin")
    await staff.sign_in("wang", first)
    await staff.record("wang", "case.export", "cases", rows="7")
    entries = await staff.audit_entries()
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("wang", "case.export", "cases"),
        ("wang", "staff.sign_in", "wang"),
        ("admin", "staff.add", "wang"),
    ]
    assert entries[0].details == {"rows": "7"}
    assert first not in repr(entries)


async def test_guesses_that_were_stopped_are_written_down(
    staff: StaffService, clock: FakeClock
) -> None:
    first = await staff.add("wang", Role.TRIAGE)
    for name in ("wang", "a mistyped password"):
        for _ in range(7):
            await _outcome(staff, name, WRONG)
    clock.advance(minutes=16)
    for word in [WRONG] * 4 + [first]:
        await _outcome(staff, "wang", word)
    entries = await staff.audit_entries(action="staff.locked")
    assert [(entry.actor, entry.subject) for entry in entries] == [
        ("system", "（没有这个账号）"),
        ("system", "wang"),
    ]


async def test_the_audit_is_asked_by_kind_and_by_day_in_china(
    staff: StaffService, clock: FakeClock
) -> None:
    clock.time = datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC)
    await staff.record("wang", "case.export", "before midnight")
    clock.advance(seconds=1)
    await staff.record("wang", "case_.export", "after midnight")

    async def subjects(**asked: object) -> list[str]:
        return [one.subject for one in await staff.audit_entries(**asked)]  # type: ignore[arg-type]

    assert await subjects(day=date(2026, 3, 2)) == ["before midnight"]
    assert await subjects(day=date(2026, 3, 3)) == ["after midnight"]
    assert await subjects(action="case.") == ["before midnight"]
    assert await subjects(action="case_.export") == ["after midnight"]
    assert await staff.audit_actions() == ("case.export", "case_.export")
    newest = (await staff.audit_entries())[0]
    assert await subjects(before=newest.id) == ["before midnight"]


async def test_another_role_is_written_down_with_the_one_before(staff: StaffService) -> None:
    await staff.add("wang", Role.TRIAGE)
    await staff.move("wang", Role.DEPARTMENT_CLERK, "市城市管理局", by="admin")
    member = await staff.get("wang")
    assert (member.role, member.department) == (Role.DEPARTMENT_CLERK, "市城市管理局")
    (entry,) = await staff.audit_entries(action="staff.move")
    assert (entry.actor, entry.details["role"], entry.details["from_role"]) == (
        "admin",
        "department_clerk",
        "triage",
    )
    with pytest.raises(Invalid):
        await staff.move("wang", Role.DEPARTMENT_HEAD, "", by="admin")
    with pytest.raises(NotFound):
        await staff.move("nobody", Role.TRIAGE, "", by="admin")
