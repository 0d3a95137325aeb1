"""`make bench [BENCH=name]`: runs the benchmarks, each in a process of its own."""

import subprocess
import sys

BENCHES = ("ledger", "survey")


def main(*names: str) -> int:
    """0 when all ran and kept their bounds; 2 for a benchmark that does not exist."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        there = ", ".join(BENCHES)
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there is: {there}")
        return 2
    codes = [
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
        for name in names or BENCHES
    ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
