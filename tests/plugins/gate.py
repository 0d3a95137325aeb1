"""Loaded into a real worker by a test (`celery -I`): stops it between computing and writing.

The folder in LC_TEST_GATE: the worker writes `reached` there, and waits as long as `closed` exists.
"""

import os
import time
from pathlib import Path

from core import jobs
from core.models import Job

FOLDER = Path(os.environ["LC_TEST_GATE"])


def _wait(job: Job) -> None:
    (FOLDER / "reached").write_text(f"{os.getpid()} {job.attempt}")
    while (FOLDER / "closed").exists():
        time.sleep(0.02)


jobs.before_effect = _wait
