"""Where prefilled values come from: the last 定稿, the ledgers, 工作信息, tasks.

Each value says what it was read from and as of which day. What nobody has recorded is unknown
(None), never 0: a street whose ledger is empty has not been counted.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.utils import timezone

from circles.models import Facility, Space
from coordination.models import TaskOffice
from core.dated import as_of
from metrics.compute import Flag
from metrics.indicators import Unit, get
from metrics.models import Release
from metrics.querysets import Figure, figures
from outlets.models import Outlet, OutletFacts
from outlets.models.outlet import PlaceState, Status
from reports.models import ProgressReport, ReportItem, WorkItem
from reports.progress import source_words as words
from reports.progress.values import places_of

Source = ReportItem.Source
Category = WorkItem.Category
Origin = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A value with its origin; `number` None = unknown.

    origin  {"source", "label", "day", "tags": demo / partial / unconfirmed, …}; of a 定稿 also
            "release" and "run", of 工作信息 also "items", the ids of the rows it was made of
    """

    number: Decimal | None = None
    text: str = ""
    origin: Origin = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether there is anything to prefill."""
        return self.number is not None or bool(self.text)


@dataclass(frozen=True)
class Ground:
    """What a report is about: an office's street (or the whole district) in the period, so far."""

    report: ProgressReport

    @property
    def since(self) -> dt.date:
        """The period's first day."""
        return self.report.period.starts_on

    @cached_property
    def until(self) -> dt.date:
        """The period's last day, or today while it is not over."""
        return min(self.report.period.ends_on, timezone.localdate())

    @property
    def street_id(self) -> uuid.UUID | None:
        """None = the whole district (departments, the commission)."""
        return self.report.street_id

    def place(self, prefix: str = "") -> dict[str, Any]:
        """The conditions on rows with `district` and `street` (behind `prefix`)."""
        if self.street_id is not None:
            return {f"{prefix}street": self.street_id}
        return {f"{prefix}district": self.report.district_id}

    @cached_property
    def has_outlets(self) -> bool:
        """Whether anybody has begun the outlet ledger."""
        return self.outlets().exists()

    def outlets(self) -> Any:
        """The outlets of the ledger, 区外网点 left out."""
        return Outlet.objects.registered().filter(outside=False, **self.place())

    def spaces(self) -> Any:
        """The spaces of the ledger as it stands."""
        return Space.objects.filter(void=False, **self.place())


def find(report: ProgressReport, items: Iterable[ReportItem]) -> dict[str, Found]:
    """The values of `items` that have a source, by key."""
    ground = Ground(report)
    by_source: dict[str, list[ReportItem]] = {}
    for item in items:
        by_source.setdefault(item.source, []).append(item)
    found: dict[str, Found] = {}
    for source, wanted in by_source.items():
        if read := READERS.get(source):
            found |= read(ground, wanted)
    return found


def release_for(report: ProgressReport) -> Release | None:
    """The last 定稿 that does not reach beyond the period."""
    releases = Release.objects.filter(
        district=report.district_id, cutoff__lte=report.period.ends_on
    )
    return releases.select_related("run").order_by("-cutoff", "-at").first()


# --- 定稿 ---


def _from_release(ground: Ground, items: list[ReportItem]) -> dict[str, Found]:
    release = release_for(ground.report)
    wanted = {item: named for item in items if (named := _indicator(item, ground))}
    if release is None or not wanted:
        return {}
    scope = "S" if ground.street_id else "D"
    place = ground.street_id or ground.report.district_id
    values = figures(
        release.run, {code for code, _part in wanted.values()}, scope=scope, scope_ids=[place]
    )
    return {
        item.key: _figure(item, code, values.get((code, place, part)), release)
        for item, (code, part) in wanted.items()
    }


def _indicator(item: ReportItem, ground: Ground) -> tuple[str, int] | None:
    """Code and part (`circles_built:3`) of an indicator that has values where the office is."""
    code, _colon, part = item.source_code.partition(":")
    try:
        scopes = get(code).scopes
    except KeyError:
        return None
    return (code, int(part or 0)) if ("S" if ground.street_id else "D") in scopes else None


def _figure(item: ReportItem, code: str, figure: Figure | None, release: Release) -> Found:
    origin = {
        "source": str(Source.INDICATOR),
        "label": str(get(code).name),
        "day": release.cutoff.isoformat(),
        "release": str(release.pk),
        "run": str(release.run_id),
        "tags": _tags(release.run.is_sample, figure.flags if figure else 0),
    }
    if figure is None or figure.value is None:
        return Found(origin=origin)
    share = get(code).unit == Unit.SHARE and item.kind == ReportItem.Kind.PERCENT
    number = Decimal(repr(figure.value)) * (100 if share else 1)
    return Found(_rounded(item, number), origin=origin)


