"""议定事项 of issued minutes: handed out as tasks; 重大事项 sent up to the government first."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office
from coordination.models import Meeting, Resolution, Task
from coordination.services.tasks import issue_task
from coordination.workflow.meetings import MANAGE
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version

IN_FORCE = frozenset({Meeting.State.ISSUED, Meeting.State.FILED})


def refer_resolution(
    *,
    resolution: Resolution,
    referred_on: dt.date,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Resolution:
    """重大事项按程序报政府决定: the day on which it was sent up."""
    with act("coordination.refer_resolution", by=by) as this:
        now = _locked(resolution, scope, seen_version)
        _require_major(now)
        _require_past(referred_on, "referred_on")
        this.obj, this.changes = now, {"referred_on": [now.referred_on, referred_on]}
        now.referred_on = referred_on
        now.save(update_fields=["referred_on"])
        _raise_version(now.meeting)
    return now


def record_decision(
    *,
    resolution: Resolution,
    decision: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Resolution:
    """What the government decided on a matter that was sent up.

    seen_version  the meeting's, which every decision raises
    """
    if not decision.strip():
        raise ValidationError({"decision": _("请填写政府决定。")})
    with act("coordination.record_decision", by=by) as this:
        now = _locked(resolution, scope, seen_version)
        _require_major(now)
        if now.referred_on is None:
            raise ValidationError(_("请先登记报政府决定的日期。"))
        before, now.decision = now.decision, decision.strip()[:300]
        now.save(update_fields=["decision"])
        this.obj, this.changes = now, {"decision": [before, now.decision]}
        _raise_version(now.meeting)
    return now


def hand_out(
    *,
    resolution: Resolution,
    lead: Office,
    helping: Sequence[Office],
    due_on: dt.date,
    by: Actor,
    scope: Scope,
    title: str = "",
    text: str = "",
) -> Task:
    """A task from a resolution; one on a major matter waits for the government's decision."""
    with act("coordination.hand_out_resolution", by=by) as this:
        now = _locked(resolution, scope)
        if now.major and not now.decision:
            raise ValidationError(_("重大事项须先登记政府决定，再下达任务。"))
        this.obj = now
        task = issue_task(
            district=now.meeting.district,
            title=title.strip() or now.text[:200],
            text=text.strip() or now.text,
            lead=lead,
            helping=list(helping),
            due_on=due_on,
            by=by,
            resolution=now,
        )
        this.changes = {"task": task.number}
    return task


def _locked(resolution: Resolution, scope: Scope, seen_version: int | None = None) -> Resolution:
    """The resolution, its meeting held still, once the minutes are in force."""
    meeting = locked(Meeting.objects.filter(pk=resolution.meeting_id)).get()
    policy.require(scope, MANAGE, meeting)
    require_version(meeting, seen_version)
    if meeting.state not in IN_FORCE:
        raise ValidationError(_("纪要印发后才能办理议定事项。"))
    now = locked(Resolution.objects.filter(pk=resolution.pk)).get()
    now.meeting = meeting
    return now


def _raise_version(meeting: Meeting) -> None:
    meeting.version += 1
    meeting.save(update_fields=["version", "updated_at"])


def _require_major(resolution: Resolution) -> None:
    if not resolution.major:
        raise ValidationError(_("这一项不是重大事项，无需报政府决定。"))


def _require_past(day: dt.date, field: str) -> None:
    if day > timezone.localdate():
        raise ValidationError({field: _("日期不能晚于今天。")})
