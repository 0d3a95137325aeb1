"""A report from its first word to 定稿 and back: who may, who may not, what is kept and told."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.delegations import delegate
from core.digests import json_digest
from core.models import AuditEvent, Notice
from core.versions import StaleVersionError
from core.workdays import add_workdays, is_workday
from reports.models import ProgressReport, ReportItem
from reports.progress import sending
from reports.progress.answers import save_answer
from reports.progress.comparing import differences
from tests.coordination.people import Cast, Person
from tests.factories import PeriodFactory, ProgressReportFactory, ReportTypeFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return Cast()


def owed_by(office: Any, district: Any) -> ProgressReport:
    """A report that nobody has begun; its passage is required, of at most ten words."""
    form = ReportTypeFactory(district=district)
    ReportItem.objects.filter(type=form, key="progress").update(required=True, most_words=10)
    made: ProgressReport = ProgressReportFactory(
        period=PeriodFactory(type=form), office=office, street=office.street
    )
    return made


def write(report: ProgressReport, who: Person, **values: Any) -> ProgressReport:
    """Save answers as whoever looked just now."""
    for key, value in values.items():
        standing = report.answers.filter(key=key).first()
        seen = standing.version if standing else 0
        save_answer(report=report, key=key, value=value, seen_version=seen, **who.acts)
    return ProgressReport.objects.get(pk=report.pk)


def move(word: str, report: ProgressReport, who: Person, **more: Any) -> ProgressReport:
    """Make a move on what was seen."""
    act: Any = getattr(sending, word)
    result: ProgressReport = act(report=report, seen_version=report.version, **more, **who.acts)
    return result


def told(person: Person) -> list[str]:
    """The titles of somebody's messages, oldest first."""
    rows = Notice.objects.filter(recipient_id=person.user.pk).order_by("at")
    return [row.title for row in rows]


def test_nobody_else_sends_or_decides(cast: Cast) -> None:
    report = write(owed_by(cast.subdistrict, cast.district), cast.street_officer, progress="好")
    for who in (cast.officer, cast.housing_liaison, cast.foreign):
        for word in ("submit", "submit_unchanged"):
            with pytest.raises((PermissionDenied, ValidationError)):
                move(word, report, who)
    sent = move("submit", report, cast.street_officer)
    for who in (cast.street_officer, cast.housing_liaison, cast.foreign):
        with pytest.raises(PermissionDenied):
            move("accept", sent, who)
        with pytest.raises(PermissionDenied):
            move("return_report", sent, who, comments={}, comment="理由")
    with pytest.raises(PermissionDenied):
        move("withdraw", sent, cast.officer)
    passed = move("accept", sent, cast.approver)
    with pytest.raises(PermissionDenied):  # 定稿 is the officers'.
        move("sign_off", passed, cast.approver)
    assert ProgressReport.objects.get().state == "accepted"


def test_who_sends_never_decides_nor_whoever_acts_for_them(cast: Cast) -> None:
    """The commission's own report: the sender, a former sender, and the sender's delegate."""
    sender, second = cast.officer, cast.person(cast.commission, "programme_officer")
    report = write(owed_by(cast.commission, cast.district), sender, progress="好")
    sent = move("submit", report, sender)
    delegate(
        principal=sender.user,
        delegate=cast.approver.user,
        valid_from=timezone.localdate(),
        valid_until=timezone.localdate(),
        reason="出差",
        by=sender.actor,
    )
    moves: dict[str, dict[str, Any]] = {
        "accept": {},
        "return_report": {"comments": {}, "comment": "请核对"},
    }
    for who in (sender, cast.approver):
        for word, more in moves.items():
            with pytest.raises(PermissionDenied):
                move(word, sent, who, **more)
        [outcome] = sending.accept_many(reports=[(sent, sent.version)], **who.acts)
        assert "不同人员" in outcome.error
    # Once it came back and another has sent it again, the first sender still does not decide.
    third = cast.person(cast.commission, "approver")
    again = move("submit", move("return_report", sent, third, **moves["return_report"]), second)
    for who in (sender, second, cast.approver):
        with pytest.raises(PermissionDenied):
            move("accept", again, who)
    passed = move("accept", again, third)
    for who in (sender, second):
        with pytest.raises(PermissionDenied):
            move("sign_off", passed, who)


