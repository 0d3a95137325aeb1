"""One database per test process, copied from a template that is migrated and filled once.

A test that commits (`transactional_db`, `live_server`) gets a fresh copy afterwards, instead of
Django's flush: the reference rows stay, and append-only tables need no exception for the tests.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from tests.plugins.servers import run_folder, worker_name


def own_name() -> str:
    """The name (SQLite: the file) of this process's database."""
    return str(connection.settings_dict["NAME"])


def template_name() -> str:
    """The name of the template that all processes of this run copy from."""
    return own_name().removesuffix(worker_name()) + "template"


def create() -> None:
    """Make the template unless another process of this run has, and this process's copy of it."""
    with _one_process_at_a_time():
        ready = run_folder() / f"{connection.vendor}-template.ready"
        if not ready.exists():
            _build_template()
            ready.touch()
    restore()


def restore() -> None:
    """Replace this process's database by a fresh copy of the template."""
    connections.close_all()
    if connection.vendor == "sqlite":
        for suffix in ("-wal", "-shm", "-journal"):
            Path(own_name() + suffix).unlink(missing_ok=True)
        shutil.copyfile(template_name(), own_name())
        return
    _run_sql(
        f'DROP DATABASE IF EXISTS "{own_name()}" WITH (FORCE)',
        f'CREATE DATABASE "{own_name()}" TEMPLATE "{template_name()}"',
    )


def _build_template() -> None:
    own = own_name()
    if connection.vendor == "postgresql":
        _run_sql(f'CREATE DATABASE "{template_name()}"')
    connection.settings_dict["NAME"] = template_name()
    try:
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = own


def _run_sql(*statements: str) -> None:
    """Run statements that belong to no database, such as CREATE DATABASE."""
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def _one_process_at_a_time() -> Iterator[None]:
    descriptor = os.open(run_folder() / "template.lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
