"""Ids that sort by time, and the secret made once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import RandomIds, SystemClock
from bot.secret import kept_secret, secret_of
from bot.settings import Settings, SettingsError


def test_ids_are_sorted_as_they_were_made() -> None:
    ids = RandomIds()
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert {len(one) for one in made} == {26}


def test_query_codes_are_six_digits_of_every_kind() -> None:
    codes = {RandomIds().new_query_code() for _ in range(2000)}
    assert {len(code) for code in codes} == {6}
    assert set("".join(codes)) == set("0123456789")


def test_the_time_has_its_zone() -> None:
    offset = SystemClock().now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0


def test_a_secret_is_made_once_by_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(kept_secret, [path] * 16))
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_a_secret_that_is_set_counts_and_must_not_be_short(tmp_path: Path) -> None:
    long, short = "0123456789abcdef", "0123456789abcde"
    assert secret_of(Settings(home=tmp_path, secret_key=SecretStr(long))) == long.encode()
    with pytest.raises(SettingsError, match="POLICYLINE_SECRET_KEY"):
        secret_of(Settings(home=tmp_path, secret_key=SecretStr(short)))
    assert not (tmp_path / "secret_key").exists()
