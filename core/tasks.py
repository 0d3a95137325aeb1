"""Celery's way in: one task for every kind of job, one for the sweep."""

import uuid

from celery import shared_task

from core import heartbeat, jobs, schedule


@shared_task(name="core.run_job")
def run_job(job_id: str) -> None:
    """Run the job of that id, unless someone else already did."""
    jobs.run_job(uuid.UUID(job_id))


@shared_task(name="core.tick")
def tick() -> None:
    """Sweep dead jobs and enqueue what the schedule says is due."""
    heartbeat.beat()
    jobs.sweep()
    schedule.enqueue_due()
