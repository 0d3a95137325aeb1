"""Start a server that dies with us, even when we are killed with -9."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
START_SECONDS = 30.0
UNPRIVILEGED = ("postgres", "nobody")

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to become for a server that refuses to run as root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next((known[name] for name in UNPRIVILEGED if name in known), None)


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments that make subprocess run as `user`."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def die_with_parent(last_signal: signal.Signals) -> None:
    """Have the kernel (of Linux) send this process `last_signal` when its parent is gone."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(last_signal))


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    last_signal: signal.Signals,
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in the foreground; the kernel sends it `last_signal` when we are gone."""
    parent = os.getpid()

    def before_the_program() -> None:
        # Runs after the change of user, which would have reset it.
        die_with_parent(last_signal)
        if os.getppid() != parent:
            os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=before_the_program,
            **as_user(user),
        )


def wait_until_it_answers(
    process: subprocess.Popen[bytes], connect: Callable[[], object], *, log: Path
) -> None:
    """Try a real connection until one succeeds.

    Raises RuntimeError with the end of the server's log when it ends early or never answers.
    """
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            connect()
        except Exception as error:
            if process.poll() is not None or time.monotonic() > give_up:
                tail = log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{process.args!r} does not answer:\n{tail}") from error
            time.sleep(0.02)
        else:
            return


def stop(process: subprocess.Popen[bytes], last_signal: signal.Signals) -> None:
    """End a server and wait for it."""
    if process.poll() is None:
        process.send_signal(last_signal)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