def test_the_whole_path(cast: Cast) -> None:
    officer, head = cast.street_officer, cast.person(cast.subdistrict, "street_head")
    report = owed_by(cast.subdistrict, cast.district)
    with pytest.raises(ValidationError) as refused:  # nobody has looked at it
        move("submit", report, officer)
    assert refused.value.code == "state"
    report = write(report, officer, events=3, progress="字" * 11)
    with pytest.raises(ValidationError) as refused:
        move("submit", report, officer)
    assert [error.code for error in refused.value.error_dict["progress"]] == ["problems"]
    assert "删减 1 字" in refused.value.messages[0]
    seen = report
    report = write(report, head, progress="开展活动三场。")
    with pytest.raises(StaleVersionError):  # what the officer saw is not what would be sent
        move("submit", seen, officer)
    sent = move("submit", report, officer)
    assert (sent.state, sent.submitted_by_label) == ("submitted", str(officer.user))
    assert sent.first_submitted_at == sent.submitted_at
    [first] = sent.submissions.all()
    assert first.content["answers"]["events"]["number"] == "3"
    assert first.sha256 == json_digest(first.content)
    assert told(cast.officer) == [f"{sent} 已报送，待审核"]

    sent = move("submit", move("withdraw", sent, officer), head)
    assert sent.submissions.count() == 2
    with pytest.raises(ValidationError):  # 退回修改 says why
        move("return_report", sent, cast.officer, comments={"events": "少一场"}, comment=" ")
    with pytest.raises(ValidationError):
        move("return_report", sent, cast.officer, comments={"other": "?"}, comment="请核对")
    yesterday = timezone.localdate() - DAY
    with pytest.raises(ValidationError):
        move("return_report", sent, cast.officer, comments={}, comment="请核对", due_on=yesterday)
    back = move(
        "return_report", sent, cast.officer, comments={"events": "少一场"}, comment="请核对"
    )
    assert (back.state, back.returned_times) == ("returned", 1)
    assert back.due_on == add_workdays(timezone.localdate(), 3)
    assert {(one.key, one.text, one.submission) for one in back.comments.all()} == {
        ("", "请核对", 2),
        ("events", "少一场", 2),
    }
    assert told(head) == [f"{back} 退回修改，请于 {back.due_on} 前重新报送"]

    again = move("submit", write(back, officer, events=4), officer)
    assert again.first_submitted_at == sent.first_submitted_at
    assert not again.comments.filter(settled_at=None).exists()
    passed = move("accept", again, cast.approver)
    assert passed.decided_by_label == str(cast.approver.user)
    assert told(officer)[-1] == f"{passed} 审核通过"
    final = move("sign_off", passed, cast.officer)
    for word in ("accept", "submit", "withdraw"):
        with pytest.raises((PermissionDenied, ValidationError)):
            move(word, final, cast.officer)

    # Corrected by a new revision; a day that is none of work moves on.
    saturday = next(
        day
        for day in (timezone.localdate() + at * DAY for at in range(1, 30))
        if not is_workday(day)
    )
    opened = move("reopen", final, cast.approver, comment="少报一场", due_on=saturday)
    assert (opened.state, opened.revision, opened.returned_times) == ("returned", 2, 1)
    assert opened.due_on > saturday
    assert is_workday(opened.due_on)
    corrected = move("submit", write(opened, officer, events=5), officer)
    older, newer = corrected.submissions.order_by("number")[1:4:2]
    assert [
        (one.item.key, one.old.number, one.new.number) for one in differences(older, newer)
    ] == [("events", 3, 5)]
    moves = AuditEvent.objects.filter(action__endswith="_report").order_by("at")
    assert [(one.from_state, one.to_state) for one in moves] == [
        ("draft", "submitted"),
        ("submitted", "draft"),
        ("draft", "submitted"),
        ("submitted", "returned"),
        ("returned", "submitted"),
        ("submitted", "accepted"),
        ("accepted", "final"),
        ("final", "returned"),
        ("returned", "submitted"),
    ]


def test_no_change_is_one_tap_and_carries_no_figures(cast: Cast) -> None:
    officer = cast.street_officer
    report = owed_by(cast.subdistrict, cast.district)
    report.answers.create(key="events", number=5, prefilled_number=5, origin={"source": "ledger"})
    sent = move("submit_unchanged", report, officer)
    assert (sent.state, sent.no_change) == ("submitted", True)
    assert sent.submissions.get().content == {"no_change": True, "revision": 1, "answers": {}}
    # Withdrawn, it may be stated again; once begun, no more.
    taken = move(
        "withdraw", move("submit_unchanged", move("withdraw", sent, officer), officer), officer
    )
    begun = write(taken, officer, progress="有变化")
    assert not begun.no_change
    with pytest.raises(ValidationError):
        move("submit_unchanged", begun, officer)
    assert not move("submit", begun, officer).no_change


def test_of_many_each_has_its_own_outcome(cast: Cast) -> None:
    sent = [
        move("submit_unchanged", owed_by(office, cast.district), who)
        for office, who in (
            (cast.subdistrict, cast.street_officer),
            (cast.housing, cast.housing_liaison),
            (cast.civil, cast.civil_liaison),
        )
    ]
    taken = move("withdraw", sent[1], cast.housing_liaison)
    seen = [(sent[0], sent[0].version), (taken, taken.version), (sent[2], 1)]
    outcomes = sending.accept_many(reports=seen, **cast.officer.acts)
    assert [bool(one.error) for one in outcomes] == [False, True, True]
    assert "草稿" in outcomes[1].error
    states = ProgressReport.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["accepted", "draft", "submitted"]
