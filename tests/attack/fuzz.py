"""Every parser fuzzed for as long as one likes: `python -m tests.attack.fuzz SECONDS [PARSER…]`.

Inputs are led by the code they reach (atheris, https://github.com/google/atheris; installed by
hand, for it has no build for every Python). What a parser may not raise ends its process, and the
input stands under `var/fuzz`; so does one that takes 20 s or 3 GB.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

FOLDER = Path("var/fuzz")
_OURS = ["bot", "connectors", "knowledge"]
"""Read while atheris looks on, so that it sees which lines an input reaches: in `_one` alone."""


def main(seconds: int, names: list[str]) -> int:
    """Give each parser its share of the time, in a process of its own; the exit code."""
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("atheris is not installed here: .venv/bin/pip install atheris\n")
        return 1
    from tests.attack.parsers import READERS

    names = names or list(READERS)
    share = max(1, seconds // len(names))
    broken = [name for name in names if not _led(name, share)]
    sys.stdout.write(
        f"{len(names)} parsers, {share} s each; broke: {'; '.join(broken) or 'none'}\n"
    )
    return len(broken)


def _led(name: str, seconds: int) -> bool:
    from tests.attack.parsers import READERS

    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for at, seed in enumerate(READERS[name].seeds):
        (folder / f"seed-{at}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=65536"]
    places = [f"-artifact_prefix={FOLDER}/{name}-", str(folder)]
    command = [sys.executable, "-m", "tests.attack.fuzz", "--one", name, *limits, *places]
    return subprocess.run(command, check=False).returncode == 0


def _one(name: str, options: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=_OURS):
        from tests.attack import parsers
    atheris.Setup([sys.argv[0], *options], parsers.READERS[name].__call__)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        _one(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
