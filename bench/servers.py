"""A throwaway PostgreSQL with the tables and reference rows of the platform."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins import servers
from tests.plugins.servers import FIXED_ENVIRONMENT, SHARED_POSTGRES, run_folder, shared_servers

# What an office's server is set to, and servers for tests are not: a commit is on the disk.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def database(*, durable: bool = False) -> Iterator[Path]:
    """Django set up on an empty, migrated database; yields a folder for files."""
    if durable:
        servers.POSTGRES_OPTIONS.update(DURABLE)
        servers.HOMES = (Path(tempfile.gettempdir()),) * 2
    with shared_servers():
        folder = run_folder() / "bench"
        folder.mkdir()
        os.environ.update(FIXED_ENVIRONMENT)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["DATA_DIR"] = str(folder)
        address, mark, options = os.environ[SHARED_POSTGRES].partition("?")
        os.environ["DATABASE_URL"] = f"{address}_bench{mark}{options}"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{connection.settings_dict["NAME"]}"')
        call_command("migrate", verbosity=0)
        call_command("load_reference", verbosity=0)
        try:
            yield folder
        finally:
            connection.close()
