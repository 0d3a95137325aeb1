"""Worker, beat and web as child processes that end with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from django.conf import settings

BIN = Path(sys.executable).parent
STOP_SECONDS = 20


class Processes:
    """Child processes with one log file each under the data folder; all stopped on leaving."""

    def __init__(self, redis_url: str | None) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []
        self._environment = os.environ | ({"REDIS_URL": redis_url} if redis_url else {})
        self._has_broker = bool(redis_url)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start_jobs(self) -> None:
        """A Celery worker where there is a broker, else `runjobs`, which keeps the schedule too."""
        if not self._has_broker:
            self._start("jobs", [sys.executable, "manage.py", "runjobs"])
            return
        celery = [str(BIN / "celery"), "-A", "config"]
        options = ["--concurrency", "2", "--without-gossip", "--without-mingle", "-l", "info"]
        self._start("worker", [*celery, "worker", *options])

    def start_schedule(self) -> None:
        """Celery's beat, where there is a broker."""
        if not self._has_broker:
            return
        celery = [str(BIN / "celery"), "-A", "config"]
        schedule = str(Path(settings.DATA_DIR) / "celerybeat-schedule")
        self._start("beat", [*celery, "beat", "-s", schedule, "--pidfile=", "-l", "info"])

    def start_web(self, address: str) -> None:
        """gunicorn on `address` (host:port)."""
        options = ["--workers", "2", "--threads", "4", "--bind", address]
        self._start("web", [str(BIN / "gunicorn"), "config.wsgi", *options])

    def wait(self) -> int:
        """Until a child ends or we are told to stop; the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _raise_stop)
        try:
            while True:
                for name, child in self._children.items():
                    if child.poll() is not None:
                        sys.stderr.write(f"{name}: exit {child.returncode}\n")
                        return 1
                time.sleep(0.5)
        except KeyboardInterrupt:
            return 0

    def stop(self) -> None:
        """Ask every child to end; kill what does not."""
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
        for log in self._logs:
            log.close()
        self._logs.clear()

    def _start(self, name: str, command: list[str]) -> None:
        folder = Path(settings.DATA_DIR) / "log"
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / f"{name}.log").open("ab")
        self._logs.append(log)
        self._children[name] = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _raise_stop(*_args: Any) -> None:
    raise KeyboardInterrupt
