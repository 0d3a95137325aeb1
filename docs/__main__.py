"""`make docs`: the table of indicators and the screenshots, made anew from the program itself.

`make docs ARGS=tables` leaves the screenshots alone.
"""

import os
import sys
import tempfile
from pathlib import Path


def main(parts: list[str]) -> int:
    """0 when everything was written; 2 for a part that does not exist."""
    if unknown := set(parts) - {"tables", "pictures"}:
        print(f"no such part: {', '.join(sorted(unknown))}; there are tables, pictures")
        return 2
    with tempfile.TemporaryDirectory(prefix="lc-docs-") as folder:
        # Before the settings are read: nothing of what lies in var/ or .env may show.
        os.environ |= {
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "REDIS_URL": "",
            "DEMO": "1",
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        import django

        django.setup()
        from docs import pictures, tables

        if not parts or "tables" in parts:
            tables.write()
        if not parts or "pictures" in parts:
            pictures.take(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
