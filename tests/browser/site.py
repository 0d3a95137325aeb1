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
START_SECONDS = 30


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
    with socket.create_server(("127.0.0.1", 0)) as door, (folder / "web.log").open("wb") as log:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        options = ["--bind", f"fd://{door.fileno()}", "--workers", "2", "--threads", "4"]
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", *options],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[door.fileno()],
            preexec_fn=lambda: die_with_parent(signal.SIGTERM),
        )
        try:
            _await(url, server)
            yield Site(url, facts, environment)
        finally:
            stop(server, signal.SIGTERM)


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
