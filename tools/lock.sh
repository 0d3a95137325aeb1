#!/bin/sh
# Compile the two locks from their .in files. Needs uv (`pip install uv`); nothing else here does.
# The locks hold one version of each package for every Python and system we support, with hashes,
# and neither the host of a registry nor a path of the machine they were made on.
set -eu

compile() {
    uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        "$@" >/dev/null
}

compile requirements.in --output-file requirements.lock
compile requirements-dev.in --output-file requirements-dev.lock

if grep -nE '://|file:| @ |^torch' requirements.lock requirements-dev.lock; then
    echo 'A lock names a place or a package that must not be there.' >&2
    exit 1
fi
