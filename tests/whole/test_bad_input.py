"""What a citizen, a platform or an operator may get wrong: a clear message, nothing half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running import ROOT
from tests.whole.conftest import Whole

pytestmark = pytest.mark.rasa


def post(whole: Whole, path: str, **request: object) -> httpx.Response:
    return httpx.post(whole.started.url + path, timeout=30, **request)  # type: ignore[arg-type]


def look_up(whole: Whole, number: str, code: str) -> httpx.Response:
    return httpx.get(f"{whole.started.url}/api/v1/cases/{number}", headers={"X-Query-Code": code})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"text": 5}', b'{"text": ""}', b'{"text": "  "}', b"\xff\xfe"],
)
def test_a_bad_question_is_named_in_one_shape(whole: Whole, body: bytes) -> None:
    answer = post(whole, "/api/v1/chat", content=body, headers={"Content-Type": "application/json"})
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error.keys() == {"code", "message", "fields"}
    assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])


def test_a_question_of_100_kb_is_answered_or_refused_clearly(whole: Whole) -> None:
    answer = post(whole, "/api/v1/chat", json={"text": "医保怎么交" * 7000})
    assert answer.status_code in {200, 400, 413}
    said = answer.json()
    assert said.get("replies") or said["error"]["message"]


def test_an_unknown_case_and_a_wrong_code_look_alike(whole: Whole) -> None:
    opened = post(
        whole,
        "/api/v1/cases",
        json={
            "title": "路灯不亮",
            "text": "剑光街道人民路路灯不亮",
            "contact_phone": "13800000000",
        },
    ).json()
    number = opened["number"]
    wrong = "000000" if opened["query_code"] != "000000" else "111111"
    answers = [look_up(whole, n, wrong) for n in (number, "20200101000001")]
    assert {a.status_code for a in answers} == {404}
    assert answers[0].json() == answers[1].json()


def test_five_wrong_codes_then_a_wait(whole: Whole) -> None:
    codes = [look_up(whole, "20200101000002", f"{number:06d}") for number in range(6)]
    assert [a.status_code for a in codes][-1] == 429
    assert int(codes[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("body", [b"", b"<xml>", b"<!DOCTYPE x><xml/>", b"\x00\x01"])
def test_broken_xml_is_refused_and_does_not_hurt(whole: Whole, body: bytes) -> None:
    query = whole.platform.signed_query() | {"encrypt_type": "aes", "msg_signature": "0" * 40}
    answer = post(whole, "/channels/wechat", params=query, content=body)
    assert 400 <= answer.status_code < 500


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=os.environ | {"POLICYLINE_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_one_bad_file_is_reported_and_the_others_are_imported(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "good.md").write_text("# 高龄津贴\n\n年满80周岁的老年人每月50元。\n")
    (folder / "bad.pdf").write_bytes(b"not a pdf")
    result = run(tmp_path / "home", "knowledge", "import", str(folder), "--publish")
    assert result.returncode == 1
    assert "bad.pdf" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    again = run(tmp_path / "home", "knowledge", "import", str(folder / "good.md"), "--json")
    assert again.returncode == 0
    report = json.loads(again.stdout)
    assert (report["added"], report["changed"], len(report["unchanged"])) == ([], [], 1)


def test_staff_of_an_unknown_role_is_a_wrong_use(tmp_path: Path) -> None:
    result = run(tmp_path, "staff", "add", "李敏", "--role", "king")
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
