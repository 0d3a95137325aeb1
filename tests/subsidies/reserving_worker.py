"""Run as a process: reserves for applications, one after the other, until it stops in the middle.

Arguments: after how many it stops between the ledger's row and the balance, and the file that it
writes then; there it waits to be killed.
"""

import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402

from subsidies.models import Application  # noqa: E402
from subsidies.services import budget  # noqa: E402
from tests.subsidies.funding import reserve_one  # noqa: E402

after, reached = int(sys.argv[1]), Path(sys.argv[2])
shift = budget._shift
done = 0


def _shift(*args: Any) -> None:
    if done == after:
        reached.touch()
        time.sleep(120)
    shift(*args)


budget._shift = _shift
for application in Application.objects.filter(state="reviewed").order_by("?"):
    if Application.objects.filter(pk=application.pk, state="reviewed").exists():
        try:
            reserve_one(application)
        except ValidationError:
            continue
        done += 1
