"""The files of `deploy/`: each is what its reader takes, holds no secret and asks for no root."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PREFIX, Settings
from tests.balancers import DEPLOY, HAPROXY, NGINX, haproxy_file, nginx_files, present

PORTS = (18081, 18082)
RASAS = {"POLICYLINE_ACTIONS_URL"} | {
    f"POLICYLINE_REDIS_{name}" for name in ("HOST", "PORT", "DB", "PASSWORD")
}
"""Read by `nlu/rasa/endpoints.yml`, not by the service."""
HARDENED = {
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "RestrictSUIDSGID=yes",
    "CapabilityBoundingSet=",
    "User=policyline",
}


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(DEPLOY.rglob("*.yml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            yield path, document


def kubernetes(kind: str) -> list[dict[str, Any]]:
    return [each for path, each in documents() if path.parent.name == "kubernetes"
            and each["kind"] == kind]  # fmt: skip


def test_every_setting_deploy_names_is_a_setting() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | RASAS
    named: set[str] = set()
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            named |= set(re.findall(rf"{PREFIX}[A-Z][A-Z0-9_]*[A-Z0-9]", text))
    assert named <= known, named - known
    assert f"{PREFIX}DRAIN_S" in named


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    if not present("nginx"):
        pytest.skip("nginx is not installed")
    main, _, _ = nginx_files(tmp_path, PORTS)
    done = subprocess.run([NGINX, "-t", "-c", main], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]


def test_haproxy_takes_its_configuration(tmp_path: Path) -> None:
    if not present("haproxy"):
        pytest.skip("haproxy is not installed")
    path, _ = haproxy_file(tmp_path, PORTS)
    done = subprocess.run([HAPROXY, "-c", "-f", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-300:]
    assert not done.stderr, done.stderr.decode()[-300:]


def test_the_script_marks_one_replica_and_takes_the_mark_off(tmp_path: Path) -> None:
    replicas = tmp_path / "replicas.conf"
    shutil.copy(DEPLOY / "nginx" / "replicas.conf", replicas)
    before = replicas.read_text()
    supervisor, seen = tmp_path / "supervisor", tmp_path / "seen"
    supervisor.write_text(f"#!/bin/sh\ngrep ' down;' {replicas} >>{seen}\n")
    (tmp_path / "curl").write_text("#!/bin/sh\nexit 0\n")
    for program in (supervisor, tmp_path / "curl"):
        program.chmod(0o755)
    done = subprocess.run(
        ["sh", DEPLOY / "rolling_update.sh", "8081", "8082"],
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "REPLICAS": str(replicas),
            "RELOAD": "true",
            "RESTART": str(supervisor),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-300:]
    assert re.findall(r"127\.0\.0\.1:(\d+)", seen.read_text()) == ["8081", "8082"]
    assert replicas.read_text() == before


def test_units_are_hardened_and_systemd_takes_them(tmp_path: Path) -> None:
    units = sorted((DEPLOY / "systemd").iterdir())
    assert [unit.name for unit in units] == [
        "policyline-rasa.service",
        "policyline-serve@.service",
        "policyline-worker@.service",
        "policyline.target",
    ]
    for unit in units[:3]:
        assert set(unit.read_text().splitlines()) >= HARDENED, unit.name
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for unit in units:  # the programs are not there, and nothing else may be wrong
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / unit.name) for unit in units]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "policyline" in line]
    assert (done.returncode, said) == (0, [])


@pytest.mark.parametrize("name", ["service", "rasa"])
def test_images_run_as_nobody_and_hold_no_secret(name: str) -> None:
    path = DEPLOY / "container" / f"{name}.Containerfile"
    text = path.read_text()
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert not re.search(r"(KEY|TOKEN|SECRET|PASSWORD)\w*=", text)
    assert "COPY . " not in text
    ignored = path.with_suffix(".Containerfile.dockerignore").read_text().splitlines()
    assert {".git", "var", "*.env", "policyline.toml"} <= set(ignored)
    for copied in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        assert all((DEPLOY.parent / source).exists() for source in copied.split()[:-1])


def test_compose_runs_two_replicas_that_each_have_a_rasa() -> None:
    services = yaml.safe_load((DEPLOY / "container" / "compose.yml").read_text())["services"]
    assert {"postgres", "redis", "serve-1", "serve-2", "worker", "nginx"} <= services.keys()
    beside = {each.get("network_mode") for each in services.values()} - {None}
    assert beside == {"service:serve-1", "service:serve-2", "service:worker"}
    for name in ("serve-1", "serve-2", "worker", "rasa-1", "rasa-2", "rasa-worker"):
        service = services[name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert service["env_file"] == "policyline.env"
    replicas = (DEPLOY / "container" / "replicas.conf").read_text()
    assert re.findall(r"server (serve-\d):8080", replicas) == ["serve-1", "serve-2"]


def test_pods_run_as_nobody_are_probed_and_take_secrets_by_reference() -> None:
    pods = {each["metadata"]["name"]: each["spec"] for each in kubernetes("Deployment")}
    assert pods["policyline-serve"]["replicas"] >= 3
    assert pods["policyline-worker"]["replicas"] >= 2
    for spec in pods.values():
        pod = spec["template"]["spec"]
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert pod["securityContext"]["runAsNonRoot"] is True
        ours = pod["containers"][0]
        assert ours["readinessProbe"]["httpGet"]["path"] == "/ready"
        assert ours["livenessProbe"]["httpGet"]["path"] == "/health"
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            for each in container["env"]:
                secret = re.search(r"KEY|TOKEN|PASSWORD|DATABASE|REDIS_URL", each["name"])
                assert ("secretKeyRef" in each.get("valueFrom", {})) is bool(secret), each["name"]
    assert not kubernetes("Secret")
    assert {each["spec"]["selector"]["matchLabels"]["app"] for each in
            kubernetes("PodDisruptionBudget")} == set(pods)  # fmt: skip
    (scaler,) = kubernetes("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] in pods
    assert scaler["spec"]["minReplicas"] >= pods["policyline-serve"]["replicas"]


def test_the_grace_of_supervisors_is_longer_than_the_drain_and_the_end() -> None:
    unit = (DEPLOY / "systemd" / "policyline-serve@.service").read_text()
    drain = float(re.findall(r"POLICYLINE_DRAIN_S=(\d+)", unit)[0])
    assert drain >= Settings.model_fields["chat_wait_s"].default
    longest = drain + 10.0
    assert float(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) > longest
    pods = kubernetes("Deployment")
    assert all(
        pod["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > longest for pod in pods
    )


def test_both_pages_for_bad_times_are_the_same() -> None:
    page = (DEPLOY / "unavailable.html").read_bytes()
    answer = (DEPLOY / "haproxy" / "unavailable.http").read_bytes()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == page
    assert head.startswith(b"HTTP/1.0 503 ")
    assert "12345" in page.decode()
