"""The site as people meet it: gunicorn over a filled database of its own, `DEBUG` off, demo on."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection, connections

from tests.plugins import databases
from tests.plugins.processes import die_with_parent, stop

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90


@dataclass(frozen=True)
class Site:
    """Where it answers, what is in it, and the environment of its processes."""

    url: str
    facts: dict[str, str]
    environment: dict[str, str] = field(repr=False)

    def manage(self, *arguments: str) -> str:
        """Run a management command on the site's database; its output."""
        return _python(["manage.py", *arguments], self.environment)


@contextlib.contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """A filled site on a free port of this machine, for as long as the block runs."""
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DATABASE_URL": _own_database(),
        "REDIS_URL": "",
        "DEMO": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "prometheus"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    facts = json.loads(_python(["-m", "tests.browser.prepare"], environment).splitlines()[-1])
    with serving(environment, folder / "web.log") as server:
        yield Site(server.url, facts, environment)


class Server:
    """gunicorn on a port of its own; it can be killed as a power cut would, and started again."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment, self._log = environment, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "config.wsgi", *options],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
            )
        _await(self.url, self._process)

    def kill(self) -> None:
        """kill -9 for it and its workers."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it in good order."""
        if self._process:
            stop(self._process, signal.SIGTERM)


@contextlib.contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[Server]:
    """A server over the environment's database, for as long as the block runs."""
    server = Server(environment, log)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _own_database() -> str:
    """A copy of the template beside this process's own database; its address."""
    own, copy = databases.own_name(), f"{databases.own_name()}_site"
    connections.close_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{databases.template_name()}"')
    return os.environ["DATABASE_URL"].replace(own, copy)


def _python(arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _await(url: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=START_SECONDS).close()
            return
        except (urllib.error.URLError, OSError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
