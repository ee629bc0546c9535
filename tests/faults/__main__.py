"""`python -m tests.faults --seed N --faults 500`: run it, print the table, write the JSON."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from .driving import drive
from .plan import Kind, draw
from .report import Report
from .servers import Missing


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Exit code: 0 nothing violated, 1 something was, 2 a server is missing."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults")
    asked.add_argument("--seed", type=int, default=None)
    asked.add_argument("--faults", type=int, default=500)
    asked.add_argument("--minutes", type=float, default=float("inf"), help="no fault after them")
    asked.add_argument("--kinds", nargs="*", type=Kind, default=list(Kind))
    asked.add_argument("--rasa", action="store_true", help="Rasa itself, not its stand-in")
    asked.add_argument("--report", type=Path, default=Path("faults.json"))
    asked.add_argument("--keep", type=Path, default=None, help="folder of logs, kept")
    given = asked.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed

    def told(report: Report) -> None:
        report.write(given.report)
        run = report.runs[-1]
        took = "not recovered" if run.took_s is None else f"{run.took_s:.1f} s"
        _say(f"{run.fault.number} {run.fault.kind}: {took}")

    folder = given.keep or Path(tempfile.mkdtemp(prefix="policyline-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    _say(f"seed {seed}; logs in {folder}")
    kinds = [kind for kind in given.kinds if not (given.rasa and kind is Kind.RASA_FAILS)]
    faults = draw(seed, given.faults, kinds)
    try:
        report = asyncio.run(
            drive(
                faults,
                seed=seed,
                folder=folder,
                at_most_s=60 * given.minutes,
                real_rasa=given.rasa,
                told=told,
            )
        )
    except Missing as missing:
        _say(str(missing))
        return 2
    report.write(given.report)
    _say(str(report))
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
