"""疑似变化: what makes a register row doubtful, and what somebody who looked says of it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateField, Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs, schedule
from core.audit import SYSTEM, Actor, act
from core.db import locked
from core.models import Job
from core.versions import require_version
from outlets.fieldwork.visits import act_of
from outlets.models import Outlet, QualityRule, Suspicion, Visit
from outlets.models.outlet import Status
from outlets.services.changes import change_outlet, check_day, close_outlet, create_outlet
from territory.models import District, Street

LIST_STALE = "outlets.list_stale"
STALE_RULE = "stale"
# Unofficial (待区商务委确认); the quality rule's own number goes before it.
STALE_MONTHS = 12
OURSELVES = "系统"
MAP_SOURCE = "公众地图"
# What people on the map may say of an outlet.
MAP_WORDS = ("closed", "moved", "wrong", "missing")

# What 属实 may lead to.
CLOSE, MOVE, SUSPEND, CHANGE, CREATE, DONE = (
    "close",
    "move",
    "suspend",
    "change",
    "create",
    "done",
)
ACTIONS = (CLOSE, MOVE, SUSPEND, CHANGE, CREATE, DONE)
_CLOSING = {CLOSE: Status.CLOSED, MOVE: Status.MOVED}
_GONE = (Status.CLOSED, Status.MOVED)


def month_of(day: dt.date) -> dt.date:
    """The first day of the month."""
    return day.replace(day=1)


def months_before(day: dt.date, months: int) -> dt.date:
    """The day `months` earlier; the last of the month where that day does not exist."""
    whole = day.year * 12 + day.month - 1 - months
    year, month = divmod(whole, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def allowed_actions(suspicion: Suspicion) -> tuple[str, ...]:
    """What 属实 can lead to: a row that is there is changed, one that is not is entered."""
    if suspicion.outlet is None:
        return (CREATE, DONE)
    if suspicion.outlet.status in _GONE:
        return (CHANGE, DONE)
    return (CLOSE, MOVE, SUSPEND, CHANGE, DONE)


def confirm_suspicion(
    *,
    suspicion: Suspicion,
    action: str,
    by: Actor,
    on: dt.date,
    comment: str = "",
    values: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    outlet_version: int | None = None,
) -> Suspicion:
    """It is so: close, move, suspend or change the outlet, or enter a new one, as of day `on`.

    `values` are the outlet's fields for `change` and `create`. `done` = the register says so
    already, and `comment` says how. One transaction; StaleVersionError when either row is no
    longer the version given; ValidationError names the fields, also when it was decided before.
    """
    check_day(on)
    with act("outlets.confirm_suspicion", by=by, comment=comment) as this:
        row = _undecided(suspicion, seen_version)
        if action not in allowed_actions(row):
            raise ValidationError({"action": _("请选择处理办法")})
        if action == DONE and not comment.strip():
            raise ValidationError({"comment": _("请说明台账已如何更新")})
        reason = _("疑似变化属实：%(kind)s") % {"kind": row.get_kind_display()}
        if comment.strip():
            reason = f"{reason}，{comment.strip()}"
        told: dict[str, Any] = {"on": on, "by": by, "reason": reason}
        outlet = row.outlet
        if action == CREATE:
            outlet = create_outlet(district=row.district, values=_new_values(row, values), **told)
            row.outlet, row.street_id = outlet, outlet.street_id
        elif action != DONE:
            assert outlet is not None
            told |= {"outlet": outlet, "seen_version": outlet_version}
            outlet = _act_on(action, values or {}, told)
        row.act = act_of(outlet) if outlet is not None and action != DONE else None
        _decide(row, Suspicion.State.CONFIRMED, comment, by)
        this.obj, this.from_state, this.to_state = row, Suspicion.State.OPEN, row.state
        this.changes = {"action": action, "on": on, "outlet": outlet.code if outlet else None}
    return row


def dismiss_suspicion(
    *, suspicion: Suspicion, comment: str, by: Actor, seen_version: int | None = None
) -> Suspicion:
    """It is not so, and `comment` says how that is known.

    A row that was only stale has thereby been looked at: its day of collection is today.
    """
    if not comment.strip():
        raise ValidationError({"comment": _("请填写核实情况")})
    with act("outlets.dismiss_suspicion", by=by, comment=comment) as this:
        row = _undecided(suspicion, seen_version)
        if row.kind == Suspicion.Kind.STALE and row.outlet is not None:
            today = timezone.localdate()
            checked = change_outlet(
                outlet=row.outlet,
                changes={"collected_on": today, "collected_by": by.label[:40]},
                on=today,
                by=by,
                reason=_("久未核实的网点经核实无误：%(comment)s") % {"comment": comment},
            )
            row.act = act_of(checked)
        _decide(row, Suspicion.State.DISMISSED, comment, by)
        this.obj, this.from_state, this.to_state = row, Suspicion.State.OPEN, row.state
        this.changes = {"outlet": row.outlet.code if row.outlet else None}
    return row


def record_map_correction(
    *,
    district: District,
    said: str,
    note: str = "",
    outlet: Outlet | None = None,
    street: Street | None = None,
    lon: float | None = None,
    lat: float | None = None,
    external_id: str = "",
) -> Suspicion:
    """What somebody on the public map says: `closed`, `moved`, `wrong`, or an outlet `missing`.

    Nothing of who said it is kept. The same `external_id` twice is one.
    """
    if said not in MAP_WORDS:
        raise ValidationError({"said": _("请选择反馈类型")})
    if (outlet is None) != (said == "missing"):
        raise ValidationError({"outlet": _("请指明是哪一家网点")})
    content = {"said": said, "note": note[:300], "lon": lon, "lat": lat}
    street_id = outlet.street_id if outlet else street.pk if street else None
    row, _created = Suspicion.objects.get_or_create(
        district=district,
        source=MAP_SOURCE,
        external_id=external_id[:80] or str(uuid.uuid4()),
        defaults={
            "street_id": street_id,
            "outlet": outlet,
            "kind": Suspicion.Kind.MAP_CORRECTION,
            "month": month_of(timezone.localdate()),
            "content": content,
            "is_sample": bool(outlet and outlet.is_sample),
        },
    )
    return row


# --- Stale rows -----------------------------------------------------------------------------------
def stale_months() -> int | None:
    """After how many months unchecked a row is stale; None when the rule is out of force."""
    rule = QualityRule.objects.filter(code=STALE_RULE).first()
    if rule is None:
        return STALE_MONTHS
    return int(rule.numbers.get("months", STALE_MONTHS)) if rule.in_force else None


def unchecked_since(district: District, day: dt.date) -> "QuerySet[Any]":
    """Trading outlets neither collected nor visited from `day` on.

    Where nobody wrote down when a row was collected, the last time it was written at all counts.
    """
    visited = Visit.objects.filter(outlet=OuterRef("pk"), at__date__gte=day)
    written = TruncDate("updated_at", output_field=DateField())
    rows: QuerySet[Any] = Outlet.objects.filter(district=district, outside=False).registered()
    return (
        rows.exclude(status__in=_GONE)
        .annotate(last_checked=Coalesce("collected_on", written))
        .filter(~Exists(visited), last_checked__lt=day)
    )


def list_stale(
    *, district: District, months: int, on: dt.date | None = None, by: Actor = SYSTEM
) -> int:
    """Put what was not checked for `months` on this month's list; how many are new on it.

    A row whose staleness is still open from an earlier month is not listed again.
    """
    day = on or timezone.localdate()
    month, limit = month_of(day), months_before(day, months)
    waiting = Suspicion.objects.filter(
        outlet=OuterRef("pk"), kind=Suspicion.Kind.STALE, state=Suspicion.State.OPEN
    )
    with act("outlets.list_stale", by=by) as this:
        stale = unchecked_since(district, limit).filter(~Exists(waiting)).order_by("pk")
        rows = [
            Suspicion(
                district=district,
                street_id=street,
                outlet_id=pk,
                kind=Suspicion.Kind.STALE,
                month=month,
                source=OURSELVES,
                external_id=f"stale:{pk}:{month:%Y-%m}",
                content={"months": months, "last": checked.isoformat()},
                is_sample=sample,
            )
            for pk, street, checked, sample in stale.values_list(
                "pk", "street_id", "last_checked", "is_sample"
            )
        ]
        known = Suspicion.objects.filter(district=district, source=OURSELVES, month=month)
        before = known.count()
        Suspicion.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        listed = known.count() - before
        this.obj = district
        this.changes = {"months": months, "month": month, "listed": listed}
    return listed


@jobs.handler(LIST_STALE)
def list_stale_of_month(job: Job) -> jobs.Effect:
    """Once a month: the first time in it that the clock comes round."""
    day = dt.date.fromisoformat(job.key)

    def write() -> dict[str, Any]:
        months, month = stale_months(), f"{day:%Y-%m}"
        done = Job.objects.filter(kind=LIST_STALE, state=Job.State.DONE, result__month=month)
        if months is None or done.exists():
            return {}
        districts = District.objects.order_by("code")
        listed = {row.code: list_stale(district=row, months=months, on=day) for row in districts}
        return {"month": month, "listed": listed}

    return write


schedule.daily(LIST_STALE, hour=4)


# --- Deciding -------------------------------------------------------------------------------------
def _undecided(suspicion: Suspicion, seen_version: int | None) -> Suspicion:
    row = locked(Suspicion.objects.filter(pk=suspicion.pk)).get()
    if row.state != Suspicion.State.OPEN:
        raise ValidationError(
            _("该项已由%(who)s处理（%(state)s），本次未作任何修改")
            % {"who": row.decided_by_label, "state": row.get_state_display()}
        )
    require_version(row, seen_version)
    return row


def _act_on(action: str, values: Mapping[str, Any], told: dict[str, Any]) -> Outlet:
    if action in _CLOSING:
        return close_outlet(status=_CLOSING[action], **told)
    changes = {"status": Status.SUSPENDED} if action == SUSPEND else dict(values)
    if not changes:
        raise ValidationError({"action": _("请填写要更正的内容")})
    return change_outlet(changes=changes, **told)


def _new_values(row: Suspicion, values: Mapping[str, Any] | None) -> dict[str, Any]:
    given = dict(values or {})
    if not given.get("main_format"):
        raise ValidationError({"main_format": _("请选择业态")})
    if not given.get("street"):
        raise ValidationError({"street": _("请选择街道（镇）")})
    return given | {"data_source": row.get_kind_display(), "is_sample": row.is_sample}


def _decide(row: Suspicion, state: str, comment: str, by: Actor) -> None:
    row.state, row.comment = state, comment.strip()[:300]
    row.decided_at, row.decided_by_label = timezone.now(), by.label[:120]
    row.version += 1
    row.save()
