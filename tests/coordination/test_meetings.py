"""A joint meeting from suggestion to 报备: countersigned edition by edition, then its tasks."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import Meeting
from coordination.services import meetings, minutes, resolutions
from coordination.services.meetings import Attendance
from coordination.services.minutes import Resolved
from coordination.workflow.meetings import MEETING
from core.models import AuditEvent, Notice
from core.versions import StaleVersionError
from core.workflow import open_moves
from tests.coordination.people import Cast

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def planned(cast: Cast) -> Meeting:
    return meetings.plan_meeting(
        district=cast.district,
        values={
            "kind": "special",
            "title": "早餐网点专题会",
            "planned_on": TODAY,
            "place": "一会议室",
        },
        offices=[cast.housing, cast.civil, cast.subdistrict],
        **cast.officer.acts,
    )


def held(cast: Cast) -> Meeting:
    return meetings.hold_meeting(
        meeting=planned(cast),
        held_on=YESTERDAY,
        chair="张三",
        guests="高校专家",
        attendance={
            cast.housing.pk: Attendance(True, "李四"),
            cast.civil.pk: Attendance(False, "不应记下"),
        },
        **cast.officer.acts,
    )


def drafted(cast: Cast, meeting: Meeting, text: str = "会议听取了汇报。", **more: Any) -> Meeting:
    told = [Resolved("由区房管局梳理存量房屋。"), Resolved("修订配套政策。", major=True)]
    return minutes.draft_minutes(
        meeting=meeting, minutes=text, resolutions=told, **cast.officer.acts, **more
    )


def called(cast: Cast) -> Meeting:
    return minutes.send_minutes(meeting=drafted(cast, held(cast)), **cast.officer.acts)


def agree(cast: Cast, meeting: Meeting, edition: int, *people: Any) -> None:
    for person in people or (cast.housing_liaison, cast.civil_liaison, cast.street_officer):
        minutes.countersign(meeting=meeting, agrees=True, edition=edition, **person.acts)


def issue(cast: Cast, meeting: Meeting, person: Any = None, **more: Any) -> Meeting:
    return minutes.issue_minutes(
        meeting=meeting,
        number="普便民联席纪要〔2026〕1号",
        issued_on=TODAY,
        **(person or cast.approver).acts,
        **more,
    )


def test_nobody_acts_beyond_their_part(cast: Cast) -> None:
    meeting = planned(cast)
    for person in (cast.housing_liaison, cast.approver, cast.foreign):
        with pytest.raises(PermissionDenied):
            meetings.cancel_meeting(meeting=meeting, reason="不开了", **person.acts)
        with pytest.raises(PermissionDenied):
            meetings.plan_meeting(
                district=cast.district, values={}, offices=[cast.housing], **person.acts
            )
    with pytest.raises(ValidationError, match="写明理由"):
        meetings.cancel_meeting(meeting=meeting, reason=" ", **cast.officer.acts)
    with pytest.raises(ValidationError, match="不是本区的成员单位"):
        meetings.announce(
            meeting=meeting, values={}, offices=[cast.commission], **cast.officer.acts
        )
    meeting = called(cast)
    outsider = cast.person(cast.foreign.user.office, "department_liaison")
    for person in (cast.officer, cast.approver, outsider):
        with pytest.raises(PermissionDenied):
            minutes.countersign(meeting=meeting, agrees=True, edition=1, **person.acts)
    with pytest.raises(ValidationError, match="尚未会签"):
        issue(cast, meeting)
    agree(cast, meeting, 1)
    both = cast.person(cast.commission, "programme_officer", "approver")
    meeting = minutes.draft_minutes(meeting=meeting, minutes="改过。", resolutions=[], **both.acts)
    agree(cast, meeting, 2)
    # Who drafted does not sign, whatever else they are; nor do officers, or another district's.
    for person in (both, cast.officer, cast.foreign):
        with pytest.raises(PermissionDenied):
            issue(cast, meeting, person)
    assert "publish" not in [m.word for m in open_moves(MEETING, meeting, both.scope)]
    assert issue(cast, meeting).state == "issued"


def test_an_opinion_belongs_to_the_edition_that_was_read(cast: Cast) -> None:
    meeting = called(cast)
    agree(cast, meeting, 1, cast.housing_liaison, cast.street_officer)
    # While the third unit writes its objection, the minutes are changed.
    meeting = drafted(cast, meeting, "会议听取并讨论了汇报。")
    assert meeting.minutes_edition == 2
    with pytest.raises(ValidationError, match="已改为第 2 稿"):
        minutes.countersign(
            meeting=meeting, agrees=False, edition=1, comment="不妥", **cast.civil_liaison.acts
        )
    assert not meeting.countersignatures.filter(edition=2).exists()
    with pytest.raises(ValidationError, match="尚未会签：区房管局、区民政局、甲街道"):
        issue(cast, meeting)
    # Nothing changed: the same edition, and nobody is asked again.
    assert drafted(cast, meeting, "会议听取并讨论了汇报。").minutes_edition == 2
    asked = Notice.objects.filter(recipient_id=cast.civil_liaison.user.pk, title__contains="会签")
    assert asked.count() == 2
    # 重大事项 marked otherwise is a change of what is agreed on.
    told = [
        Resolved("由区房管局梳理存量房屋。", major=True),
        Resolved("修订配套政策。", major=True),
    ]
    changed = minutes.draft_minutes(
        meeting=meeting, minutes=meeting.minutes, resolutions=told, **cast.officer.acts
    )
    assert changed.minutes_edition == 3
    with pytest.raises(StaleVersionError):
        drafted(cast, meeting, "另一人的修改。", seen_version=meeting.version)


def test_an_objection_bars_the_issue_until_it_is_settled(cast: Cast) -> None:
    meeting = called(cast)
    agree(cast, meeting, 1, cast.housing_liaison, cast.street_officer)
    with pytest.raises(ValidationError, match="写明理由"):
        minutes.countersign(meeting=meeting, agrees=False, edition=1, **cast.civil_liaison.acts)
    minutes.countersign(
        meeting=meeting, agrees=False, edition=1, comment="时限过紧", **cast.civil_liaison.acts
    )
    with pytest.raises(ValidationError, match="不同意且未协调：区民政局"):
        issue(cast, meeting)
    decided = {
        "meeting": meeting,
        "office": cast.civil,
        "edition": 1,
        "decision": "召集人同意按原时限，由区商务委协助。",
        "settled_by": "分管副区长",
        "settled_on": TODAY,
    }
    with pytest.raises(PermissionDenied):
        minutes.settle_objection(**decided, **cast.officer.acts)
    with pytest.raises(ValidationError, match="没有不同意见"):
        minutes.settle_objection(**(decided | {"office": cast.housing}), **cast.approver.acts)
    minutes.settle_objection(**decided, **cast.approver.acts)
    assert issue(cast, meeting).number == "普便民联席纪要〔2026〕1号"
    with pytest.raises(ValidationError, match="不能"):
        drafted(cast, meeting, "印发后改。")


def test_from_suggestion_to_tasks(cast: Cast) -> None:
    meeting = meetings.propose_meeting(
        district=cast.district,
        title="存量房屋协调会",
        kind="special",
        reason="三处房屋产权待协调",
        office=cast.housing,
        by=cast.housing_liaison.actor,
    )
    assert meeting in Meeting.objects.visible_to(cast.housing_liaison.scope)
    assert meeting not in Meeting.objects.visible_to(cast.civil_liaison.scope)
    assert Notice.objects.filter(recipient_id=cast.officer.user.pk).count() == 1
    meeting = meetings.announce(
        meeting=meeting,
        values={"planned_on": TODAY, "place": "二会议室"},
        offices=[cast.housing, cast.civil],
        **cast.officer.acts,
    )
    assert meeting in Meeting.objects.visible_to(cast.civil_liaison.scope)
    meeting = meetings.hold_meeting(
        meeting=meeting, held_on=TODAY, chair="张三", guests="", attendance={}, **cast.officer.acts
    )
    with pytest.raises(ValidationError, match="尚未起草"):
        minutes.send_minutes(meeting=meeting, **cast.officer.acts)
    meeting = minutes.send_minutes(meeting=drafted(cast, meeting), **cast.officer.acts)
    meeting = minutes.return_minutes(meeting=meeting, comment="补充时限", **cast.approver.acts)
    assert meeting.state == "held"
    meeting = minutes.send_minutes(
        meeting=drafted(cast, meeting, "补充了时限。"), **cast.officer.acts
    )
    agree(cast, meeting, 2, cast.housing_liaison, cast.civil_liaison)
    plain, major = meeting.resolutions.order_by("sort")
    out = {"lead": cast.housing, "helping": [cast.civil], "due_on": TODAY + dt.timedelta(days=30)}
    with pytest.raises(ValidationError, match="印发后"):
        resolutions.hand_out(resolution=plain, **out, **cast.officer.acts)
    meeting = issue(cast, meeting)
    with pytest.raises(ValidationError, match="报备单位"):
        minutes.file_minutes(meeting=meeting, filed_on=TODAY, filed_with="", **cast.officer.acts)
    meeting = minutes.file_minutes(
        meeting=meeting, filed_on=TODAY, filed_with="区政府办公室", **cast.officer.acts
    )
    assert meeting.state == "filed"
    task = resolutions.hand_out(resolution=plain, **out, **cast.officer.acts)
    assert task.resolution == plain
    assert {(o.office, o.role) for o in task.offices.all()} == {
        (cast.housing, "lead"),
        (cast.civil, "help"),
    }
    with pytest.raises(ValidationError, match="政府决定"):
        resolutions.hand_out(resolution=major, **out, **cast.officer.acts)
    with pytest.raises(ValidationError, match="不是重大事项"):
        resolutions.refer_resolution(resolution=plain, referred_on=TODAY, **cast.officer.acts)
    resolutions.refer_resolution(resolution=major, referred_on=TODAY, **cast.officer.acts)
    resolutions.record_decision(resolution=major, decision="原则同意。", **cast.officer.acts)
    resolutions.hand_out(resolution=major, **out, **cast.officer.acts)
    moves = AuditEvent.objects.filter(object_id=str(meeting.pk)).order_by("at")
    assert [event.action for event in moves if event.to_state] == [
        "coordination.propose_meeting",
        "coordination.announce_meeting",
        "coordination.finish_meeting",
        "coordination.review_meeting",
        "coordination.return_meeting",
        "coordination.review_meeting",
        "coordination.confirm_meeting",
        "coordination.confirm_meeting",
        "coordination.publish_meeting",
        "coordination.close_meeting",
    ]


def test_attendance_is_noted_for_called_units_only(cast: Cast) -> None:
    meeting = held(cast)
    came = {link.office.name: (link.attended, link.person) for link in meeting.offices.all()}
    assert came == {"区房管局": (True, "李四"), "区民政局": (False, ""), "甲街道": (None, "")}
    other = planned(cast)
    with pytest.raises(ValidationError, match="未通知与会"):
        meetings.hold_meeting(
            meeting=other,
            held_on=TODAY,
            chair="张三",
            guests="",
            attendance={cast.commission.pk: Attendance(True)},
            **cast.officer.acts,
        )
    with pytest.raises(ValidationError, match="不能晚于今天"):
        meetings.hold_meeting(
            meeting=other,
            held_on=TODAY + dt.timedelta(days=1),
            chair="张三",
            guests="",
            attendance={},
            **cast.officer.acts,
        )
