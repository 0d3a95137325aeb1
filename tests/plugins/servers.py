"""A throwaway PostgreSQL and Redis for the tests, on unix sockets, gone when pytest is gone.

Loaded with `-p`, because DATABASE_URL and REDIS_URL must stand before the settings are read; a
conftest would come too late. PostgreSQL is started once, by the process that distributes the
tests, and every worker gets a database of its own (see `databases`); Redis is so light that each
process which runs tests starts its own, so no worker's flush empties another's queue.

TEST_DATABASE_URL and TEST_REDIS_URL name servers to use instead; TEST_DB=sqlite tests on SQLite.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from tests.plugins.processes import (
    as_user,
    die_with_parent,
    launch,
    stop,
    unprivileged_user,
    wait_until_it_answers,
)
from tools.programs import PACKAGES, find_postgres, find_redis

# Short: the path of a unix socket ends near 107 bytes. In memory where there is room: copying the
# template creates hundreds of files, which a busy disk makes twenty times slower.
HOMES = (Path("/dev/shm"), Path("/tmp"))
ROOM_IN_MEMORY = 4 * 1024**3
FOLDER_PREFIX = "lc-test-"
# How the processes of a run tell each other what there is.
SHARED_FOLDER = "LC_TEST_FOLDER"
SHARED_POSTGRES = "LC_TEST_POSTGRES"
# The tests decide these themselves, whatever the caller or a local .env says.
FIXED_ENVIRONMENT = {
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "0",
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
}
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "260",
    "max_wal_size": "512MB",
    "shared_buffers": "256MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "log_min_messages": "fatal",
}

AtEnd = Callable[[Callable[[], Any]], Any]


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Give the run its servers before anything reads the settings."""
    options = early_config.known_args_namespace
    if not (options.help or options.version):
        _prepare(early_config, distributing=bool(getattr(options, "numprocesses", None)))
    return (yield)


def pytest_report_header() -> str:
    """Say on what the tests run."""
    return f"database: {os.environ.get('DATABASE_URL', 'none')}"


def worker_name() -> str:
    """`gw0`, `gw1`, … in a worker of xdist, `main` in a run without."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def run_folder() -> Path:
    """The folder all processes of this test run share."""
    return Path(os.environ[SHARED_FOLDER])


@contextlib.contextmanager
def shared_servers() -> Iterator[None]:
    """Keep one folder and one PostgreSQL for the runs of pytest that are started meanwhile."""
    with contextlib.ExitStack() as stack:
        provide_folder(stack.callback)
        server_address(stack.callback)
        yield


def _prepare(config: pytest.Config, *, distributing: bool) -> None:
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    if is_worker:
        # Else a worker in the middle of a test outlives its killed run, and its Redis with it.
        die_with_parent(signal.SIGKILL)
    provide_folder(config.add_cleanup)
    own_folder = run_folder() / worker_name()
    shutil.rmtree(own_folder, ignore_errors=True)
    own_folder.mkdir()
    os.environ.update(FIXED_ENVIRONMENT)
    os.environ["DATA_DIR"] = str(own_folder)
    os.environ["DATABASE_URL"] = _own_database(server_address(config.add_cleanup))
    if is_worker or not distributing:
        os.environ["REDIS_URL"] = os.environ.get("TEST_REDIS_URL") or _start_redis(config)


def provide_folder(at_end: AtEnd) -> None:
    """Make the folder of this run, unless a process above has."""
    if SHARED_FOLDER in os.environ:
        return
    _remove_folders_of_dead_runs()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=_home()))
    folder.chmod(0o755)
    os.environ[SHARED_FOLDER] = str(folder)
    at_end(lambda: shutil.rmtree(folder, ignore_errors=True))


def server_address(at_end: AtEnd) -> str:
    """The address under which every process's database lies; starts PostgreSQL where none runs."""
    if os.environ.get("TEST_DB") == "sqlite":
        return f"sqlite:///{run_folder()}/db"
    if os.environ.get("TEST_DATABASE_URL"):
        if SHARED_POSTGRES not in os.environ:
            os.environ[SHARED_POSTGRES] = os.environ["TEST_DATABASE_URL"]
            at_end(_drop_databases_of_run)
    elif SHARED_POSTGRES not in os.environ:
        os.environ[SHARED_POSTGRES] = _start_postgres(at_end)
    return os.environ[SHARED_POSTGRES]


