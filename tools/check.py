"""Everything that can be checked without a server: `python -m tools.check [name …]`.

The checks run beside each other, the longest first; each that fails shows what it said.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
CHECKS = {
    "types": (PYTHON, "-m", "mypy"),
    "django": (PYTHON, "-m", "tools.check_django"),
    "translations": (PYTHON, "-m", "tools.check_translations"),
    "floors": (str(Path(PYTHON).parent / "lint-imports"), "--no-logo"),
    "lint": (PYTHON, "-m", "ruff", "check", "--quiet", "--output-format=concise"),
    "format": (PYTHON, "-m", "ruff", "format", "--check", "--output-format=concise"),
}


@dataclass(frozen=True)
class Outcome:
    """What one check said, and in how many seconds."""

    name: str
    well: bool
    said: str
    seconds: float


def main(names: list[str]) -> int:
    """0 when all the named checks (default: all) are well, 1 otherwise, 2 for an unknown name."""
    unknown = set(names) - set(CHECKS)
    if unknown:
        print(f"no such check: {', '.join(sorted(unknown))}; there are {', '.join(CHECKS)}")
        return 2
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(os.cpu_count()) as pool:
        environment = environment_of_checks(Path(scratch))
        runs = [
            pool.submit(_run, name, command, environment)
            for name, command in CHECKS.items()
            if not names or name in names
        ]
        outcomes = [run.result() for run in runs]
    for outcome in sorted(outcomes, key=lambda one: one.well, reverse=True):
        print(
            f"{'ok    ' if outcome.well else 'FAILED'} {outcome.name:<13}{outcome.seconds:5.1f} s"
        )
        if not outcome.well:
            print(outcome.said)
    return 0 if all(outcome.well for outcome in outcomes) else 1


def environment_of_checks(scratch: Path) -> dict[str, str]:
    """Settings that touch neither the data in var/ nor a database named in .env."""
    return {
        **os.environ,
        "DATA_DIR": str(scratch),
        "DATABASE_URL": f"sqlite:///{scratch}/db.sqlite3",
        "REDIS_URL": "",
        "DEBUG": "0",
        "SECRET_KEY": "only-for-checks-only-for-checks-only-for-checks-only-for-checks",
    }


def _run(name: str, command: tuple[str, ...], environment: dict[str, str]) -> Outcome:
    started = time.monotonic()
    result = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(name, result.returncode == 0, result.stdout, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