def _tags(demo: bool, flags: int = 0) -> list[str]:
    """What must be said wherever the value is shown, by the names of the page's tags."""
    marks = {
        "demo": demo,
        "unconfirmed": bool(flags & Flag.UNOFFICIAL),
        "partial": bool(flags & Flag.PARTIAL),
    }
    return [name for name, holds in marks.items() if holds]


def _rounded(item: ReportItem, number: Decimal) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places_of(item)), ROUND_HALF_UP)


# --- ledgers ---

Counted = tuple[int | None, bool]


def _from_ledger(ground: Ground, items: list[ReportItem]) -> dict[str, Found]:
    found = {}
    for item in items:
        if count := LEDGER.get(item.source_code):
            number, demo = count(ground)
            found[item.key] = Found(
                None if number is None else Decimal(number),
                origin=_origin(Source.LEDGER, item, ground, _tags(demo)),
            )
    return found


def _origin(source: str, item: ReportItem, ground: Ground, tags: list[str]) -> Origin:
    label = words.LABELS[source, item.source_code]
    return {
        "source": str(source),
        "label": str(label),
        "day": ground.until.isoformat(),
        "tags": tags,
    }


def _count(rows: Any, sample: str = "is_sample") -> Counted:
    """How many rows, and whether sample data are among them; one query."""
    told = rows.aggregate(n=Count("pk"), demo=Count("pk", filter=Q(**{sample: True})))
    return told["n"], bool(told["demo"])


def _open_facts(ground: Ground, **conditions: Any) -> Counted:
    """Outlets trading on the day, counted as the indicators do."""
    if not ground.has_outlets:
        return None, False
    day = ground.until
    facts = OutletFacts.objects.filter(
        outlet__in=Outlet.objects.registered().filter(
            outside=False, district=ground.report.district_id
        )
    )
    if ground.street_id:
        facts = facts.filter(street=ground.street_id)
    trading = as_of(facts, "outlet", day).filter(
        Q(outlet__opened_on__isnull=True) | Q(outlet__opened_on__lte=day),
        Q(outlet__closed_on__isnull=True) | Q(outlet__closed_on__gt=day),
        status=Status.OPEN,
        **conditions,
    )
    return _count(trading, "outlet__is_sample")


def _outlets_in_period(column: str) -> Callable[[Ground], Counted]:
    def count(ground: Ground) -> Counted:
        if not ground.has_outlets:
            return None, False
        days = (ground.since, ground.until)
        return _count(ground.outlets().filter(**{f"{column}__range": days}))

    return count


def _spaces(*states: str) -> Callable[[Ground], Counted]:
    def count(ground: Ground) -> Counted:
        told = _then(ground).aggregate(
            rows=Count("pk", filter=Q(then__isnull=False)),
            n=Count("pk", filter=Q(then__in=states)),
            demo=Count("pk", filter=Q(then__in=states, is_sample=True)),
        )
        return (told["n"] if told["rows"] else None), bool(told["demo"])

    return count


def _then(ground: Ground) -> Any:
    """The spaces with their state at the end of the period; null = not yet in the ledger then.

    A row without a history of its own is taken to have always stood as it stands.
    """
    versions = Space.history.filter(id=OuterRef("pk"))
    last = versions.filter(history_date__lt=_end(ground.until))
    newest = last.order_by("-history_date", "-history_id").values("state")[:1]
    return ground.spaces().annotate(
        then=Case(When(Exists(versions), then=Subquery(newest)), default=F("state"))
    )


def _spaces_reused(ground: Ground) -> Counted:
    """Spaces whose first record as 已启用 was made in the period."""
    if not ground.spaces().exists():
        return None, False
    in_use = Space.history.filter(state=Space.State.IN_USE, history_date__lt=_end(ground.until))
    before = in_use.filter(history_date__lt=_start(ground.since)).values("id")
    return _count(ground.spaces().filter(pk__in=in_use.values("id")).exclude(pk__in=before))


