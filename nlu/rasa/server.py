"""Run Rasa: server.py --port N [--model FILE]; in Rasa's own environment (Python 3.10).

Listens on loopback only. The environment holds `POLICYLINE_RASA_TOKEN`, `POLICYLINE_ACTIONS_URL`
and `POLICYLINE_REDIS_HOST`, `…_PORT`, `…_DB`, `…_PASSWORD` (may be empty); see endpoints.yml.
"""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from nlu.rasa.train import model  # noqa: E402 - the root is on the path from here on

NEEDED = (
    "POLICYLINE_RASA_TOKEN",
    "POLICYLINE_ACTIONS_URL",
    "POLICYLINE_REDIS_HOST",
    "POLICYLINE_REDIS_PORT",
    "POLICYLINE_REDIS_DB",
    "POLICYLINE_REDIS_PASSWORD",
)


def main() -> None:
    """Become `rasa run`."""
    parser = argparse.ArgumentParser(description="Run Rasa on loopback.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", type=Path, default=model())
    asked = parser.parse_args()
    missing = [name for name in NEEDED if name not in os.environ]
    if missing:
        sys.exit(f"not set: {', '.join(missing)}")
    if not asked.model.is_file():
        sys.exit(f"no model at {asked.model}: train it first (nlu/rasa/train.py)")
    token = os.environ["POLICYLINE_RASA_TOKEN"]  # may begin with a hyphen
    # fmt: off
    sys.argv = [
        "rasa", "run", "--enable-api", "--interface", "127.0.0.1", "--port", str(asked.port),
        "--model", str(asked.model), f"--auth-token={token}",
        "--endpoints", str(HERE / "endpoints.yml"), "--credentials", str(HERE / "credentials.yml"),
    ]
    # fmt: on
    # In this process: what stands in its arguments here is shown by no process list.
    runpy.run_module("rasa", run_name="__main__")


if __name__ == "__main__":
    main()
