"""Run a part of the project that is still growing: `python -m tools.run_part {bench,drill,…} …`.

A part is a folder with a `__main__.py`; where it is missing, one line says which parts there are.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = {"bench": "bench", "drill": "tests.drills", "load": "bench.load", "docs": "docs"}


def main(part: str, *arguments: str) -> int:
    """The exit code of the part, or 0 with one line when it does not exist yet."""
    if not _entry(part).exists():
        there = ", ".join(f"make {name}" for name in MODULES if _entry(name).exists())
        print(f"make {part}: this part does not exist yet; there is: {there or 'none of them'}")
        return 0
    command = [sys.executable, "-m", MODULES[part], *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _entry(part: str) -> Path:
    return ROOT / MODULES[part].replace(".", "/") / "__main__.py"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