def _start(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _end(day: dt.date) -> dt.datetime:
    return _start(day + dt.timedelta(days=1))


def _facilities(ground: Ground) -> Counted:
    day = ground.until
    rows = Facility.objects.filter(void=False, **ground.place())
    told = rows.aggregate(
        rows=Count("pk"),
        n=Count(
            "pk",
            filter=(Q(opened_on__isnull=True) | Q(opened_on__lte=day))
            & (Q(closed_on__isnull=True) | Q(closed_on__gt=day)),
        ),
        demo=Count("pk", filter=Q(is_sample=True)),
    )
    return (told["n"] if told["rows"] else None), bool(told["demo"])


LEDGER: Mapping[str, Callable[[Ground], Counted]] = {
    "outlets_open": _open_facts,
    "outlets_located": lambda ground: _open_facts(
        ground, lon__isnull=False, place_state=PlaceState.VERIFIED
    ),
    "new_outlets": _outlets_in_period("opened_on"),
    "closed_outlets": _outlets_in_period("closed_on"),
    "spaces_available": _spaces(Space.State.AVAILABLE, Space.State.NEGOTIATING),
    "spaces_in_use": _spaces(Space.State.IN_USE),
    "spaces_reused": _spaces_reused,
    "facilities": _facilities,
}

# --- 工作信息 ---


def _from_work_items(ground: Ground, items: list[ReportItem]) -> dict[str, Found]:
    rows = list(
        WorkItem.objects.filter(
            office=ground.report.office_id,
            happened_on__range=(ground.since, ground.until),
            state__in=(WorkItem.State.SUBMITTED, WorkItem.State.ADOPTED),
        ).order_by("happened_on", "at", "pk")
    )
    found = {}
    for item in items:
        if item.source_code == words.LIST:
            found[item.key] = _listed(item, ground, rows)
        elif item.source_code in words.WORK_SUMS:
            found[item.key] = _summed(item, ground, rows)
    return found


def _listed(item: ReportItem, ground: Ground, rows: list[WorkItem]) -> Found:
    """One line for each item: day and title."""
    lines = [f"{row.happened_on.month}月{row.happened_on.day}日，{row.title}。" for row in rows]
    return Found(text="\n".join(lines), origin=_of_items(item, ground, rows))


def _summed(item: ReportItem, ground: Ground, rows: list[WorkItem]) -> Found:
    """Counts items, or adds up what they state; unknown when none states anything.

    Partial when an item of the kind that should state it does not.
    """
    column, categories = words.WORK_SUMS[item.source_code]
    of_kind = [row for row in rows if not categories or row.category in categories]
    if not column:
        number = Decimal(len(of_kind)) if rows else None
        return Found(number, origin=_of_items(item, ground, of_kind))
    stating = [row for row in of_kind if getattr(row, column) is not None]
    number = sum((Decimal(getattr(row, column)) for row in stating), Decimal(0))
    expected = words.SHOULD_STATE.get(column, categories)
    silent = any(row.category in expected and row not in stating for row in of_kind)
    return Found(
        _rounded(item, number) if stating else None,
        origin=_of_items(item, ground, stating, partial=silent),
    )


def _of_items(
    item: ReportItem, ground: Ground, rows: list[WorkItem], *, partial: bool = False
) -> Origin:
    tags = _tags(any(row.is_sample for row in rows), Flag.PARTIAL if partial else 0)
    origin = _origin(Source.WORK_ITEMS, item, ground, tags)
    return origin | {"items": [str(row.pk) for row in rows]}


# --- tasks ---


def _from_tasks(ground: Ground, items: list[ReportItem]) -> dict[str, Found]:
    day = ground.until
    standing = Q(task__issued_on__lte=day) & (
        Q(task__closed_on__isnull=True) | Q(task__closed_on__gt=day)
    )
    counts = {
        "closed": Q(task__closed_on__range=(ground.since, day)),
        "open": standing,
        "overdue": standing & Q(task__due_on__lt=day),
    }
    rows = TaskOffice.objects.filter(office=ground.report.office_id)
    told = rows.exclude(task__state="withdrawn").aggregate(
        demo=Count("pk", filter=Q(task__is_sample=True)),
        **{name: Count("pk", filter=condition) for name, condition in counts.items()},
    )
    return {
        item.key: Found(
            Decimal(told[item.source_code]),
            origin=_origin(Source.TASKS, item, ground, _tags(bool(told["demo"]))),
        )
        for item in items
        if item.source_code in counts
    }


READERS: Mapping[str, Callable[[Ground, list[ReportItem]], dict[str, Found]]] = {
    Source.INDICATOR: _from_release,
    Source.LEDGER: _from_ledger,
    Source.WORK_ITEMS: _from_work_items,
    Source.TASKS: _from_tasks,
}
