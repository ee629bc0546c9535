"""`make bench`: speed and quality beside stated peers, all of one run, as one table."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench import answers, milvus, routes, turns
from tests.bench.table import Row, show
from tests.running import ROOT


def main() -> None:
    """Measure all, or the parts named as arguments: turns, answers, routes, milvus."""
    data = Path(os.environ.get("POLICYLINE_DATA_DIR") or ROOT.parent / "shared" / "data")
    parts = {
        "turns": turns.rows,
        "answers": lambda: answers.rows(data),
        "routes": lambda: routes.rows(data),
        "milvus": milvus.rows,
    }
    wanted = sys.argv[1:] or list(parts)
    found: list[Row] = []
    for name in wanted:
        if name in ("answers", "routes") and not data.is_dir():
            print(f"{name}: left out, no measurement data (POLICYLINE_DATA_DIR)")  # noqa: T201
            continue
        print(f"measuring {name} ...", file=sys.stderr, flush=True)  # noqa: T201
        found += parts[name]()
    print(show(found))  # noqa: T201


if __name__ == "__main__":
    main()
