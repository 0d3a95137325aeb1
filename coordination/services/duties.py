"""任务分工落实: which unit answers for which clause, and how far each says it is.

The division is the documents'; nothing here makes up a unit or a lead. 区相关部门 is a collective
that the document does not list: it stays as printed, without offices.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Office
from coordination.models import Responsibility, ResponsibilityProgress
from core import policy
from core.audit import Actor, act
from core.models import Clause, Document
from core.scope import Scope
from territory.models import District

Standing = ResponsibilityProgress.Standing
# What stands for parts of which nothing was said yet, in filters.
UNSAID = "none"


@dataclass(frozen=True)
class Duty:
    """An office's part in a clause, and the last it said of it."""

    responsibility: Responsibility
    latest: ResponsibilityProgress | None

    @property
    def office(self) -> Office:
        """Whose part it is."""
        return self.responsibility.office


@dataclass(frozen=True)
class DutyGroup:
    """A unit as the clause prints it, and the offices it stands for (none: 文件未列明)."""

    printed: str
    duties: list[Duty] = field(default_factory=list)

    @property
    def told(self) -> int:
        """How many of its offices have said anything."""
        return sum(duty.latest is not None for duty in self.duties)


@dataclass(frozen=True)
class ClauseDuties:
    """A clause and who answers for it, as printed; no groups: 文件未明确."""

    clause: Clause
    groups: list[DutyGroup]

    @property
    def duties(self) -> list[Duty]:
        """All its offices' parts."""
        return [duty for group in self.groups for duty in group.duties]


def task_clauses(*, elsewhere: bool = False) -> "QuerySet[Clause]":
    """Clauses that set something to be done: of our own documents, or of 外地参考."""
    rows = Clause.objects.filter(sets_task=True).select_related("document")
    level = Document.Level.ELSEWHERE
    rows = rows.filter(document__level=level) if elsewhere else rows.exclude(document__level=level)
    return rows.order_by("document__code", "sort", "id")


def division(
    district: District,
    *,
    clauses: "QuerySet[Clause] | None" = None,
    office_code: str = "",
    standing: str = "",
) -> list[ClauseDuties]:
    """The matrix clause × unit × latest progress; four queries however long.

    office_code  only clauses of this office, with its part alone
    standing     only parts that stand so (`none`: nothing said yet)
    """
    rows = list(task_clauses() if clauses is None else clauses)
    parts = _parts(district, rows, office_code, standing)
    narrowed = bool(office_code or standing)
    found = [
        ClauseDuties(clause, _groups(clause, parts[clause.pk], narrowed=narrowed))
        for clause in rows
    ]
    return [one for one in found if one.duties] if narrowed else found


def duties_of_office(district: District, office_code: str) -> list[tuple[Clause, Duty]]:
    """What one office answers for, in the documents' order."""
    return [
        (one.clause, duty)
        for one in division(district, office_code=office_code)
        for duty in one.duties
    ]


def latest_of(
    rows: "QuerySet[Responsibility]",
) -> dict[object, ResponsibilityProgress]:
    """By responsibility, the last that was said; two queries."""
    newest = ResponsibilityProgress.objects.filter(responsibility=OuterRef("pk"))
    marked = rows.annotate(
        newest=Subquery(newest.order_by("-at", "-id").values("pk")[:1])
    ).values_list("newest", flat=True)
    found = ResponsibilityProgress.objects.filter(pk__in=[pk for pk in marked if pk])
    return {one.responsibility_id: one for one in found}


def report_duty(
    *,
    responsibility: Responsibility,
    standing: str,
    text: str,
    evidence: str = "",
    by: Actor,
    scope: Scope,
    at: dt.datetime | None = None,
) -> ResponsibilityProgress:
    """Say how far one's office is with a clause: a new row, never a changed one."""
    policy.require(scope, "coordination.report_duty", responsibility)
    errors: dict[str, str] = {}
    if standing not in Standing.values:
        errors["standing"] = _("请选择进度。")
    if not text.strip():
        errors["text"] = _("请写明落实情况。")
    if len(evidence) > 300:
        errors["evidence"] = _("佐证材料不超过 300 字。")
    if errors:
        raise ValidationError(errors)
    with act("coordination.report_duty", by=by, obj=responsibility) as this:
        said = ResponsibilityProgress(
            responsibility=responsibility,
            standing=standing,
            text=text.strip(),
            evidence=evidence.strip(),
            by_id=by.id,
            by_label=by.label[:120],
        )
        if at is not None:
            said.at = at
        said.save(force_insert=True)
        this.changes = {"progress": str(said.pk), "standing": standing}
    return said


def _parts(
    district: District, clauses: list[Clause], office_code: str, standing: str
) -> dict[object, list[Duty]]:
    """By clause, the parts of its offices, in the order in which the document named them."""
    rows = Responsibility.objects.filter(district=district, clause__in=clauses)
    if office_code:
        rows = rows.filter(office__code=office_code)
    latest = latest_of(rows)
    parts: dict[object, list[Duty]] = defaultdict(list)
    for row in rows.select_related("office__district").order_by("office_id", "id"):
        said = latest.get(row.pk)
        if not standing or standing == (said.standing if said else UNSAID):
            parts[row.clause_id].append(Duty(row, said))
    return parts


def _groups(clause: Clause, duties: list[Duty], *, narrowed: bool) -> list[DutyGroup]:
    """The units as printed, in their order, each once; narrowed: only those with a part left."""
    by_print: dict[str, list[Duty]] = {printed: [] for printed in clause.units}
    for duty in duties:
        by_print.setdefault(duty.responsibility.printed_as, []).append(duty)
    return [
        DutyGroup(printed, found) for printed, found in by_print.items() if found or not narrowed
    ]
