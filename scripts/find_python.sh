#!/bin/sh
# Print the path of a Python that really runs: find_python.sh main | rasa
# main: 3.11 to 3.13 (3.11 first: PyTorch's CPU build is most often at hand for it).
# rasa: 3.10 exactly, which Rasa 3.6 asks for.
set -u

runs() { # runs CANDIDATE VERSION: does it start, and is it that version?
    [ -n "$1" ] && [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$2" ]
}

try() { # try VERSION EXPLICIT: print the first that runs
    version=$1 explicit=$2
    if [ -n "$explicit" ]; then
        if runs "$explicit" "$version"; then
            printf '%s\n' "$explicit"
            exit 0
        fi
        echo "The setting names $explicit, which is not a working Python $version." >&2
        exit 1
    fi
    on_path=$(command -v "python$version" 2>/dev/null || true)
    if runs "$on_path" "$version"; then
        "$on_path" -c 'import sys; print(sys.executable)'
        exit 0
    fi
    for candidate in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
        if [ -x "$candidate" ] && runs "$candidate" "$version"; then
            printf '%s\n' "$candidate"
            exit 0
        fi
    done
    if command -v uv >/dev/null 2>&1; then
        managed=$(uv python find --offline "$version" 2>/dev/null || true)
        if runs "$managed" "$version"; then
            printf '%s\n' "$managed"
            exit 0
        fi
    fi
}

case "${1:-}" in
main)
    if [ -n "${POLICYLINE_PYTHON:-}" ]; then
        for version in 3.11 3.12 3.13; do
            if runs "$POLICYLINE_PYTHON" "$version"; then
                printf '%s\n' "$POLICYLINE_PYTHON"
                exit 0
            fi
        done
        echo "POLICYLINE_PYTHON names $POLICYLINE_PYTHON, which is not a working Python 3.11 to 3.13." >&2
        exit 1
    fi
    for version in 3.11 3.12 3.13; do try "$version" ""; done
    echo "No working Python 3.11, 3.12 or 3.13 found: install one (such as 'apt install python3.11-venv', 'pyenv install 3.11' or 'uv python install 3.11') or name it in POLICYLINE_PYTHON." >&2
    exit 1
    ;;
rasa)
    try 3.10 "${POLICYLINE_RASA_PYTHON:-}"
    echo "No working Python 3.10 found, which Rasa needs: install one ('pyenv install 3.10' or 'uv python install 3.10') or name it in POLICYLINE_RASA_PYTHON." >&2
    exit 1
    ;;
*)
    echo "usage: find_python.sh main|rasa" >&2
    exit 2
    ;;
esac
