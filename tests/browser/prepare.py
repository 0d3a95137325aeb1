"""Fills the site's database: `python -m tests.browser.prepare`; last on stdout its facts as JSON.

A small demo district with two 定稿 and live figures that differ from them, because a few outlets
closed after the signing.
"""

import datetime as dt
import json

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from circles.models import Circle  # noqa: E402
from core import jobs  # noqa: E402
from core.audit import Actor  # noqa: E402
from metrics.services import make_snapshot, release_run  # noqa: E402
from outlets.models import Outlet  # noqa: E402
from outlets.services import close_outlet  # noqa: E402
from territory.models import District  # noqa: E402

OFFICER = Actor(label="王经办")
CLOSED = 3


def main() -> None:
    """Two months ago and today signed off, then a few outlets closed and computed live."""
    call_command("load_demo", scale=0.02, verbosity=0)
    jobs.run_waiting()
    district = District.objects.get()
    today = timezone.localdate()
    for day, purpose in ((today - dt.timedelta(days=60), "month"), (today, "year")):
        run = make_snapshot(district=district, as_of=day)
        release_run(run=run, purpose=purpose, by=OFFICER)
    shops = Outlet.objects.filter(status="open", memberships__isnull=False).distinct()
    for outlet in shops.order_by("code")[:CLOSED]:
        close_outlet(outlet=outlet, on=today, reason="走访核实", by=OFFICER)
    jobs.run_waiting()
    circle = Circle.objects.filter(street_links__role="lead").order_by("code")[0]
    street = circle.lead_street
    other = district.streets.exclude(pk=street.pk).order_by("sort")[0]
    print(json.dumps({"street": street.code, "other_street": other.code, "circle": circle.code}))


if __name__ == "__main__":
    main()
