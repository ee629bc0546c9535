#!/bin/sh
# Known weaknesses of what is in the lock files: audit.sh. Ends with 1 where there are any.
# Where no database of advisories can be reached, that is said, and it is no fault.
set -u
cd "$(dirname "$0")/.."
found=0
audit() { # audit LOCK NAME
    told=$(.venv/bin/python -m pip_audit --requirement "$1" --no-deps --disable-pip \
        --progress-spinner off --format json 2>/dev/null)
    printf '%s' "$told" | .venv/bin/python scripts/audited.py "$2" || found=1
}
audit requirements.lock "the service"
audit nlu/rasa/requirements.lock "Rasa's environment"
exit $found
