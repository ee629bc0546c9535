#!/usr/bin/env bash
# Write the lock files anew from what the newest allowed versions resolve to: lock.sh
# Local builds are written without their build label (torch 2.13.0, not 2.13.0+cpu), so that
# each machine takes the build its own index holds.
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

frozen() { "$1" -m pip freeze --exclude policyline --exclude pip --exclude setuptools --exclude wheel | sed 's/+cpu$//' | grep -v -e '^-e' -e ' @ ' | LC_ALL=C sort -f; }

python=$(sh scripts/find_python.sh main)
"$python" -m venv "$scratch/main"
"$scratch/main/bin/python" -m pip install --quiet --upgrade pip
"$scratch/main/bin/python" -m pip install --quiet torch==2.13.0
"$scratch/main/bin/python" -m pip install --quiet --editable .
{ echo "# What the service runs on; written by scripts/lock.sh"; frozen "$scratch/main/bin/python"; } > requirements.lock
"$scratch/main/bin/python" -m pip install --quiet --editable '.[dev]' --constraint requirements.lock
frozen "$scratch/main/bin/python" > "$scratch/all"
{ echo "# What development and tests need besides; written by scripts/lock.sh"; LC_ALL=C comm -13 <(grep -v '^#' requirements.lock | LC_ALL=C sort) <(LC_ALL=C sort "$scratch/all"); } > requirements-dev.lock

python=$(sh scripts/find_python.sh rasa)
"$python" -m venv "$scratch/rasa"
"$scratch/rasa/bin/python" -m pip install --quiet 'pip<25' 'setuptools<70' wheel
"$scratch/rasa/bin/python" -m pip install --quiet rasa==3.6.21 jieba==0.42.1
{ echo "# What Rasa runs on (Python 3.10); written by scripts/lock.sh"; frozen "$scratch/rasa/bin/python"; } > nlu/rasa/requirements.lock
