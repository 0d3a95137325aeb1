"""Naming a process so that a reused pid is not taken for it."""

import os
from pathlib import Path


def process_mark(pid: int) -> str:
    """`pid/start` of a process; the start is empty where the system does not tell it."""
    return f"{pid}/{_start_of(pid)}"


def process_of_mark_is_gone(worker: str) -> bool:
    """Whether the process named `host:pid/start` no longer runs (this host's processes only)."""
    pid_text, _, start = worker.rpartition(":")[2].partition("/")
    if not pid_text.isdigit():
        return False
    pid = int(pid_text)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return bool(start) and _start_of(pid) != start


def _start_of(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
