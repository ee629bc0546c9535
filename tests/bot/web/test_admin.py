"""`/admin`: the city's files read, changed with a preview, undone; connectors checked."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse, FormData
from aiohttp.test_utils import TestClient

from bot.cases.model import Role
from bot.city import load
from bot.city.changed import CityProcess
from bot.city.load import DEFAULT
from bot.commands.findings import Finding, Verdict
from bot.probing import Probe, Probes
from bot.records import NewOutbound
from bot.settings import Settings
from connectors.base import Reply
from tests.bot.conftest import World
from tests.bot.web.conftest import PAGE, House, running, token

LIMITS = (DEFAULT / "limits.toml").read_text(encoding="utf-8")
LONGER = LIMITS.replace("return_days = 1\n", "return_days = 3\n")


@pytest.fixture
async def admin(house: House) -> TestClient:
    return await house.staff(Role.ADMINISTRATOR)


async def shown(client: TestClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers=PAGE)
    assert answer.status == status
    return html.unescape(await answer.text())


async def look(client: TestClient, part: str, **fields: str) -> tuple[int, str]:
    """What the preview says of a change."""
    data = {"csrf_token": await token(client), **fields}
    answer = await client.post(f"/admin/city/{part}/preview", data=data, headers=PAGE)
    return answer.status, html.unescape(await answer.text())


def hidden(page: str) -> dict[str, str]:
    """The confirming form's hidden fields."""
    form = page[page.rindex("<form") :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def confirm(
    client: TestClient, part: str, page: str, reason: str = "按新规定"
) -> ClientResponse:
    return await client.post(
        f"/admin/city/{part}",
        data={**hidden(page), "reason": reason},
        headers=PAGE,
        allow_redirects=False,
    )


async def change(client: TestClient, part: str, text: str, reason: str = "按新规定") -> str:
    status, page = await look(client, part, text=text)
    assert status == 200
    answer = await confirm(client, part, page, reason)
    assert answer.status == 303
    return answer.headers["Location"]


async def test_the_overview_says_what_is_in_use_and_what_there_is(
    house: House, admin: TestClient
) -> None:
    await house.services.presence.show()
    page = await shown(admin, "/admin")
    assert "小城" in page
    assert "随附的配置，没有改过" in page
    assert "replica-1" in page
    assert '<span class="state state-closed">最新</span>' in page
    assert "<li>引文改写</li>" in page
    assert '<a href="/admin/city/limits">时限与日历</a>' in page


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("city", "360981"),
        ("departments", "市城市管理局"),
        ("places", "所在镇街"),
        ("limits", "15 个工作日"),
        ("rules", "[[emergency]]"),
        ("wording", "state_dispatched"),
        ("mailbox", "市长信箱"),
        ("disclosure", "网上提交之日即收到之日"),
        ("contacts", "企业微信"),
        ("fields", "重大建设项目"),
        ("menu", "点击即说"),
        ("sms", "[[template]]"),
        ("features", "off = []"),
    ],
)
async def test_each_file_is_read_on_a_page(admin: TestClient, part: str, said: str) -> None:
    assert said in await shown(admin, f"/admin/city/{part}")


async def test_no_other_file_is_read(admin: TestClient) -> None:
    await shown(admin, "/admin/city/secret_key", 404)
    await shown(admin, "/admin/city/..%2Flimits", 404)


async def test_a_file_is_downloaded_as_it_is(admin: TestClient) -> None:
    answer = await admin.get("/admin/city/limits/download")
    assert await answer.text() == LIMITS
    assert answer.headers["Content-Disposition"] == 'attachment; filename="limits.toml"'


async def test_a_change_is_looked_at_and_then_kept(house: House, admin: TestClient) -> None:
    status, page = await look(admin, "limits", text=LONGER.replace("\n", "\r\n"))
    assert status == 200
    assert "退单（工作日）" in page
    assert "<del>1</del> → <ins>3</ins>" in page
    assert await house.services.configuration.versions() == ()

    answer = await confirm(admin, "limits", page)
    assert answer.status == 303
    assert answer.headers["Location"] == "/admin/city/limits?saved=1"
    [version] = await house.services.configuration.versions()
    assert (version.by, version.reason, version.file) == (
        "administrator",
        "按新规定",
        "limits.toml",
    )
    assert "已保存为第 1 版" in await shown(admin, "/admin/city/limits?saved=1")
    changed = await admin.get("/admin/city/limits/download")
    assert await changed.text() == LONGER


