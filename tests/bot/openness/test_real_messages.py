"""Hot issues of a real leader mailbox: the figures only, none of its words."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import application

DATA = Path(os.environ.get("POLICYLINE_DATA_DIR") or Path(__file__).parents[4] / "shared" / "data")
MESSAGES = DATA / "mailbox" / "messages_with_votes.csv"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not MESSAGES.is_file(), reason=f"no measurement data at {DATA}"),
]
_COLUMNS = (
    "number=留言编号,title=留言主题,text=留言详情,at=留言时间,sender=留言用户"
    ",likes=点赞数,dislikes=反对数"
)


def test_what_a_whole_estate_complained_of_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two matters stand out of 4,326 messages for any reader: some fifty messages each."""
    monkeypatch.setenv("POLICYLINE_HOME", str(tmp_path))
    arguments = ("hot", str(MESSAGES), "--columns", _COLUMNS, "--json")
    done = CliRunner().invoke(application(arguments), arguments)
    issues = json.loads(done.stdout)
    assert len(issues) == 10
    assert min(issue["messages"] for issue in issues[:2]) >= 40
    assert max(issue["messages"] for issue in issues[2:]) <= 20
    assert all(issue["name"] for issue in issues)
