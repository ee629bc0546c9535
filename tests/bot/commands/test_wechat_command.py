"""`policyline wechat`, run as programs run it, against the strict platform."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import application
from bot.settings import ROOT
from tests.fakes.wechat.side import AccountSide
from tests.fakes.wechat_platform import Account, WeChatPlatform, running

INTERPRETATION = """# 《小城公交优待办法》解读

小城市交通运输局

## 一、哪些人免费乘车

六十五周岁以上老人凭爱心卡免费乘车，<b>不限</b>户籍。
"""


@pytest.fixture
def sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[WeChatPlatform, AccountSide]]:
    platform = WeChatPlatform(Account(), lambda: datetime.now(UTC))
    other = platform.add(Account(app_id="wx00000000000yibao", original_id="gh_yibao"))
    city = tmp_path / "city"
    shutil.copytree(ROOT / "bot" / "city" / "fengcheng", city)
    monkeypatch.chdir(tmp_path)
    with running(platform) as url:
        account = platform.account
        environment = {
            "HOME": str(tmp_path / "home"),
            "CITY": str(city),
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "PUBLIC_URL": "https://12345.example",
            "WECHAT_API_URL": url,
            "WECHAT_APP_ID": account.app_id,
            "WECHAT_TOKEN": account.token,
            "WECHAT_ENCODING_AES_KEY": account.aes_key,
            "WECHAT_APP_SECRET": account.secret,
            "WECHAT_ACCOUNTS": json.dumps(
                {
                    "yibao": {
                        "app_id": other.account.app_id,
                        "token": other.account.token,
                        "encoding_aes_key": other.account.aes_key,
                        "app_secret": other.account.secret,
                    }
                }
            ),
        }
        for name, value in environment.items():
            monkeypatch.setenv(f"POLICYLINE_{name}", value)
        yield platform, other


def run(*arguments: str) -> Result:
    arguments = ("wechat", *arguments)
    return CliRunner().invoke(application(arguments), arguments)


Sides = tuple[WeChatPlatform, AccountSide]


def test_the_citys_menu_is_pushed_once(sides: Sides) -> None:
    first = run("menu", "push")
    assert first.exit_code == 0
    assert "+ 问政策 / 怎样提问：点击 ask_help" in first.output
    menu = sides[0].menu
    assert menu is not None
    assert [button["name"] for button in menu] == ["问政策", "反映问题", "我的诉求"]
    assert menu[2]["sub_button"][3]["url"] == "https://12345.example/chat"
    assert sides[1].menu is None
    again = run("menu", "push")
    assert "没有改动" in again.output
    assert sides[0].quotas.used("/cgi-bin/menu/create") == 1


def test_another_account_has_its_own(sides: Sides) -> None:
    assert run("menu", "push", "--account", "yibao").exit_code == 0
    assert (sides[0].menu, sides[1].menu is None) == (None, False)
    unknown = run("menu", "push", "--account", "nobody")
    assert unknown.exit_code == 1
    assert "没有设置这个公众号：nobody（已设置：wechat、wechat-yibao）" in unknown.output


def test_diff_says_what_a_push_would_change_and_changes_nothing(
    sides: Sides, tmp_path: Path
) -> None:
    run("menu", "push")
    assert "一致" in run("menu", "diff").output
    path = tmp_path / "city" / "menu.toml"
    text = path.read_text("utf-8")
    path.write_text(
        text.replace('name = "网页版"', 'name = "网上大厅"').replace("open_case", "open_a_case"),
        "utf-8",
    )
    before = sides[0].menu
    said = run("menu", "diff", "--json")
    assert json.loads(said.stdout) == {
        "changes": [
            "~ 反映问题：点击 open_case → 点击 open_a_case",
            "+ 我的诉求 / 网上大厅：链接 https://12345.example/chat",
            "- 我的诉求 / 网页版：链接 https://12345.example/chat",
        ],
        "faults": [],
    }
    assert sides[0].menu == before


def test_another_order_is_a_change_too(sides: Sides, tmp_path: Path) -> None:
    run("menu", "push")
    menu = sides[0].menu
    assert menu is not None
    menu.reverse()
    assert "顺序不同" in run("menu", "diff").output


def test_every_fault_is_named_before_anything_is_pushed(sides: Sides, tmp_path: Path) -> None:
    path = tmp_path / "city" / "menu.toml"
    lines = ['[[button]]\nname = "这个名字实在太长"\nkey = "k0"\nsays = "x"']
    lines += [f'[[button]]\nname = "第{n}"\nkey = "k{n}"\nsays = "x"' for n in range(1, 3)]
    lines += [f'[[button]]\nname = "过长"\nurl = "{{base_url}}/{"x" * 1020}"']
    path.write_text("\n".join(lines), "utf-8")
    said = run("menu", "push")
    assert said.exit_code == 1
    for fault in ("一级菜单最多 3 个", "“name”超过 16 字节", "“url”超过 1024 字节"):
        assert fault in said.output
    assert sides[0].menu is None


def test_an_address_too_long_with_our_own_before_it(sides: Sides, tmp_path: Path) -> None:
    path = tmp_path / "city" / "menu.toml"
    path.write_text(
        f'[[button]]\nname = "网页"\nurl = "{{base_url}}/{"x" * 1010}"\n'
        '[[button]]\nname = "别处"\nurl = "ftp://x"\n',
        "utf-8",
    )
    said = run("menu", "push")
    assert "“网页”的 url 最多 1024 字节，现在有 1032 字节" in said.output
    assert "“别处”的 url 须以 http:// 或 https:// 开头" in said.output
    assert json.loads(run("menu", "diff", "--json").stdout)["faults"]


def test_what_is_pulled_is_what_was_pushed(sides: Sides, tmp_path: Path) -> None:
    assert "没有菜单" in run("menu", "pull").output
    run("menu", "push")
    assert run("menu", "pull", "--out", "pulled.toml").exit_code == 0
    shutil.copy(tmp_path / "pulled.toml", tmp_path / "city" / "menu.toml")
    assert "一致" in run("menu", "diff").output
    assert 'url = "{base_url}/chat"' in (tmp_path / "pulled.toml").read_text("utf-8")
    assert 'says = "查询诉求进度"' in (tmp_path / "pulled.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "said"), [(-1, "没有响应"), (48001, "权限"), (45009, "次数已经用完"), (40018, "40018")]
)
def test_what_the_platform_refuses_is_one_sentence(sides: Sides, code: int, said: str) -> None:
    sides[0].faults.refuse("/cgi-bin/menu/create", code)
    result = run("menu", "push")
    assert result.exit_code == 1
    assert said in result.output
    assert sides[0].account.secret not in result.output


def published(tmp_path: Path) -> str:
    path = tmp_path / "jiedu.md"
    path.write_text(INTERPRETATION, "utf-8")
    arguments = (
        "knowledge",
        "import",
        str(path),
        "--kind",
        "interpretation",
        "--publish",
        "--json",
    )
    report = CliRunner().invoke(application(arguments), arguments)
    return str(json.loads(report.stdout)["added"][0])


def test_an_interpretation_becomes_a_draft(
    sides: Sides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = published(tmp_path)
    refused = run("draft", document_id)
    assert refused.exit_code == 1
    assert "POLICYLINE_WECHAT_DRAFT_COVER" in refused.output
    monkeypatch.setenv("POLICYLINE_WECHAT_DRAFT_COVER", "no-such-picture")
    assert "永久素材" in run("draft", document_id).output
    cover = sides[0].upload("image", b"\xff\xd8\xff", permanent=True)["media_id"]
    monkeypatch.setenv("POLICYLINE_WECHAT_DRAFT_COVER", cover)
    done = run("draft", document_id)
    assert done.exit_code == 0
    ((media_id, (article,)),) = sides[0].drafts.items()
    assert media_id in done.output.replace("\n", "")
    assert article["title"] == "《小城公交优待办法》解读"
    assert article["thumb_media_id"] == cover
    assert "&lt;b&gt;不限&lt;/b&gt;" in article["content"]
    link = f"https://12345.example/documents/{document_id}"
    assert article["content_source_url"] == link
    assert f'<a href="{link}">' in article["content"]


def test_what_is_no_published_interpretation_becomes_none(sides: Sides, tmp_path: Path) -> None:
    path = tmp_path / "policy.md"
    path.write_text(INTERPRETATION.replace("解读", ""), "utf-8")
    arguments = ("knowledge", "import", str(path), "--kind", "policy", "--publish", "--json")
    report = CliRunner().invoke(application(arguments), arguments)
    said = run("draft", str(json.loads(report.stdout)["added"][0]))
    assert "只有政策解读" in said.output
    assert run("draft", "nothing").exit_code == 1
    assert sides[0].drafts == {}