def _own_database(server: str) -> str:
    """The address of this process's own database: the server's, with a name of its own."""
    address, mark, options = server.partition("?")
    return f"{address}_{_run_id()}_{worker_name()}{mark}{options}"


def _run_id() -> str:
    """What tells this run's databases from another's on the same server."""
    return run_folder().name.removeprefix(FOLDER_PREFIX).replace("-", "_")


def _drop_databases_of_run() -> None:
    """Leave nothing behind on a server that outlives the run."""
    with contextlib.closing(psycopg2.connect(os.environ["TEST_DATABASE_URL"])) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            for (name,) in cursor.fetchall():
                if f"_{_run_id()}_" in name:
                    cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _start_postgres(at_end: AtEnd) -> str:
    home = find_postgres()
    if home is None:
        raise pytest.UsageError(
            f"no PostgreSQL server found: apt-get install {PACKAGES['postgres']}, "
            "or name a server in TEST_DATABASE_URL"
        )
    user = unprivileged_user()
    folder = run_folder() / "pg"
    folder.mkdir(mode=0o700)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", run_folder() / "postgres.log"
    options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync")
    locale = "--locale=C.UTF-8" if sys.platform == "linux" else "--no-locale"
    made = subprocess.run(
        [home / "initdb", *options, locale, f"--pgdata={data}"],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **as_user(user),
    )
    if made.returncode:
        raise pytest.UsageError(f"initdb failed: {made.stderr.strip()}")
    settings = {**POSTGRES_OPTIONS, "unix_socket_directories": str(folder)}
    switches = [f"--{name}={value}" for name, value in settings.items()]
    # SIGQUIT is PostgreSQL's immediate shutdown: it takes its children along.
    process = launch(
        [home / "postgres", "-D", data, *switches], log=log, last_signal=signal.SIGQUIT, user=user
    )
    at_end(lambda: stop(process, signal.SIGQUIT))

    def connect() -> None:
        psycopg2.connect(host=str(folder), user="postgres", dbname="postgres").close()

    wait_until_it_answers(process, connect, log=log)
    # After the host part a second slash: django-environ reads the socket's folder from the path.
    return f"postgres://postgres@/{folder}/test"


def _start_redis(config: pytest.Config) -> str:
    program = find_redis()
    if program is None:
        raise pytest.UsageError(
            f"no Redis server found: apt-get install {PACKAGES['redis']}, "
            "or name a server in TEST_REDIS_URL"
        )
    folder = Path(os.environ["DATA_DIR"])
    path, log = folder / "redis.sock", folder / "redis.log"
    command = [str(program), "--port", "0", "--unixsocket", str(path)]
    command += ["--save", "", "--appendonly", "no"]
    process = launch(command, log=log, last_signal=signal.SIGKILL)
    config.add_cleanup(lambda: stop(process, signal.SIGTERM))

    def connect() -> None:
        with contextlib.closing(redis.Redis(unix_socket_path=str(path))) as client:
            client.ping()

    wait_until_it_answers(process, connect, log=log)
    return f"unix://{path}"


def _remove_folders_of_dead_runs() -> None:
    """A run killed with -9 leaves its folder; its servers are gone already."""
    for folder in (found for home in HOMES for found in home.glob(f"{FOLDER_PREFIX}*-*")):
        pid = folder.name.removeprefix(FOLDER_PREFIX).split("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _home() -> Path:
    memory, disk = HOMES
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return memory if roomy else disk


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
