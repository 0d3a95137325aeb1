#!/bin/sh
# Make .venv if it is missing and install one lock into it: environment.sh LOCK STAMP
# The stamp is touched last, so an interrupted run is taken up again.
set -eu

lock=$1
stamp=$2
fits='import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] < (3, 14)))'

if ! .venv/bin/python -c "$fits" 2>/dev/null; then
    python=
    # A candidate that exists may still be a shim that fails: it has to answer.
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -c "$fits" >/dev/null 2>&1; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo 'No Python 3.11, 3.12 or 3.13 found: install one of them (Debian, Ubuntu: apt-get install python3 python3-venv).'
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        echo "$python has no ensurepip: install python3-venv (apt-get install python3-venv)."
        exit 1
    fi
    echo "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

echo "installing $lock"
# The lock is complete, so there is nothing to resolve; bytecode is written when first imported,
# which takes a third off the time (most modules of scipy and its like never are).
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-compile --no-deps \
    --require-hashes --requirement "$lock"
case $lock in
    requirements.lock) rm -f .venv/.installed-[0-9]* ;;
    *) rm -f .venv/.installed-dev-* ;;
esac
touch "$stamp"
