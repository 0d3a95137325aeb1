"""Minutes of a joint meeting: drafted, countersigned edition by edition, issued, filed (S4 二).

联席会议以纪要形式明确会议议定事项，经与会单位同意后印发有关部门，同时报送政府备案。
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from coordination.models import Countersignature, Meeting, Resolution
from coordination.services.telling import (
    meeting_path,
    tell_approvers,
    tell_commission,
    tell_offices,
)
from coordination.workflow.meetings import MANAGE, MEETING, standing_in_the_way
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving

State, Opinion = Meeting.State, Countersignature.Opinion
DRAFTABLE = frozenset({State.HELD, State.COUNTERSIGNING})


@dataclass(frozen=True)
class Resolved:
    """One 议定事项 as drafted."""

    text: str
    major: bool = False


def draft_minutes(
    *,
    meeting: Meeting,
    minutes: str,
    resolutions: Sequence[Resolved],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Meeting:
    """Write the minutes; a changed text is a new edition, on which every unit is asked again.

    Nothing is written when nothing differs.
    """
    wanted = [Resolved(one.text.strip(), one.major) for one in resolutions if one.text.strip()]
    if not minutes.strip() and not wanted:
        raise ValidationError({"minutes": _("请填写纪要正文或议定事项。")})
    if any(len(one.text) > 500 for one in wanted):
        raise ValidationError({"resolutions": _("每项议定事项不超过 500 字，请拆分。")})
    with act("coordination.draft_minutes", by=by) as this:
        now = locked(Meeting.objects.filter(pk=meeting.pk)).get()
        require_version(now, seen_version)
        policy.require(scope, MANAGE, now)
        _require_draftable(now)
        this.obj = now
        before = [Resolved(one.text, one.major) for one in now.resolutions.order_by("sort")]
        if now.minutes == minutes.strip() and before == wanted:
            return now
        now.minutes = minutes.strip()
        now.minutes_edition += 1
        now.drafted_by_ids = _with(now.drafted_by_ids, scope)
        now.version += 1
        now.save()
        now.resolutions.all().delete()
        Resolution.objects.bulk_create(
            Resolution(meeting=now, sort=at, text=one.text, major=one.major)
            for at, one in enumerate(wanted, start=1)
        )
        this.changes = {"edition": now.minutes_edition, "resolutions": len(wanted)}
        if now.state == State.COUNTERSIGNING:
            _ask(now)
    return now


def _require_draftable(meeting: Meeting) -> None:
    if meeting.state in DRAFTABLE:
        return
    raise ValidationError(
        _("会议现为“%(state)s”，不能起草或修改纪要。") % {"state": meeting.get_state_display()},
        code="state",
    )


def send_minutes(
    *, meeting: Meeting, by: Actor, scope: Scope, seen_version: int | None = None
) -> Meeting:
    """送会签: ask every called unit for its opinion on the present edition."""
    with moving(MEETING, meeting, "review", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        this.changes = {"edition": now.minutes_edition}
        _ask(now)
    return now


def countersign(
    *,
    meeting: Meeting,
    agrees: bool,
    edition: int,
    by: Actor,
    scope: Scope,
    comment: str = "",
    seen_version: int | None = None,
) -> Countersignature:
    """A unit's opinion on the edition that it has read; on an older one it is refused.

    A unit may change its mind while the edition stands. An objection says why.
    """
    word = "confirm" if agrees else "object"
    with moving(
        MEETING, meeting, word, by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, this):
        if now.minutes_edition != edition:
            raise ValidationError(
                _("纪要已改为第 %(now)d 稿（您看的是第 %(seen)d 稿），请看过新稿后再会签。")
                % {"now": now.minutes_edition, "seen": edition},
                code="edition",
            )
        opinion, _new = Countersignature.objects.update_or_create(
            meeting=now,
            office=_called(now, scope),
            edition=edition,
            defaults={
                "opinion": Opinion.AGREED if agrees else Opinion.OBJECTED,
                "comment": comment.strip()[:500],
                "at": timezone.now(),
                "by_id": by.id,
                "by_label": by.label[:120],
                "settlement": "",
                "settled_by": "",
                "settled_on": None,
            },
        )
        this.changes = {"edition": edition, "office": opinion.office.code}
        if not any(standing_in_the_way(now)):
            _tell_ready(now)
    return opinion


def settle_objection(
    *,
    meeting: Meeting,
    office: Office,
    edition: int,
    decision: str,
    settled_by: str,
    settled_on: dt.date,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Countersignature:
    """The convener has decided on an objection, for a reason; it does not bar the issue then."""
    if not settled_by.strip():
        raise ValidationError({"settled_by": _("请填写作出决定的召集人。")})
    if settled_on > timezone.localdate():
        raise ValidationError({"settled_on": _("决定日期不能晚于今天。")})
    with moving(
        MEETING, meeting, "settle", by=by, scope=scope, comment=decision, seen_version=seen_version
    ) as (now, this):
        opinion = now.countersignatures.filter(
            office=office, edition=now.minutes_edition, opinion=Opinion.OBJECTED
        ).first()
        if opinion is None or now.minutes_edition != edition:
            raise ValidationError(
                _("“%(office)s”对现在这一稿没有不同意见，请刷新后再看。") % {"office": office}
            )
        opinion.settlement = decision.strip()[:500]
        opinion.settled_by, opinion.settled_on = settled_by.strip()[:60], settled_on
        opinion.save()
        this.changes = {"office": office.code, "settled_by": opinion.settled_by}
    return opinion


def return_minutes(
    *, meeting: Meeting, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Meeting:
    """退回修改: back to whoever drafts; opinions on the edition stay while it stays."""
    with moving(
        MEETING, meeting, "return", by=by, scope=scope, comment=comment, seen_version=seen_version
    ) as (now, _this):
        tell_commission(
            now.district,
            key=f"meeting:{now.pk}:returned:{now.version}",
            title=lazy("会议纪要被退回修改：%(meeting)s"),
            text="%(said)s",
            path=meeting_path(now),
            meeting=now.title,
            said=comment,
        )
    return now


def issue_minutes(
    *,
    meeting: Meeting,
    number: str,
    issued_on: dt.date,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Meeting:
    """印发: number and day; by the approver, who has not drafted them."""
    if not number.strip():
        raise ValidationError({"number": _("请填写纪要文号。")})
    with moving(MEETING, meeting, "publish", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        _require_day(issued_on, now.held_on, "issued_on", _("印发日期"))
        if Meeting.objects.filter(district=now.district_id, number=number.strip()).exists():
            raise ValidationError({"number": _("这个文号已用于另一份纪要。")})
        now.number, now.issued_on = number.strip()[:80], issued_on
        this.changes = {"number": now.number, "edition": now.minutes_edition}
        tell_offices(
            [link.office for link in now.offices.select_related("office")],
            key=f"meeting:{now.pk}:issued",
            title=lazy("会议纪要已印发：%(meeting)s"),
            text="%(number)s",
            path=meeting_path(now),
            meeting=now.title,
            number=now.number,
        )
    return now


def file_minutes(
    *,
    meeting: Meeting,
    filed_on: dt.date,
    filed_with: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Meeting:
    """报备: on which day, with whom."""
    if not filed_with.strip():
        raise ValidationError({"filed_with": _("请填写报备单位，例如区人民政府办公室。")})
    with moving(MEETING, meeting, "close", by=by, scope=scope, seen_version=seen_version) as (
        now,
        this,
    ):
        _require_day(filed_on, now.issued_on, "filed_on", _("报备日期"))
        now.filed_on, now.filed_with = filed_on, filed_with.strip()[:60]
        this.changes = {"filed_on": filed_on, "filed_with": now.filed_with}
    return now


def _require_day(day: dt.date, earliest: dt.date | None, field: str, label: str) -> None:
    if day > timezone.localdate() or (earliest and day < earliest):
        told = {"label": label, "earliest": earliest}
        raise ValidationError({field: _("%(label)s应在 %(earliest)s 至今天之间。") % told})


def _called(meeting: Meeting, scope: Scope) -> Office:
    link = meeting.offices.filter(office__code=scope.office_code).select_related("office").first()
    if link is None:
        raise PermissionDenied(_("您的单位不在本次会议的与会单位中。"))
    return link.office


def _ask(meeting: Meeting) -> None:
    tell_offices(
        [link.office for link in meeting.offices.select_related("office")],
        key=f"meeting:{meeting.pk}:countersign:{meeting.minutes_edition}",
        title=lazy("请会签会议纪要（第 %(edition)s 稿）：%(meeting)s"),
        path=meeting_path(meeting),
        edition=meeting.minutes_edition,
        meeting=meeting.title,
    )


def _tell_ready(meeting: Meeting) -> None:
    tell_approvers(
        meeting.district,
        key=f"meeting:{meeting.pk}:ready:{meeting.minutes_edition}",
        title=lazy("会签完毕，待印发：%(meeting)s"),
        path=meeting_path(meeting),
        meeting=meeting.title,
    )


def _with(ids: Any, scope: Scope) -> list[str]:
    # Those for whom the drafter acts have drafted, too.
    return sorted({*ids, *map(str, scope.persons)})
