"""Names of figures: in the service, in docs/operations.md, in alerts and on the dashboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
import yaml

from bot.metrics import Metrics, TurnOutcome
from tests.running import ROOT

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "policyline.json"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
NAME = re.compile(r"\b((?:policyline|process)_[a-z_]+)\b(?!-)(\{[^}]*\})?")
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}


def families() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name as it is exposed → kind and labels."""
    registry = Metrics()._registry
    labels = {
        name: tuple(getattr(collector, "_labelnames", ()))
        for collector, names in registry._collector_to_names.items()
        for name in names
    }
    return {
        family.name + ("_total" if family.type == "counter" else ""): (
            family.type,
            labels.get(family.name, ()),
        )
        for family in registry.collect()
    }


def rules() -> list[dict[str, str]]:
    return [
        rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def rows(after: str) -> list[list[str]]:
    """The table behind these words, without its head."""
    table = OPERATIONS.split(after, 1)[1].split("|---", 1)[1].split("\n\n", 1)[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[1:]
        if line.startswith("|")
    ]


def test_the_document_names_every_figure_and_no_other() -> None:
    told = {row[0].strip("| `"): (row[1], row[2]) for row in rows("<!-- metrics -->")}
    has = {name: (kind, ", ".join(labels)) for name, (kind, labels) in families().items()}
    assert {name: has[name] for name in told.keys() & has.keys()} == told
    assert told.keys() == has.keys()


def test_alerts_and_dashboard_ask_for_figures_and_labels_that_are_there() -> None:
    known = families()
    asked = 0
    for expression in expressions():
        for name, braces in NAME.findall(expression):
            family = re.sub(r"_(bucket|count|sum)$", "", name)
            family = family if family in known and known[family][0] == "histogram" else name
            assert family in known, name
            labels = set(re.findall(r"(\w+)=?[=~!]", braces))
            assert labels <= {*known[family][1], *LABELS_OF_PROMETHEUS}, expression
            asked += 1
    assert asked > 40


def test_outcomes_alerts_ask_for_are_outcomes() -> None:
    asked = {
        outcome
        for expression in expressions()
        for found in re.findall(r'policyline_turn_\w+\{outcome=~?"([^"]+)"', expression)
        for outcome in found.split("|")
    }
    assert asked
    assert asked <= {outcome.value for outcome in TurnOutcome}


def test_every_alert_has_its_row_and_every_row_its_alert() -> None:
    told = {re.findall(r"`(\w+)`", row[0])[0]: row for row in rows("## What to do when")}
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    assert set(told) == set(names)
    for rule in rules():
        row = told[rule["alert"]]
        assert len(row) == 4
        assert all(len(cell) > 5 for cell in row)
        anchor = rule["annotations"]["runbook"].partition("#")[2]
        assert f'<a id="{anchor}"></a>' in row[0]
        assert rule["labels"]["severity"] in {"critical", "warning"}


def test_promtool_takes_the_rules() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    done = subprocess.run([promtool, "check", "rules", ALERTS], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]


def test_what_the_text_of_the_document_names_is_there() -> None:
    known = families()
    named = set(re.findall(r"`(policyline_\w+|process_\w+)", OPERATIONS))
    assert named <= known.keys(), named - known.keys()
