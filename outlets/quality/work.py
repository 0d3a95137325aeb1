"""Jobs of data quality: after every change of a register, and each night for all of them."""

from functools import partial

from core import jobs, schedule
from core.jobs import Effect
from core.models import Job

# The register's own rules register themselves.
from outlets.quality import places, rules  # noqa: F401
from outlets.quality.services import KIND, enqueue_check, keep, look_at
from territory.models import District

NIGHTLY = "outlets.quality_nightly"


@jobs.handler(KIND)
def check(job: Job) -> Effect:
    """Look through the district's register; what was found is kept with the job's outcome."""
    return partial(keep, look_at(District.objects.get(code=job.key)))


@jobs.handler(NIGHTLY)
def nightly(job: Job) -> Effect:
    """Dates pass even when nothing is written, and each day has its count."""

    def enqueue_all() -> dict[str, int]:
        districts = list(District.objects.all())
        for district in districts:
            enqueue_check(district)
        return {"districts": len(districts)}

    return enqueue_all


schedule.daily(NIGHTLY, hour=0)
