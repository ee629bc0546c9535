"""nginx and HAProxy with the configuration of `deploy/`, before replicas of a test."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.mail_server import certificate
from tests.running import ROOT
from tests.servers import free_port

DEPLOY = ROOT / "deploy"
NGINX, HAPROXY = Path("/usr/sbin/nginx"), Path("/usr/sbin/haproxy")


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """A running balancer: where citizens reach it, and what `rolling_update.sh` is told."""

    url: str
    told: Mapping[str, str] = field(default_factory=dict)


def nginx_files(folder: Path, ports: Sequence[int]) -> tuple[Path, Path, int]:
    """`deploy/nginx` for this machine: the main file, the replicas' file, and the TLS port."""
    pem = certificate(folder)
    port, plain = free_port(), free_port()
    replicas = folder / "replicas.conf"
    replicas.write_text(_of_replicas((DEPLOY / "nginx" / "replicas.conf").read_text(), ports))
    site = (DEPLOY / "nginx" / "policyline.conf").read_text()
    for ours, here in {
        "/etc/nginx/policyline-replicas.conf": str(replicas),
        "127.0.0.1:8088": f"127.0.0.1:{free_port()}",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/policyline/tls/chain.pem": str(pem),
        "/etc/policyline/tls/key.pem": str(pem),
        "/usr/share/policyline": str(DEPLOY),
    }.items():
        site = _put(site, ours, here)
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{place}_temp_path {folder}/{place};" for place in places)
    main.write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log {folder}/access.log;\n{temporary}\n"
        f"include {folder}/site.conf;\n}}\n"
    )
    return main, replicas, port


def haproxy_file(folder: Path, ports: Sequence[int]) -> tuple[Path, int]:
    """`deploy/haproxy` for this machine, and the TLS port."""
    pem, port = certificate(folder), free_port()
    text = (DEPLOY / "haproxy" / "haproxy.cfg").read_text()
    text = _of_replicas(text, ports)
    for ours, here in {
        "127.0.0.1:8088": f"127.0.0.1:{free_port()}",
        "bind :80\n": f"bind 127.0.0.1:{free_port()}\n",
        "bind :443": f"bind 127.0.0.1:{port}",
        "/etc/policyline/tls/both.pem": str(pem),
        "/usr/share/policyline": str(DEPLOY / "haproxy"),
    }.items():
        text = _put(text, ours, here)
    path = folder / "haproxy.cfg"
    path.write_text(text)
    return path, port


@contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[Balancer]:
    """nginx before these replicas. Its workers are another user: they read nothing of the folder,
    which the main process opens, but write bodies there."""
    main, replicas, port = nginx_files(folder, ports)
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(parent.stat().st_mode | 0o055)
    command = [str(NGINX), "-c", str(main), "-g", "daemon off;"]
    told = {
        "NGINX": "yes",
        "REPLICAS": str(replicas),
        "RELOAD": f"{NGINX} -s reload -c {main}",
    }
    with _running(command, folder, port):
        yield Balancer(url=f"https://127.0.0.1:{port}", told=told)


@contextmanager
def haproxy(folder: Path, ports: Sequence[int]) -> Iterator[Balancer]:
    """HAProxy before these replicas."""
    path, port = haproxy_file(folder, ports)
    with _running([str(HAPROXY), "-db", "-f", str(path)], folder, port):
        yield Balancer(url=f"https://127.0.0.1:{port}", told={"NGINX": "no"})


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "output.log").open("ab") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], stdout=log, stderr=log
        )
    try:
        while not _listens(port):
            if process.poll() is not None:
                raise RuntimeError(f"the balancer ended: {folder / 'output.log'}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


def present(name: str) -> bool:
    """True where the balancer's binary is installed."""
    return shutil.which(name, path="/usr/sbin:/usr/bin") is not None


def _of_replicas(text: str, ports: Sequence[int]) -> str:
    for ours, here in zip((8081, 8082), ports, strict=True):
        text = _put(text, f"127.0.0.1:{ours}", f"127.0.0.1:{here}")
    return text


def _put(text: str, ours: str, here: str) -> str:
    replaced, count = re.subn(re.escape(ours), lambda _: here, text)
    assert count, f"deploy/ no longer says {ours}"
    return replaced


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
