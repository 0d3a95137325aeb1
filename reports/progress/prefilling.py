"""Prefilling: what the platform knows already is entered, marked with where it comes from.

What a person has changed is never overwritten. Prefilling is not filling in: the state stays, so
that 无变化报送 remains possible, and a report that nobody has begun cannot be sent.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from core.audit import SYSTEM, Actor, act
from core.bulk import record_history
from core.db import locked
from reports.models import Period, ProgressReport, ReportAnswer, ReportItem
from reports.progress import gathering, sources
from reports.progress.answers import require_fillable
from reports.progress.sources import Found

_WRITTEN = (
    "number",
    "text",
    "prefilled_number",
    "prefilled_text",
    "origin",
    "version",
    "by_id",
    "by_label",
    "at",
)


@dataclass(frozen=True)
class Prefilled:
    """What prefilling has done, by item key.

    filled   entered anew, or brought up to date
    kept     left as people have changed them
    missing  lower periods (2026-11) that a quarter or year could not be assembled from yet
    """

    report: ProgressReport
    filled: tuple[str, ...]
    kept: tuple[str, ...]
    missing: tuple[str, ...]


def prefill(*, report: ProgressReport, by: Actor) -> Prefilled:
    """Enter what is known into every item that nobody has changed; again, brings it up to date.

    A quarter or year takes what its months or quarters come to, else the item's own source.
    Unknown stays empty. One audit event when something has changed; the report's version rises
    then. Raises ValidationError (code `state`) when the report is not open to the office.
    """
    with transaction.atomic():
        rows = ProgressReport.objects.filter(pk=report.pk)
        now = locked(rows.select_related("office", "period__type")).get()
        require_fillable(now)
        items = list(now.period.type.items.all())
        found = _find(now, items)
        plan = _plan(now, found)
        now.release_id, now.prefilled_at = _release_of(found), timezone.now()
        if plan.rewritten:
            with act("reports.prefill_report", by=by, obj=now) as this:
                this.changes = {"keys": [answer.key for answer in plan.rewritten]}
                _write(plan, by)
                now.version += 1
        # The same figures, read on a later day: no new versions of the answers.
        ReportAnswer.objects.bulk_update(plan.read_later, ["origin"])
        now.save(update_fields=["release", "prefilled_at", "version", "updated_at"])
    missing = {code for each in found.values() for code in each.origin.get("missing", ())}
    return Prefilled(
        now,
        tuple(answer.key for answer in plan.rewritten),
        tuple(plan.kept),
        tuple(sorted(missing)),
    )


def is_untouched(answer: ReportAnswer | None) -> bool:
    """Whether nobody has entered anything beside what was prefilled."""
    if answer is None:
        return True
    prefilled = (answer.prefilled_number, answer.prefilled_text)
    return not answer.reason and (answer.number, answer.text) == prefilled


def refresh(today: dt.date) -> int:
    """Bring the reports that nobody has begun up to date, as the clock does; how many there are."""
    rows = ProgressReport.objects.filter(
        state=ProgressReport.State.TODO,
        period__state=Period.State.OPEN,
        period__opens_on__lte=today,
    )
    reports = list(rows.order_by("period__ends_on", "pk"))
    for report in reports:
        # Somebody may have sent it since the list was read.
        with suppress(ValidationError):
            prefill(report=report, by=SYSTEM)
    return len(reports)


def _release_of(found: Mapping[str, Found]) -> uuid.UUID | None:
    """The 定稿 that figures were read from, if any were."""
    named = (each.origin.get("release") for each in found.values())
    return next((uuid.UUID(release) for release in named if release), None)


def _find(report: ProgressReport, items: Iterable[ReportItem]) -> dict[str, Found]:
    """What is known of each item, in the district's language whoever asks."""
    with translation.override(settings.LANGUAGE_CODE):
        gathered = gathering.gather(report, items)
        assembled = {key for key, each in gathered.items() if each.known}
        own = sources.find(report, [item for item in items if item.key not in assembled])
    # Where a lower form has only been silent, an item's own source says more.
    return gathered | {key: each for key, each in own.items() if key not in assembled}


@dataclass
class _Plan:
    """Which answers are new, say something else now, say the same of a later day, or stay."""

    new: list[ReportAnswer] = field(default_factory=list)
    changed: list[ReportAnswer] = field(default_factory=list)
    read_later: list[ReportAnswer] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def rewritten(self) -> list[ReportAnswer]:
        """Those with new content."""
        return [*self.new, *self.changed]


def _plan(report: ProgressReport, found: Mapping[str, Found]) -> _Plan:
    """What is to be written; the answers already carry their new content."""
    standing = {answer.key: answer for answer in report.answers.all()}
    plan = _Plan()
    for key, each in found.items():
        answer = standing.get(key)
        if answer is None:
            plan.new.append(_filled(ReportAnswer(report=report, key=key, version=0), each))
        elif not is_untouched(answer):
            plan.kept.append(key)
        elif not _says(answer, each):
            plan.changed.append(_filled(answer, each))
        elif answer.origin != each.origin:
            answer.origin = each.origin
            plan.read_later.append(answer)
    return plan


def _filled(answer: ReportAnswer, found: Found) -> ReportAnswer:
    answer.number = answer.prefilled_number = found.number
    answer.text = answer.prefilled_text = found.text
    answer.origin = found.origin
    answer.version += 1
    return answer


def _write(plan: _Plan, by: Actor) -> None:
    """Write the rewritten answers, with their history."""
    for answer in plan.rewritten:
        answer.by_id, answer.by_label, answer.at = by.id, by.label, timezone.now()
    ReportAnswer.objects.bulk_create(plan.new)
    ReportAnswer.objects.bulk_update(plan.changed, _WRITTEN)
    for rows, kind in ((plan.new, "+"), (plan.changed, "~")):
        keys: list[Any] = [answer.pk for answer in rows]
        record_history(ReportAnswer, keys, kind)


def _says(answer: ReportAnswer, found: Found) -> bool:
    """Whether the answer has this content with these marks already."""
    return (answer.prefilled_number, answer.prefilled_text, _marks(answer.origin)) == (
        found.number,
        found.text,
        _marks(found.origin),
    )


def _marks(origin: dict[str, Any]) -> tuple[Any, ...]:
    names = ("source", "label", "tags", "missing", "release")
    return tuple(origin.get(name) for name in names)
