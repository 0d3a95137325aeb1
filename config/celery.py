"""The Celery app: one task (`core.tasks.run_job`), one schedule (`core.jobs.SCHEDULE`)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("living_circles")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
