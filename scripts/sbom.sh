#!/bin/sh
# What each environment is made of, as CycloneDX JSON from the lock files: sbom.sh [FOLDER]
set -eu
cd "$(dirname "$0")/.."
folder=${1:-var/sbom}
mkdir -p "$folder"
bill() { # bill LOCK NAME
    .venv/bin/python -W ignore -m cyclonedx_py requirements "$1" \
        --pyproject pyproject.toml --output-reproducible --of JSON -o "$folder/$2.cdx.json"
    echo "$folder/$2.cdx.json"
}
bill requirements.lock policyline
bill nlu/rasa/requirements.lock rasa
