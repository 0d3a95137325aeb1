"""Make sure the tests' PostgreSQL, Redis and Chromium are there: `python -m tools.ensure_programs`.

What is missing is installed with apt-get when we are root, without creating or starting any
system service. Otherwise one line names the packages and the exit code is 1.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.programs import PACKAGES, missing_programs

POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_CONF = Path("/etc/postgresql-common/createcluster.conf")
APT_LISTS = Path("/var/lib/apt/lists")


def main() -> int:
    """Exit code: 0 when everything is there, 1 when something cannot be had."""
    packages = [PACKAGES[name] for name in missing_programs()]
    if not packages:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"The tests need these packages: {' '.join(packages)}", file=sys.stderr)
        return 1
    print(f"installing for the tests: {' '.join(packages)}", file=sys.stderr)
    with _nothing_started():
        installed = _install(packages)
    still = [PACKAGES[name] for name in missing_programs()]
    if still or not installed:
        print(f"apt-get could not install: {' '.join(still or packages)}", file=sys.stderr)
        return 1
    return 0


def _install(packages: list[str]) -> bool:
    """Install, refreshing the package lists only when the first try cannot."""
    steps = [["postgresql-common"]] if "postgresql" in packages else []
    if not any(APT_LISTS.glob("*_Packages*")):
        _apt("update")
    for step in [*steps, packages]:
        if "postgresql" in step:
            with _no_main_cluster():
                done = _apt_install(step)
        else:
            done = _apt_install(step)
        if not done:
            return False
    return True


def _apt_install(packages: list[str]) -> bool:
    options = ("--no-install-recommends", "-o", "Dpkg::Options::=--force-confold")
    if _apt("install", *options, *packages):
        return True
    return _apt("update") and _apt("install", *options, *packages)


def _apt(command: str, *arguments: str) -> bool:
    """Run apt-get without questions; its chatter goes to stderr and only on failure."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    result = subprocess.run(
        ["apt-get", "-q", "-y", command, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode:
        print(result.stdout[-4000:], file=sys.stderr)
    return result.returncode == 0


@contextmanager
def _nothing_started() -> Iterator[None]:
    """A policy-rc.d that lets no package start a service; the machine's own comes back after."""
    with _file_instead(POLICY, "#!/bin/sh\nexit 101\n", mode=0o755):
        yield


@contextmanager
def _no_main_cluster() -> Iterator[None]:
    """PostgreSQL's package creates a cluster of the system by itself; this time it must not."""
    before = CLUSTER_CONF.read_text() if CLUSTER_CONF.exists() else ""
    lines = [line for line in before.splitlines() if "create_main_cluster" not in line]
    with _file_instead(CLUSTER_CONF, "\n".join(["create_main_cluster = false", *lines, ""])):
        yield


@contextmanager
def _file_instead(path: Path, text: str, mode: int | None = None) -> Iterator[None]:
    """Put `text` at `path` for a while, then restore what was there, or its absence."""
    before = (path.read_bytes(), path.stat().st_mode) if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if mode is not None:
        path.chmod(mode)
    try:
        yield
    finally:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before[0])
            path.chmod(before[1])


if __name__ == "__main__":
    sys.exit(main())
