"""Jobs of this room: what the worker does when news arrives, and each night."""

import datetime as dt

from core import audit, jobs, schedule
from core.jobs import Effect
from core.models import Job
from metrics import retention, services
from territory.models import District

LIVE = "metrics.live"
SNAPSHOT = "metrics.snapshot"
NIGHTLY = "metrics.nightly"
PRUNE = "metrics.prune"
REVERIFY = "metrics.reverify"


@jobs.handler(LIVE)
def live(job: Job) -> Effect:
    """Bring the district's live run up to date."""
    return services.prepare_live(District.objects.get(code=job.key))


@jobs.handler(SNAPSHOT)
def snapshot(job: Job) -> Effect:
    """Make the snapshot that a person asked for."""
    district = District.objects.get(code=job.payload["district"])
    by = audit.Actor(job.requested_by, job.payload.get("label", ""), job.office_code)
    return services.prepare_snapshot(district, dt.date.fromisoformat(job.payload["as_of"]), by)


@jobs.handler(NIGHTLY)
def nightly(job: Job) -> Effect:
    """Dates pass even when nothing is written: refresh live runs, keep yesterday's figures."""
    yesterday = dt.date.fromisoformat(job.key) - dt.timedelta(days=1)

    def enqueue_all() -> dict[str, int]:
        districts = list(District.objects.all())
        for district in districts:
            enqueue_live(district)
            enqueue_snapshot(district, yesterday, audit.SYSTEM)
        return {"districts": len(districts)}

    return enqueue_all


@jobs.handler(PRUNE)
def prune(job: Job) -> Effect:
    """Remove runs that need not be kept."""
    return retention.prune


@jobs.handler(REVERIFY)
def reverify(job: Job) -> Effect:
    """Prove every signed-off run again; a difference fails the job, which people then see."""
    outcome = retention.reverify()
    return lambda: outcome


schedule.daily(NIGHTLY, hour=1)
schedule.daily(PRUNE, hour=2)
schedule.daily(REVERIFY, hour=3)


def enqueue_live(district: District) -> Job:
    """Ask for the district's live run to be brought up to date."""
    return jobs.enqueue(LIVE, key=district.code)


def enqueue_snapshot(district: District, as_of: dt.date, by: audit.Actor) -> Job:
    """Ask for a snapshot of a day."""
    return jobs.enqueue(
        SNAPSHOT,
        key=f"{district.code}:{as_of}",
        payload={"district": district.code, "as_of": as_of.isoformat(), "label": by.label},
        requested_by=by.id,
        office_code=by.office_code,
    )
