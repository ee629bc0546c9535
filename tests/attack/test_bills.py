"""What the service is made of, and what is said of its known weaknesses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT
from scripts.audited import told

LOCKS = {"policyline": "requirements.lock", "rasa": "nlu/rasa/requirements.lock"}
WEAK = {"id": "PYSEC-2026-1", "fix_versions": ["2.1"], "description": "…"}


def packages(lock: str) -> set[str]:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    return {line.lower().replace("_", "-") for line in lines if "==" in line and line[0] != "#"}


def test_a_bill_of_materials_names_all_that_is_locked(tmp_path: Path) -> None:
    subprocess.run(["sh", "scripts/sbom.sh", str(tmp_path)], cwd=ROOT, check=True, timeout=120)
    for name, lock in LOCKS.items():
        bill = json.loads((tmp_path / f"{name}.cdx.json").read_text("utf-8"))
        assert bill["bomFormat"] == "CycloneDX"
        named = {f"{one['name']}=={one['version']}" for one in bill["components"]}
        assert {one.lower().replace("_", "-") for one in named} == packages(lock)


@pytest.mark.parametrize(
    ("said", "text", "wrong"),
    [
        ("", "not audited", False),
        ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', "not audited", False),
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "0 weaknesses", False),
        (
            json.dumps({"dependencies": [{"name": "a", "version": "1", "vulns": [WEAK]}]}),
            "a 1: PYSEC-2026-1, mended in 2.1",
            True,
        ),
    ],
)
def test_an_audit_says_what_it_found_or_that_it_could_not(
    said: str, text: str, wrong: bool
) -> None:
    line, found = told("the service", said)
    assert text in line
    assert found is wrong
