"""What only a running Django can tell: system checks, migrations in step, no upward relation."""

import os
import sys

import django
from django.core.management import CommandError, call_command


def main() -> int:
    """0 when all is well, 1 otherwise, each complaint on stdout."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Only after the setup: it asks for the models.
    from tools.floors import complaints

    codes = [
        _call("check", fail_level="WARNING"),
        _call("makemigrations", check_changes=True, dry_run=True),
    ]
    upward = complaints()
    for complaint in upward:
        print(complaint)
    return 1 if upward or any(codes) else 0


def _call(command: str, **options: object) -> int:
    try:
        call_command(command, **options)
    except CommandError as error:
        print(f"manage.py {command}: {error}")
        return 1
    except SystemExit as end:
        return int(bool(end.code))
    return 0


if __name__ == "__main__":
    sys.exit(main())