async def test_what_was_changed_is_written_down(house: House, admin: TestClient) -> None:
    await change(admin, "limits", LONGER)
    [entry] = await house.services.staff.audit_entries(subject="city:limits.toml")
    assert (entry.actor, entry.action, entry.details) == (
        "administrator",
        "city.change",
        {"version": "1"},
    )


async def test_a_changed_file_is_uploaded(admin: TestClient) -> None:
    form = FormData()
    form.add_field("csrf_token", await token(admin))
    form.add_field("file", LONGER.encode(), filename="limits.toml")
    form.add_field("text", "not looked at")
    answer = await admin.post("/admin/city/limits/preview", data=form, headers=PAGE)
    assert answer.status == 200
    assert "<ins>3</ins>" in await answer.text()


async def test_every_fault_is_named_with_its_line(house: House, admin: TestClient) -> None:
    lines = LONGER.splitlines()
    lines[lines.index("return_days = 3")] = "return_days = 0"
    lines[lines.index('severity = "urgent"')] = 'severity = "soon"'
    status, page = await look(admin, "limits", text="\n".join(lines))
    assert status == 400
    steps, severity = lines.index("return_days = 0") + 1, lines.index('severity = "soon"') + 1
    assert f"第 {steps} 行：limits.toml [steps]：“return_days”应为不小于 1 的整数" in page
    assert f"第 {severity} 行：limits.toml 第 2 项 limit：“severity”应为" in page
    assert f"{steps:5d}  return_days = 0" in page
    assert "保存为新版本" not in page


async def test_a_slip_of_the_pen_is_shown_where_it_is(admin: TestClient) -> None:
    status, page = await look(admin, "limits", text='a = 1\nb = "open\n')
    assert status == 400
    assert "第 2 行：limits.toml：写法有误" in page


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("limits", f"a = {'[' * 5000}", "套得太深"),
        ("sms", f"a = {'[' * 5000}", "套得太深"),
        ("limits", LONGER.replace("office_days = 3", f"office_days = {10**20}"), "不大于 10000"),
        ("sms", 'sign = "丰"\n', "“sign”应为 2 到 20 个字"),
    ],
)
async def test_what_would_stop_the_service_is_a_fault(
    admin: TestClient, part: str, text: str, said: str
) -> None:
    status, page = await look(admin, part, text=text)
    assert (status, said in page) == (400, True)


async def test_a_fault_in_another_file_stops_it_too(admin: TestClient) -> None:
    text = (DEFAULT / "departments.toml").read_text(encoding="utf-8")
    status, page = await look(
        admin, "departments", text=text.replace('name = "市城市管理局"', 'name = "市城管局"')
    )
    assert status == 400
    assert "catalogue.csv" in page


async def test_templates_of_text_messages_are_looked_at(admin: TestClient) -> None:
    text = (DEFAULT / "sms.toml").read_text(encoding="utf-8")
    assert (await look(admin, "sms", text=text + "\n# 注\n"))[0] == 200


async def test_nothing_is_kept_without_a_reason(house: House, admin: TestClient) -> None:
    _, page = await look(admin, "limits", text=LONGER)
    answer = await confirm(admin, "limits", page, reason=" ")
    assert answer.status == 400
    assert "请写明修改的理由" in await answer.text()
    assert await house.services.configuration.versions() == ()


async def test_what_is_the_same_is_no_version(house: House, admin: TestClient) -> None:
    _, page = await look(admin, "limits", text=LIMITS)
    assert "内容没有变化" in page
    assert "保存为新版本" not in page


async def test_two_people_do_not_overwrite_each_other(house: House, admin: TestClient) -> None:
    other = await house.staff(Role.ADMINISTRATOR, name="another")
    _, page = await look(admin, "limits", text=LONGER)
    await change(other, "limits", LIMITS + "\n# 另一处\n")
    answer = await confirm(admin, "limits", page)
    assert answer.status == 409
    again = html.unescape(await answer.text())
    assert "预览之后又有人改过配置" in again
    assert len(await house.services.configuration.versions()) == 1
    assert (await confirm(admin, "limits", again)).status == 303


