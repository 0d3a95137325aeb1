"""任务办结率: closed on time ÷ due (indicator `tasks_done_share`)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from coordination.models import Task


@dataclass(frozen=True)
class TasksDone:
    """Counts of tasks whose due day is over."""

    due: int
    closed: int
    on_time: int

    @property
    def share(self) -> float | None:
        """Closed on time ÷ due, of one; None when nothing was due."""
        return self.on_time / self.due if self.due else None


def tasks_done(
    tasks: "QuerySet[Task]", *, since: dt.date, until: dt.date, today: dt.date
) -> TasksDone:
    """Of `tasks` due from `since` to `until`, as far as their due day is over; one query.

    On time: first answered by the due day, and closed in the end. Withdrawn tasks do not count.
    """
    over = tasks.filter(due_on__gte=since, due_on__lte=until, due_on__lt=today)
    closed = Q(state=Task.State.CLOSED)
    told = over.exclude(state=Task.State.WITHDRAWN).aggregate(
        due=Count("pk"),
        closed=Count("pk", filter=closed),
        on_time=Count("pk", filter=closed & Q(first_reported_on__lte=F("due_on"))),
    )
    return TasksDone(**told)
