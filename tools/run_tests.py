"""The whole suite in its passes: `python -m tools.run_tests [pytest arguments]`.

Beside each other what can be; alone what needs the machine for itself; again on SQLite what must
hold there too. Exits with 1 when any pass fails, and when no pass found a test.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field

import pytest

from tests.plugins.servers import shared_servers

ALONE = "(serial or browser)"
SIDE_BY_SIDE = int(os.environ.get("TEST_WORKERS", "2"))


@dataclass(frozen=True)
class Pass:
    """One run of pytest over a part of the suite."""

    title: str
    select: str
    workers: int
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, arguments: list[str]) -> int:
        """Pytest's exit code."""
        print(f"\n--- {self.title}", flush=True)
        selection = f"({self.select}) and not drill"
        command = [sys.executable, "-m", "pytest", "-n", str(self.workers), "-m", selection]
        environment = {**os.environ, **self.environment}
        return subprocess.run([*command, *arguments], env=environment, check=False).returncode


# The largest last: what a reader of the end of the output sees is the bulk of the suite.
PASSES = (
    Pass("SQLite, side by side", f"both and not {ALONE}", SIDE_BY_SIDE, {"TEST_DB": "sqlite"}),
    Pass("PostgreSQL, one at a time: real workers, races, browser", ALONE, 0),
    Pass("PostgreSQL, side by side", f"not {ALONE}", SIDE_BY_SIDE),
)


def main(arguments: list[str]) -> int:
    """0 when all passes are well, 1 otherwise; a pass without tests is well unless all are."""
    try:
        with shared_servers():
            codes = [one.run(arguments) for one in PASSES]
    except pytest.UsageError as error:
        print(error, file=sys.stderr)
        return 1
    if all(code == pytest.ExitCode.NO_TESTS_COLLECTED for code in codes):
        print("no test was found", file=sys.stderr)
        return 1
    well = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    failed = [one.title for one, code in zip(PASSES, codes, strict=True) if code not in well]
    if failed:
        print(f"\nfailed: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
