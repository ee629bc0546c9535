#!/bin/sh
# All that a machine can say of the code without running it; every check runs, then the verdict.
set -u
cd "$(dirname "$0")/.."
failed=""
step() {
    name=$1
    shift
    echo "== $name"
    "$@" || failed="$failed $name"
}
step format .venv/bin/ruff format --check .
step ruff .venv/bin/ruff check .
step mypy .venv/bin/mypy
step import-linter .venv/bin/lint-imports
step rasa-data .venv/bin/python nlu/rasa/train.py --rasa-python .venv-rasa/bin/python --validate
if [ -n "$failed" ]; then
    echo "check failed:$failed"
    exit 1
fi
echo "check passed"
