"""Dovecot and Postfix for tests: real servers in a folder of their own, on ports of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import free_port

PASSWORD = "not-for-anyone"
DOMAIN = "fengcheng.example"
POSTFIX, DOVECOT = Path("/usr/sbin/postfix"), Path("/usr/sbin/dovecot")
_MASTER = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """What these servers lack on this machine, in words; empty: they can run."""
    lacks = [str(path) for path in (POSTFIX, DOVECOT) if not path.exists()]
    if shutil.which("swaks") is None:
        lacks.append("swaks")
    if os.geteuid() != 0:
        lacks.append("root's rights, which Postfix needs")
    return ", ".join(lacks)


@dataclass
class MailServers:
    """Both servers, and how they are reached.

    Args:
        idle: the IMAP server tells of new mail by itself.
    """

    folder: Path
    idle: bool = True
    smtp_port: int = field(default_factory=free_port)
    imap_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        for name in ("mail", "queue", "data", "postfix", "run"):
            (self.folder / name).mkdir(exist_ok=True)
        shutil.chown(self.folder / "mail", "mail", "mail")
        shutil.chown(self.folder / "data", "postfix", "postfix")
        self._write_postfix()
        self._write_dovecot()

    def start(self, *names: str) -> None:
        """Start `dovecot`, `postfix` or both, and wait until they answer."""
        commands = {
            "postfix": ["/usr/lib/postfix/sbin/master", "-c", self.folder / "postfix", "-d"],
            "dovecot": [DOVECOT, "-F", "-c", self.folder / "dovecot.conf"],
        }
        if "postfix" in names:
            (self.folder / "queue" / "pid").mkdir(exist_ok=True)
        for name in names:
            with (self.folder / f"{name}.out").open("ab") as out:
                self.running[name] = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", *commands[name]],
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            port = self.smtp_port if name == "postfix" else self.imap_port
            greeting = b"220" if name == "postfix" else b"* OK"
            while not _greets(port, greeting):
                if self.running[name].poll() is not None:
                    raise RuntimeError(f"{name} ended before it was ready")
                time.sleep(0.05)

    def kill(self, name: str) -> None:
        """End a server and all its processes at once, as a power cut would."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pid in _children_of_folder(self.folder, name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End whatever runs."""
        for name in tuple(self.running):
            self.kill(name)

    def swaks(self, to: str, *more: str, sender: str = "zhang@example.com") -> None:
        """Send a mail as swaks does; raises where the server does not take it."""
        subprocess.run(
            ["swaks", "--server", f"127.0.0.1:{self.smtp_port}", "--from", sender, "--to", to,
             "--ehlo", "test.example", "--silent", "2", *more],
            check=True, capture_output=True,
        )  # fmt: skip

    def files(self, user: str, folder: str = "") -> list[Path]:
        """The mails of a box, new and seen."""
        where = self.folder / "mail" / user / (f".{folder}" if folder else "")
        return sorted((*where.glob("new/*"), *where.glob("cur/*")))

    def _write_postfix(self) -> None:
        folder = self.folder
        settings = {
            "compatibility_level": "3.6", "queue_directory": folder / "queue",
            "data_directory": folder / "data", "command_directory": "/usr/sbin",
            "daemon_directory": "/usr/lib/postfix/sbin", "mail_owner": "postfix",
            "setgid_group": "postdrop", "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4",
            "myhostname": f"mail.{DOMAIN}", "mydestination": "", "alias_maps": "",
            "local_recipient_maps": "", "mynetworks": "127.0.0.0/8", "recipient_delimiter": "+",
            "virtual_mailbox_domains": f"{DOMAIN}, example.com",
            "virtual_mailbox_maps": f"texthash:{folder}/boxes",
            "virtual_mailbox_base": folder / "mail",
            "virtual_uid_maps": "static:8", "virtual_gid_maps": "static:8",
            "virtual_minimum_uid": "8", "virtual_mailbox_limit": "0", "mailbox_size_limit": "0",
            "message_size_limit": "80000000", "maillog_file": "/var/log/policyline-test-mail.log",
            "default_process_limit": "20", "smtpd_client_connection_rate_limit": "0",
            "minimal_backoff_time": "1s", "maximal_backoff_time": "2s", "queue_run_delay": "1s",
            "smtpd_recipient_restrictions": "permit_mynetworks, reject",
        }  # fmt: skip
        text = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (folder / "postfix" / "main.cf").write_text(text)
        (folder / "postfix" / "master.cf").write_text(_MASTER.format(port=self.smtp_port))
        boxes = [f"{user}@{DOMAIN} {user}/\n" for user in ("szxx", "sj")]
        boxes += [f"{user}@example.com {user}/\n" for user in ("zhang", "li")]
        (folder / "boxes").write_text("".join(boxes))
        queues = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
                  "private", "saved", "trace", "maildrop", "public", "pid")  # fmt: skip
        for name in queues:
            (folder / "queue" / name).mkdir(exist_ok=True)
            if name != "pid":
                shutil.chown(folder / "queue" / name, "postfix", "postdrop")
        (folder / "queue" / "maildrop").chmod(0o1730)
        (folder / "queue" / "public").chmod(0o2710)

    def _write_dovecot(self) -> None:
        folder = self.folder
        capability = "" if self.idle else "imap_capability = IMAP4rev1 UIDPLUS\n"
        (folder / "dovecot.conf").write_text(f"""
base_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 8
first_valid_gid = 8
mail_location = maildir:{folder}/mail/%n
mail_uid = 8
mail_gid = 8
mailbox_list_index = no
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=8 gid=8 home={folder}/mail/%n
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
protocol imap {{
  mail_max_userip_connections = 100
  {capability}}}
""")


def _greets(port: int, greeting: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
            return probe.recv(200).startswith(greeting)
    except OSError:
        return False


def _children_of_folder(folder: Path, name: str) -> Iterator[int]:
    """Processes a killed master left: those that work in its folders."""
    mark = str(folder / ("queue" if name == "postfix" else "run"))
    for status in Path("/proc").glob("[0-9]*"):
        try:
            works_in = os.readlink(status / "cwd")
        except OSError:
            continue
        if works_in.startswith(mark):
            yield int(status.name)


@contextmanager
def mail_servers(*, idle: bool = True) -> Iterator[MailServers]:
    """Both servers, running, in a folder every user may enter: they work as users of their own."""
    with tempfile.TemporaryDirectory(prefix="mail-", ignore_cleanup_errors=True) as made:
        servers = MailServers(folder=Path(made), idle=idle)
        try:
            servers.start("dovecot", "postfix")
            yield servers
        finally:
            servers.stop()
