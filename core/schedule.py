"""What runs by the clock. Rooms register their kinds; beat and `runjobs` both call `enqueue_due`.

Each entry runs once per local day, after its hour: a missed hour is made up later the same day,
and two beats enqueue it once (the job's key is the day).
"""

from dataclasses import dataclass

from django.utils import timezone

from core import jobs
from core.models import Job


@dataclass(frozen=True)
class Daily:
    """A job of `kind` each day, not before `hour` (Asia/Shanghai)."""

    kind: str
    hour: int


_daily: list[Daily] = []


def daily(kind: str, *, hour: int) -> None:
    """Have a job of `kind` enqueued once a day from `hour` on."""
    _daily.append(Daily(kind, hour))


def enqueue_due() -> list[Job]:
    """Enqueue each daily job that is due today and was not yet enqueued."""
    now = timezone.localtime()
    due = [entry for entry in _daily if now.hour >= entry.hour]
    day = now.date().isoformat()
    known = set(
        Job.objects.filter(kind__in=[entry.kind for entry in due], key=day).values_list(
            "kind", flat=True
        )
    )
    return [jobs.enqueue(entry.kind, key=day) for entry in due if entry.kind not in known]
