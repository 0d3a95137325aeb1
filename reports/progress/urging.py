"""催报: the commission asks for reports that are owed, at most once a report and day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.people import people_of
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.notices import Recipient, notify
from core.scope import Scope
from core.text import normalise
from reports.models import ProgressReport, ReportUrge
from reports.progress.telling import FILLERS

MOST_CHARACTERS = 300
OWED = frozenset(
    {ProgressReport.State.TODO, ProgressReport.State.DRAFT, ProgressReport.State.RETURNED}
)


@dataclass(frozen=True)
class Urged:
    """What became of one report: how many people were told; `why_not` when nobody was."""

    report: ProgressReport
    told: int = 0
    why_not: str = ""


def urge(
    *, reports: Iterable[ProgressReport], by: Actor, scope: Scope, text: str = ""
) -> list[Urged]:
    """Ask the offices for their reports, in the site and by mail; each report on its own.

    Left out are reports that are not owed (any more) and those asked for today already.
    PermissionDenied when one of them is none of the caller's.
    """
    wanted = list(reports)
    for report in wanted:
        policy.require(scope, "reports.urge", report)
    people = people_of({report.office_id for report in wanted}, FILLERS)
    said = normalise(text)[:MOST_CHARACTERS]
    return [_urge_one(report, people[report.office_id], by, said) for report in wanted]


def urged_on(report: ProgressReport, day: dt.date) -> bool:
    """Whether the report was asked for on that day."""
    times = report.urges.values_list("at", flat=True)
    return any(timezone.localdate(at) == day for at in times)


@transaction.atomic
def _urge_one(report: ProgressReport, people: Sequence[Recipient], by: Actor, text: str) -> Urged:
    # The lock makes two who press at the same time one after the other.
    rows = ProgressReport.objects.select_related("period__type", "office")
    now = locked(rows.filter(pk=report.pk)).get()
    if now.state not in OWED:
        return Urged(now, why_not=_("已报送，无须催报"))
    today = timezone.localdate()
    if urged_on(now, today):
        return Urged(now, why_not=_("今天已催报过"))
    with act("reports.urge_report", by=by, obj=now, comment=text) as this:
        ReportUrge.objects.create(report=now, text=text, by_label=by.label[:120])
        told = _tell(now, people, text, today)
        this.changes = {"told": told}
    if not people:
        return Urged(now, why_not=_("已记录，但该单位没有可通知的人员"))
    return Urged(now, told)


def _tell(report: ProgressReport, people: Sequence[Recipient], text: str, day: dt.date) -> int:
    with translation.override(settings.LANGUAGE_CODE):
        told = {"report": str(report), "due": report.due_on.isoformat()}
        if report.due_on < day:
            title = _("催报：%(report)s 已过截止日（%(due)s），请尽快报送") % told
        else:
            title = _("催报：%(report)s 请于 %(due)s 前报送") % told
    return notify(
        key=f"report:{report.pk}:urged:{day:%Y%m%d}",
        people=people,
        title=title,
        text=text,
        path=f"/desk/reports/{report.pk}/",
    )


__all__ = ["MOST_CHARACTERS", "OWED", "Urged", "urge", "urged_on"]
