"""Calling joint meetings: suggested by a unit, arranged, held, or called off (S4 二)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from coordination.models import Meeting, MeetingOffice
from coordination.services.telling import meeting_path, tell_commission, tell_offices
from coordination.workflow.meetings import MEETING
from core import policy
from core.audit import Actor, act
from core.scope import Scope
from core.workflow import moving
from territory.models import District

State = Meeting.State
PLANNED_FIELDS = ("kind", "title", "mechanism", "planned_on", "place", "chair", "guests", "agenda")
CALLABLE = frozenset({Office.Kind.STREET, Office.Kind.DEPARTMENT})


@dataclass(frozen=True)
class Attendance:
    """Whether a called unit came, and who for it."""

    attended: bool
    person: str = ""


def callable_offices(district: District) -> Any:
    """The units that may be called: departments and streets, in the order of the document."""
    return Office.objects.filter(district=district, kind__in=CALLABLE).order_by("pk")


def propose_meeting(
    *, district: District, title: str, kind: str, reason: str, office: Office, by: Actor
) -> Meeting:
    """成员单位建议召开: a member unit asks the office of the joint meeting to call one."""
    if not title.strip() or not reason.strip():
        raise ValidationError(_("请写明建议召开的会议名称和事由。"))
    if office.district_id != district.pk:
        raise ValidationError({"office": _("提议单位不属于本区。")})
    with act("coordination.propose_meeting", by=by) as this:
        meeting = Meeting(
            district=district,
            kind=kind,
            title=title.strip(),
            state=State.PROPOSED,
            proposed_by=office,
            proposal=reason.strip(),
            by_label=by.label[:120],
        )
        meeting.full_clean(exclude=["drafted_by_ids"])
        meeting.save()
        this.obj, this.to_state = meeting, meeting.state
        tell_commission(
            district,
            key=f"meeting:{meeting.pk}:proposed",
            title=lazy("%(office)s建议召开“%(meeting)s”"),
            path=meeting_path(meeting),
            office=office,
            meeting=meeting.title,
        )
    return meeting


def plan_meeting(
    *,
    district: District,
    values: Mapping[str, Any],
    offices: Iterable[Office],
    by: Actor,
    scope: Scope,
) -> Meeting:
    """A meeting that the commission calls on its own account; its units are told."""
    policy.require(scope, "coordination.manage_meetings", Meeting(district=district))
    with act("coordination.plan_meeting", by=by) as this:
        meeting = Meeting(district=district, state=State.PLANNED, by_label=by.label[:120])
        _arrange(meeting, values)
        meeting.save(force_insert=True)
        _call(meeting, offices)
        this.obj, this.to_state = meeting, meeting.state
        _tell_called(meeting)
    return meeting


def announce(
    *,
    meeting: Meeting,
    values: Mapping[str, Any],
    offices: Iterable[Office],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Meeting:
    """Arrange a suggested meeting, or arrange a planned one anew."""
    with moving(MEETING, meeting, "announce", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        _arrange(now, values)
        _call(now, offices)
        this.changes = {"planned_on": now.planned_on, "place": now.place}
        _tell_called(now)
    return now


def _arrange(meeting: Meeting, values: Mapping[str, Any]) -> None:
    for name in PLANNED_FIELDS:
        if name in values:
            setattr(meeting, name, values[name])
    meeting.title = meeting.title.strip()
    if meeting.planned_on is None:
        raise ValidationError({"planned_on": _("请填写会议日期。")})
    if meeting.mechanism and meeting.mechanism.district_id != meeting.district_id:
        raise ValidationError({"mechanism": _("工作机制不属于本区。")})
    meeting.full_clean(exclude=["drafted_by_ids"])


def _call(meeting: Meeting, offices: Iterable[Office]) -> None:
    """The units of the meeting are these and no others; attendance already noted is kept."""
    wanted = {office.pk: office for office in offices}
    if not wanted:
        raise ValidationError({"offices": _("请选择与会单位。")})
    for office in wanted.values():
        if office.district_id != meeting.district_id or office.kind not in CALLABLE:
            told = {"office": office}
            raise ValidationError({"offices": _("“%(office)s”不是本区的成员单位。") % told})
    meeting.offices.exclude(office__in=wanted).delete()
    there = set(meeting.offices.values_list("office_id", flat=True))
    MeetingOffice.objects.bulk_create(
        MeetingOffice(meeting=meeting, office=office)
        for pk, office in wanted.items()
        if pk not in there
    )


def _tell_called(meeting: Meeting) -> None:
    day = meeting.planned_on
    # A new day or place is told again; the same arrangement once.
    tell_offices(
        [link.office for link in meeting.offices.select_related("office")],
        key=f"meeting:{meeting.pk}:planned:{day}:{meeting.version}",
        title=lazy("会议通知：%(meeting)s"),
        text=lazy("时间：%(day)s；地点：%(place)s"),
        path=meeting_path(meeting),
        meeting=meeting.title,
        day=day,
        place=meeting.place or lazy("另行通知"),
    )


def hold_meeting(
    *,
    meeting: Meeting,
    held_on: dt.date,
    chair: str,
    guests: str,
    attendance: Mapping[Any, Attendance],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Meeting:
    """登记召开: the day, who presided, and who came for each unit ({office id: Attendance})."""
    if held_on > timezone.localdate():
        raise ValidationError({"held_on": _("召开日期不能晚于今天。")})
    if not chair.strip():
        raise ValidationError({"chair": _("请填写主持人。")})
    with moving(MEETING, meeting, "finish", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        links = list(now.offices.select_related("office"))
        if unknown := set(attendance) - {link.office_id for link in links}:
            raise ValidationError(
                {"attendance": _("有 %(n)d 个单位未通知与会。") % {"n": len(unknown)}}
            )
        for link in links:
            came = attendance.get(link.office_id)
            link.attended = came.attended if came else None
            link.person = came.person.strip()[:60] if came and came.attended else ""
        MeetingOffice.objects.bulk_update(links, ["attended", "person"])
        now.held_on, now.chair, now.guests = held_on, chair.strip()[:60], guests.strip()[:200]
        this.changes = {
            "held_on": held_on,
            "attended": [link.office.name for link in links if link.attended],
        }
    return now


def cancel_meeting(
    *, meeting: Meeting, reason: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Meeting:
    """取消, with the reason; its units (or who suggested it) are told."""
    with moving(
        MEETING, meeting, "revoke", by=by, scope=scope, comment=reason, seen_version=seen_version
    ) as (now, _this):
        offices = [link.office for link in now.offices.select_related("office")]
        if now.proposed_by and now.proposed_by not in offices:
            offices.append(now.proposed_by)
        tell_offices(
            offices,
            key=f"meeting:{now.pk}:cancelled",
            title=lazy("会议取消：%(meeting)s"),
            text="%(reason)s",
            path=meeting_path(now),
            meeting=now.title,
            reason=reason,
        )
    return now
