"""`make bench`: speed and quality beside stated peers, all of one run, as one table."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.bench import (
    answers,
    case_lists,
    desk,
    drafts,
    encoders,
    items,
    milvus,
    routes,
    scale,
    turns,
    wechat,
)
from tests.bench.table import Row, show
from tests.running import ROOT


def main() -> None:
    """Measure all, or the parts named as arguments: turns, answers, encoders, routes..."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    reader.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help="turns answers encoders routes items scale milvus wechat desk drafts lists",
    )
    reader.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=scale.SIZES,
        metavar="PASSAGES",
        help="how many passages `scale` searches in (a million takes an hour with its peers)",
    )
    reader.add_argument(
        "--cases",
        type=int,
        nargs="+",
        default=case_lists.SIZES,
        metavar="CASES",
        help="how many cases `lists` lists (a million takes some ten minutes)",
    )
    reader.add_argument("--draw", type=Path, metavar="FOLDER", help="charts of growth go there")
    given = reader.parse_args()
    data = Path(os.environ.get("POLICYLINE_DATA_DIR") or ROOT.parent / "shared" / "data")
    parts = {
        "turns": turns.rows,
        "answers": lambda: answers.rows(data),
        "encoders": lambda: encoders.rows(data),
        "routes": lambda: routes.rows(data),
        "items": lambda: items.rows(data),
        "scale": lambda: scale.rows(data, given.sizes),
        "milvus": milvus.rows,
        "wechat": wechat.rows,
        "desk": desk.rows,
        "drafts": lambda: drafts.rows(data),
        "lists": lambda: case_lists.rows(given.cases, given.draw),
    }
    wanted = given.parts or list(parts)
    found: list[Row] = []
    for name in wanted:
        if name in ("answers", "encoders", "routes", "scale", "drafts") and not data.is_dir():
            print(f"{name}: left out, no measurement data (POLICYLINE_DATA_DIR)")  # noqa: T201
            continue
        print(f"measuring {name} ...", file=sys.stderr, flush=True)  # noqa: T201
        found += parts[name]()
    print(show(found))  # noqa: T201


if __name__ == "__main__":
    main()