async def test_a_change_is_undone_by_a_new_version(house: House, admin: TestClient) -> None:
    second = LONGER.replace("office_days = 3", "office_days = 9")
    await change(admin, "limits", LONGER)
    await change(admin, "limits", second)
    assert "office_days = 9" in await shown(admin, "/admin/versions/2")
    status, page = await look(admin, "limits", undo="2")
    assert status == 200
    assert "<del>9</del> → <ins>3</ins>" in page
    await confirm(admin, "limits", page)
    versions = await house.services.configuration.versions()
    assert [one.previous for one in versions] == [2, 1, 0]
    answer = await admin.get("/admin/city/limits/download")
    assert await answer.text() == LONGER


async def test_undoing_the_first_change_goes_back_to_the_folder(
    house: House, admin: TestClient
) -> None:
    await change(admin, "limits", LONGER)
    _, page = await look(admin, "limits", undo="1")
    assert (await confirm(admin, "limits", page)).status == 303
    [last, _] = await house.services.configuration.versions()
    assert last.own
    answer = await admin.get("/admin/city/limits/download")
    assert await answer.text() == LIMITS
    assert "第 2 版" in await shown(admin, "/admin/versions")


async def test_a_version_of_another_file_is_not_taken(admin: TestClient) -> None:
    await change(admin, "limits", LONGER)
    assert (await look(admin, "places", undo="1"))[0] == 400
    assert (await look(admin, "limits", undo="7"))[0] == 404
    await shown(admin, "/admin/versions/7", 404)
    await shown(admin, "/admin/versions/99999999999999999999", 404)


async def test_a_unit_that_is_no_more_is_told_with_its_open_cases(
    house: House, admin: TestClient
) -> None:
    text = (DEFAULT / "departments.toml").read_text(encoding="utf-8")
    extra = '\n[[department]]\nname = "市试验局"\naliases = []\nduties = ["试验用词"]\n'
    await change(admin, "departments", text + extra)
    await house.staff(Role.DEPARTMENT_CLERK, "市试验局")
    status, page = await look(admin, "departments", text=text)
    assert status == 200
    assert "不再有“市试验局”：在办工单 0 件，人员 1 个" in page


async def test_a_process_started_before_a_change_is_told(house: House, admin: TestClient) -> None:
    await house.services.presence.show()
    await change(admin, "limits", LONGER)
    page = await shown(admin, "/admin")
    assert "要重新启动" in page
    async with house.world.storage.begin() as unit:
        await unit.city.seen(
            CityProcess(
                process="replica-2",
                role="worker",
                version=1,
                catalogue="",
                fault="",
                started_at=house.world.clock.now(),
                seen_at=house.world.clock.now(),
            )
        )
    page = await shown(admin, "/admin")
    assert page.count('<button class="button" aria-label="重新启动 replica-1">') == 1
    assert page.count('<span class="state state-triage">要重新启动</span>') == 1
    assert page.count('<span class="state state-closed">最新</span>') == 1


async def test_a_process_is_asked_to_start_again(house: House, admin: TestClient) -> None:
    await house.services.presence.show()
    data = {"csrf_token": await token(admin), "process": "replica-1"}
    answer = await admin.post("/admin/restart", data=data, headers=PAGE, allow_redirects=False)
    assert answer.status == 303
    [process] = await house.services.presence.processes()
    assert process.restart
    [entry] = await house.services.staff.audit_entries(subject="replica-1")
    assert (entry.actor, entry.action) == ("administrator", "process.restart")
    gone = await admin.post("/admin/restart", data={**data, "process": "nobody"}, headers=PAGE)
    assert gone.status == 404


async def test_who_may_see_may_not_change(house: House) -> None:
    auditor = await house.staff(Role.AUDITOR)
    page = await shown(auditor, "/admin/city/limits")
    assert "检查并预览" not in page
    assert (await look(auditor, "limits", text=LONGER))[0] == 403


# The dispatch catalogue


