"""Measuring what the money bought, between the 定稿 before a support and a later one."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Min, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, jobs, policy, schedule
from core.audit import SYSTEM, Actor
from core.jobs import JobRefusedError
from core.models import Job
from core.scope import Scope
from metrics.inputs import Inputs
from metrics.models import Release
from metrics.querysets import last_release
from metrics.services import snapshot_inputs
from outlets.models import BusinessFormat
from subsidies.measuring import SEPARATOR, Found, Later, measure
from subsidies.models import Application, Effect, Policy
from territory.models import District

MEASURE = "subsidies.measure_effects"
NIGHTLY = "subsidies.effects_nightly"
State = Application.State
SUPPORTED = (State.APPROVED, State.PAYING, State.DONE)
KEPT = ("before", "format", "is_open", "filled_format", "residents", "compounds", "note")
NOTE = 300


def measure_effects(
    *,
    district: District,
    release: Release | None = None,
    by: Actor,
    scope: Scope | None = None,
) -> dict[str, Any]:
    """Measure every supported outlet at `release` (the last 定稿); how many, changed, unknown.

    ValidationError when nothing was signed off yet; PermissionDenied unless `scope` (a person's)
    allows it.
    """
    if scope is not None:
        policy.require(scope, "subsidies.measure_effects", Application(district=district))
    return prepare(district, release, by)()


def prepare(district: District, release: Release | None, by: Actor) -> Callable[[], dict[str, Any]]:
    """Compute; what is returned stores the result (a job's effect)."""
    after = release or last_release(district)
    if after is None:
        raise ValidationError(_("还没有定稿数据，定稿后才能测算扶持成效。"))
    rows = list(measured(district, after))

    def store() -> dict[str, Any]:
        return _store(district, after, rows, by)

    return store


def measured(district: District, after: Release) -> Iterable[Effect]:
    """What the rows should say at `after`, unsaved. Seven queries, and a file for each 定稿."""
    told = [(row, *support_day(row)) for row in supported(district)]
    told = [one for one in told if one[1] is None or one[1] <= after.cutoff]
    if not told:
        return
    releases = list(
        Release.objects.filter(district=district, cutoff__lt=after.cutoff)
        .select_related("run")
        .order_by("-cutoff", "-at")
    )
    groups: dict[Any, list[tuple[Any, dt.date | None, str]]] = {}
    befores: dict[Any, Release | None] = {}
    for one in told:
        before = _before(releases, one[1])
        befores[before and before.pk] = before
        groups.setdefault(before and before.pk, []).append(one)
    later = Later(snapshot_inputs(after.run))
    formats = {row.number: row for row in BusinessFormat.objects.all()}
    for key, group in groups.items():
        before = befores[key]
        inputs, lacking = _inputs_of(before)
        ids = [str(row.outlet_id) for row, _day, _word in group]
        found = measure(later, inputs, ids, lacking)
        for row, day, word in group:
            brought = found[str(row.outlet_id)]
            since = _("扶持起点 %(day)s（%(word)s）") % {"day": day, "word": word}
            notes = [*brought.notes, since if day else _("没有审定日期")]
            yield _effect(row, before, after, brought, notes, formats)


def supported(district: District) -> Iterable[Any]:
    """Approved applications about an outlet, with what `support_day` needs: one query."""
    first = (
        Policy.objects.filter(district=OuterRef("district"), code=OuterRef("round__policy__code"))
        .order_by()
        .values("code")
        .annotate(day=Min("valid_from"))
        .values("day")
    )
    return (
        Application.objects.filter(district=district, state__in=SUPPORTED, outlet__isnull=False)
        .annotate(policy_since=Subquery(first))
        .select_related("outlet", "round")
        .order_by("number", "pk")
    )


def support_day(application: Any) -> tuple[dt.date | None, str]:
    """(the day before which nothing is this support's doing, which day that is).

    The earlier one of the outlet's opening and 审定. An opening before the policy's first version
    was in force is no doing of the policy, so then it is 审定.
    """
    approved, opened = application.round.approved_on, application.outlet.opened_on
    within = opened is not None and opened >= application.policy_since
    if within and (approved is None or opened < approved):
        return opened, _("开业")
    return approved, _("审定")


def _before(releases: list[Release], day: dt.date | None) -> Release | None:
    """The last 定稿 before the day; `releases` newest first."""
    return next((one for one in releases if day is not None and one.cutoff < day), None)


def _inputs_of(before: Release | None) -> tuple[Inputs | None, str]:
    if before is None:
        return None, _("扶持前没有定稿数据")
    try:
        return snapshot_inputs(before.run), ""
    except (OSError, ValueError):
        return None, _("扶持前定稿的输入文件缺失或已损坏")


def _effect(
    row: Any,
    before: Release | None,
    after: Release,
    found: Found,
    notes: list[str],
    formats: dict[int, BusinessFormat],
) -> Effect:
    return Effect(
        application=row,
        before=before,
        after=after,
        format=formats.get(found.format_number or 0),
        is_open=found.is_open,
        filled_format=found.filled_format,
        residents=found.residents,
        compounds=found.compounds,
        note=SEPARATOR.join(notes)[:NOTE],
    )


def _store(district: District, after: Release, rows: list[Effect], by: Actor) -> dict[str, Any]:
    """Write what differs; nothing differs and nobody asked: no event."""
    known = {row.application_id: row for row in Effect.objects.filter(after=after)}
    fresh = [row for row in rows if _said(row) != _said(known.get(row.application_id))]
    gone = set(known) - {row.application_id for row in rows}
    told = {
        "release": str(after.pk),
        "cutoff": after.cutoff.isoformat(),
        "measured": len(rows),
        "changed": len(fresh) + len(gone),
        "unknown": sum(row.residents is None for row in rows),
    }
    if not fresh and not gone and by.id is None:
        return told
    with audit.act("subsidies.measure_effects", by=by, obj=after, changes=told):
        Effect.objects.filter(after=after, application__in=gone).delete()
        for row in fresh:
            row.measured_at = timezone.now()
        Effect.objects.bulk_create(
            fresh,
            update_conflicts=True,
            unique_fields=["application", "after"],
            update_fields=[*KEPT, "measured_at"],
        )
    return told


def _said(row: Effect | None) -> Any:
    return row and (
        row.before_id, row.format_id, row.is_open, row.filled_format, row.residents,
        row.compounds, row.note,
    )  # fmt: skip


# --- Jobs -----------------------------------------------------------------------------------------
def ask_for_effects(*, district: District, by: Actor, scope: Scope) -> Job:
    """Have the effects measured at the last 定稿 in the background."""
    policy.require(scope, "subsidies.measure_effects", Application(district=district))
    if last_release(district) is None:
        raise ValidationError(_("还没有定稿数据，定稿后才能测算扶持成效。"))
    return jobs.enqueue(
        MEASURE,
        key=district.code,
        payload={"label": by.label},
        requested_by=by.id,
        office_code=by.office_code,
    )


@jobs.handler(MEASURE)
def _measure(job: Job) -> jobs.Effect:
    district = District.objects.get(code=job.key)
    by = Actor(job.requested_by, job.payload.get("label") or SYSTEM.label, job.office_code)
    try:
        return prepare(district, None, by)
    except ValidationError as error:
        raise JobRefusedError(" ".join(error.messages)) from error


@jobs.handler(NIGHTLY)
def _nightly(job: Job) -> jobs.Effect:
    """Once a day: new 定稿, new supports."""

    def enqueue_all() -> dict[str, int]:
        wanted = District.objects.filter(
            pk__in=Release.objects.values("district"),
            code__in=Application.objects.filter(state__in=SUPPORTED).values("district__code"),
        )
        found = [jobs.enqueue(MEASURE, key=district.code) for district in wanted]
        return {"districts": len(found)}

    return enqueue_all


schedule.daily(NIGHTLY, hour=5)
