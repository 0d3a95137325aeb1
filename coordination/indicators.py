"""The figure this room contributes: tasks closed on time."""

import datetime as dt
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.models import Task, TaskOffice
from metrics.contributed import ByArea, Collected, contribute
from metrics.registry import Basis, Unit
from territory.models import District


@contribute(
    "tasks_done_share",
    75,
    _("任务办结率"),
    unit=Unit.SHARE,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("minhou", "联席会议 三"),
    formula=_(
        "本年度已到办理时限的任务中，牵头单位按时反馈并最终办结的 ÷ 已到办理时限的任务；"
        "街道（镇）计其牵头的任务，已撤销的不计"
    ),
)
def tasks_done_share(district: District, as_of: dt.date) -> ByArea:
    """Closed on time ÷ due, by the street that leads and over the district; one query."""
    closed = Q(task__state=Task.State.CLOSED)
    rows = (
        TaskOffice.objects.filter(
            role=TaskOffice.Role.LEAD,
            task__district=district,
            task__due_on__gte=as_of.replace(month=1, day=1),
            task__due_on__lte=as_of,
            # As `tasks_done` counts them: today's may still be done in time.
            task__due_on__lt=timezone.localdate(),
        )
        .exclude(task__state=Task.State.WITHDRAWN)
        .values("office__street")
        .annotate(
            due=Count("pk"),
            done=Count("pk", filter=closed & Q(task__first_reported_on__lte=F("task__due_on"))),
        )
    )
    found: dict[tuple[str, Any], Collected] = {}
    due = done = 0
    for row in rows.order_by():
        due, done = due + row["due"], done + row["done"]
        if row["office__street"] is not None:
            found["S", row["office__street"]] = Collected(row["done"], row["due"])
    if due:
        found["D", district.pk] = Collected(done, due)
    return found