async def upload(client: TestClient, raw: bytes, name: str = "catalogue.csv") -> tuple[int, str]:
    form = FormData()
    form.add_field("csrf_token", await token(client))
    form.add_field("file", raw, filename=name)
    answer = await client.post("/admin/city/catalogue/preview", data=form, headers=PAGE)
    return answer.status, html.unescape(await answer.text())


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_the_catalogue_goes_out_and_comes_in_unchanged(admin: TestClient, kind: str) -> None:
    raw = await (await admin.get(f"/admin/city/catalogue/download?as={kind}")).read()
    status, page = await upload(admin, raw, f"catalogue.{kind}")
    assert status == 200
    assert "内容没有变化" in page


async def test_the_catalogue_is_changed_and_taken_back(house: House, admin: TestClient) -> None:
    raw = await (await admin.get("/admin/city/catalogue/download?as=csv")).read()
    duty = load(DEFAULT).duties[0]
    changed = raw.replace(duty.name.encode(), f"{duty.name}试".encode(), 1)
    status, page = await upload(admin, changed)
    assert status == 200
    assert f"{duty.id} {duty.name}试" in page
    answer = await confirm(admin, "catalogue", page)
    assert answer.headers["Location"] == "/admin/city/catalogue?saved=1"
    name = house.services.catalogue.current()
    assert f"{duty.name}试" in await shown(admin, "/admin/city/catalogue")

    back = await admin.post(
        "/admin/city/catalogue/use",
        data={"csrf_token": await token(admin), "version": "shipped"},
        headers=PAGE,
        allow_redirects=False,
    )
    assert back.status == 303
    assert house.services.catalogue.current() == ""
    entries = await house.services.staff.audit_entries(subject="city:catalogue")
    assert [(one.action, one.details.get("version")) for one in entries][:2] == [
        ("city.catalogue_use", "shipped"),
        ("city.catalogue", name),
    ]


async def test_faults_of_a_catalogue_are_named_by_cell(house: House, admin: TestClient) -> None:
    rows = "编号,事项,一级分类,主办单位,关键词\nA-1,试,试,没有这个局,试\n"
    status, page = await upload(admin, rows.encode())
    assert status == 400
    assert "第 2 行“主办单位”（D 列）：“没有这个局”不在本市单位名单中" in page
    assert (await upload(admin, b"PK\x03\x04 broken"))[0] == 400
    assert house.services.catalogue.current() == ""


async def test_a_catalogue_that_no_longer_fits_can_be_put_right(
    house: House, admin: TestClient
) -> None:
    raw = await (await admin.get("/admin/city/catalogue/download?as=csv")).read()
    _, page = await upload(admin, raw.replace("路灯".encode(), "街灯".encode(), 1))
    await confirm(admin, "catalogue", page)
    name = house.services.catalogue.current()
    kept = house.world.home / "catalogue" / name / "catalogue.csv"
    kept.write_text("编号,事项\n", encoding="utf-8")
    page = await shown(admin, "/admin/city/catalogue")
    assert "缺少列" in page
    assert (await upload(admin, raw))[0] == 200


async def test_a_catalogue_changed_meanwhile_is_not_overwritten(
    house: House, admin: TestClient
) -> None:
    raw = await (await admin.get("/admin/city/catalogue/download?as=csv")).read()
    duty = load(DEFAULT).duties[0]
    _, one = await upload(admin, raw.replace(duty.name.encode(), b"one", 1))
    _, two = await upload(admin, raw.replace(duty.name.encode(), b"two", 1))
    assert (await confirm(admin, "catalogue", one)).status == 303
    kept = house.services.catalogue.current()
    assert (await confirm(admin, "catalogue", two)).status == 409
    assert house.services.catalogue.current() == kept


async def test_a_catalogue_version_nobody_made_is_not_used(admin: TestClient) -> None:
    for version in ("", "../../etc", "20260101T000000000000"):
        answer = await admin.post(
            "/admin/city/catalogue/use",
            data={"csrf_token": await token(admin), "version": version},
            headers=PAGE,
        )
        assert answer.status == 400


# Connectors and switches


