#!/bin/sh
# Make or bring up to date the two environments: setup.sh [dev]
# An environment is made again only when its lock file changed. pip's own settings are respected,
# so an index or a folder of wheels named there (say, PyTorch's CPU build) is used.
set -eu
cd "$(dirname "$0")/.."

environment() { # environment FOLDER WHICH LOCK...
    folder=$1 which=$2
    shift 2
    want=$(cat "$@" scripts/setup.sh | cksum)
    if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/.lock" 2>/dev/null || true)" = "$want" ]; then
        return 0
    fi
    python=$(sh scripts/find_python.sh "$which")
    echo "Setting up $folder with $python (a few minutes the first time) ..."
    rm -f "$folder/.lock"
    "$python" -m venv "$folder"
    # Rasa's dependencies still import pkg_resources, which newer setuptools dropped.
    if [ "$which" = rasa ]; then
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'pip<25' 'setuptools<70' wheel
    else
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=24'
    fi
    for lock in "$@"; do
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$lock"
    done
    if [ "$which" = main ]; then
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .
    fi
    printf '%s' "$want" > "$folder/.lock"
    echo "$folder is ready."
}

if [ "${1:-}" = dev ]; then
    environment .venv main requirements.lock requirements-dev.lock
elif [ -f .venv/.lock ] && [ "$(cat .venv/.lock)" = "$(cat requirements.lock requirements-dev.lock scripts/setup.sh | cksum)" ]; then
    : # a developer's environment holds all that running needs
else
    environment .venv main requirements.lock
fi
environment .venv-rasa rasa nlu/rasa/requirements.lock
.venv/bin/python nlu/rasa/train.py --rasa-python .venv-rasa/bin/python