@pytest.fixture
async def probed(world: World, library: object) -> AsyncIterator[House]:
    async def fault() -> list[Finding]:
        return [
            Finding(subject="短信网关", verdict=Verdict.FAULT, said="签名不对"),
            Finding(subject="余额", verdict=Verdict.FINE, said="够用"),
        ]

    probe = Probe(
        name="sms",
        title="短信网关",
        group="渠道",
        is_set=True,
        setting="POLICYLINE_X",
        run=fault,
        channels=("hotline", "webchat"),
    )
    async with running(world, library=library, probes=Probes([probe], world.staff)) as opened:
        yield opened


async def test_a_connector_is_checked_and_its_outcome_stays(probed: House) -> None:
    admin = await probed.staff(Role.ADMINISTRATOR)
    assert "还没有从这里检查过" in await shown(admin, "/admin/connectors")
    answer = await admin.post(
        "/admin/connectors/sms/test",
        data={"csrf_token": await token(admin)},
        headers=PAGE,
        allow_redirects=False,
    )
    assert answer.headers["Location"] == "/admin/connectors#sms"
    page = await shown(admin, "/admin/connectors")
    assert '<span class="verdict verdict-fault">故障</span> 短信网关：签名不对；余额：够用' in page
    [entry] = await probed.services.staff.audit_entries(subject="connector:sms")
    assert (entry.actor, entry.action) == ("administrator", "connector.test")


async def test_what_went_out_lately_is_told(probed: House) -> None:
    notice = NewOutbound(
        key="k",
        channel="hotline",
        conversation_id="hotline:a",
        recipient="13900000001",
        reply=Reply(text="已受理"),
    )
    async with probed.world.storage.begin() as unit:
        row = await unit.outbox.add(notice, id="o1", now=probed.world.clock.now())
        await unit.outbox.bury(row.id, error="blocked")
    admin = await probed.staff(Role.ADMINISTRATOR)
    page = await shown(admin, "/admin/connectors")
    assert "没有发出</span> 上次在" in page
    assert "（blocked）" in page


async def test_a_connector_nobody_has_is_not_checked(probed: House) -> None:
    admin = await probed.staff(Role.ADMINISTRATOR)
    answer = await admin.post(
        "/admin/connectors/other/test", data={"csrf_token": await token(admin)}, headers=PAGE
    )
    assert answer.status == 404


async def test_switches_say_where_they_are_set(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYLINE_CLAMD", "unix:/run/clamd")
    page = await shown(admin, "/admin/features")
    assert "POLICYLINE_REPHRASE_URL" in page
    assert "环境变量" in page
    assert "没有设置，用默认值" in page


@pytest.fixture
async def merging(world: World, library: object) -> AsyncIterator[House]:
    """Repeats are merged without a person."""
    settings = Settings(home=world.home, merge_auto=0.9)
    async with running(world, library=library, settings=settings) as opened:
        yield opened


async def test_a_feature_is_stopped_by_a_version(merging: House) -> None:
    admin = await merging.staff(Role.ADMINISTRATOR)
    page = await shown(admin, "/admin/features")
    assert "停用自动并单" in page
    raw = await (await admin.get("/admin/features", headers=PAGE)).text()
    before = raw[: raw.index('aria-label="停用自动并单"')]
    text = before[before.rindex('name="text" value="') + 19 : before.rindex('"><button')]
    status, looked = await look(admin, "features", text=html.unescape(text))
    assert status == 200
    assert "<del>设置了就用</del> → <ins>停用</ins>" in looked
    assert (await confirm(admin, "features", looked, "先人工看一阵")).status == 303
    city = await merging.services.configuration.city()
    assert city is not None
    assert city.off == {"merge_auto"}
    page = await shown(admin, "/admin/features")
    assert "恢复自动并单" in page
    assert "还没有生效" in page
    [newest] = await merging.services.configuration.versions(limit=1)
    assert (newest.file, newest.reason) == ("features.toml", "先人工看一阵")


async def test_a_feature_nobody_knows_is_refused(admin: TestClient) -> None:
    _, page = await look(admin, "features", text='off = ["tea"]\n')
    assert "没有这样的功能：tea" in page


async def test_who_only_looks_switches_nothing(merging: House) -> None:
    auditor = await merging.staff(Role.AUDITOR)
    assert "停用自动并单" not in await shown(auditor, "/admin/features")
