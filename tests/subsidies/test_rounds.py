"""A round from its call to its end: who may, what must be there first, where the money goes."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.models import AuditEvent, CalendarDay, Notice
from core.workdays import calendar
from subsidies.models import Application, Objection, Round
from subsidies.publicity import last_day, period_of
from subsidies.services import objections, proposing, rounds
from subsidies.services.round_notices import tell_waiting
from tests.subsidies.calling import DAY, TODAY, Here

pytestmark = pytest.mark.django_db


def test_a_round_is_called_opened_and_closed() -> None:
    here = Here()
    cast, values = (
        here.cast,
        {
            "year": TODAY.year,
            "name": "第二批",
            "opens_on": TODAY,
            "closes_on": TODAY + 10 * DAY,
        },
    )
    for person in (here.approver, cast.street_officer, cast.foreign):
        with pytest.raises(PermissionDenied):
            rounds.create_round(rule=here.policy, values=values, **person.acts)
    for wrong, name in (
        ({"closes_on": TODAY - DAY}, "closes_on"),
        ({"item_keys": ["strange"]}, "item_keys"),
        ({"name": here.round.name}, "name"),
        ({"public_days": 0}, "public_days"),
    ):
        with pytest.raises(ValidationError) as caught:
            rounds.create_round(rule=here.policy, values=values | wrong, **here.officer.acts)
        assert name in caught.value.message_dict
    made = rounds.create_round(rule=here.policy, values=values, **here.officer.acts)
    assert not Round.objects.visible_to(cast.street_officer.scope).filter(pk=made.pk).exists()

    type(here.policy).objects.filter(pk=here.policy.pk).update(is_reference=True, fund=None)
    with pytest.raises(ValidationError) as caught:
        rounds.open_round(round_=made, **here.officer.acts)
    assert "外地参考" in str(caught.value)
    assert "专项资金" in str(caught.value)
    type(here.policy).objects.filter(pk=here.policy.pk).update(
        is_reference=False, fund=here.line.fund
    )
    made = Round.objects.get(pk=made.pk)
    rounds.open_round(round_=made, **here.officer.acts)
    assert Notice.objects.filter(recipient_id=cast.street_officer.user.pk).count() == 1

    with pytest.raises(ValidationError, match="不能再改"):
        rounds.change_round(round_=made, values={"name": "别的"}, **here.officer.acts)
    rounds.change_round(round_=made, values={"contact": "张三"}, **here.officer.acts)
    with pytest.raises(ValidationError, match="提前截止须写明理由"):
        rounds.close_round(round_=made, **here.officer.acts)
    rounds.close_round(round_=made, comment="资金已满", **here.officer.acts)
    later = {"round_": made, "comment": "补充申报", **here.officer.acts}
    with pytest.raises(ValidationError, match="新的申报截止日"):
        rounds.reopen_round(closes_on=TODAY - DAY, **later)
    again = rounds.reopen_round(closes_on=TODAY + 20 * DAY, **later)
    assert (again.state, again.closes_on) == ("open", TODAY + 20 * DAY)
    assert Notice.objects.filter(recipient_id=cast.street_officer.user.pk).count() == 2


def test_the_list_is_made_whole_or_not_at_all_and_tells_what_does_not_fit() -> None:
    here = Here(granted=180_000)
    # 200,000 in three years: 80,000 fall into this one.
    first, second, third = here.reviewed(), here.reviewed(), here.reviewed()
    early = here.reviewed(state="accepted")
    own = here.reviewed(submitted_by_ids=[str(here.officer.user.pk)])
    for person in (here.approver, here.cast.street_officer, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            here.propose(first, by=person)
    for wrong, why in ((early, "已受理"), (own, "不同人员")):
        with pytest.raises(ValidationError, match=why):
            here.propose(first, wrong)
        assert here.reserved == 0
    with pytest.raises(ValidationError) as caught:
        here.propose(third, first, second)
    told = "\n".join(caught.value.messages)
    assert f"{third.number} " in told
    assert f"{first.number} " not in told
    assert "需 80,000.00 元，可用余额 20,000.00 元，差 60,000.00 元" in told
    assert here.reserved == 0

    here.propose(first, second)
    assert here.reserved == 160_000
    off = {"application": first, **here.officer.acts}
    with pytest.raises(ValidationError, match="理由"):
        proposing.unpropose_application(comment=" ", **off)
    proposing.unpropose_application(comment="材料待核", **off)
    assert here.reserved == 80_000
    here.propose(first)
    first.refresh_from_db()
    assert (here.reserved, first.attempt) == (160_000, 2)


def test_the_whole_path() -> None:
    here = Here()
    listed, disputed = here.reviewed(), here.reviewed()
    reviewer = here.cast.person(here.cast.commission, "approver")
    refused = here.reviewed(reviewed_by_ids=[str(reviewer.user.pk)])
    with pytest.raises(ValidationError) as caught:
        rounds.announce_round(round_=here.round, **here.officer.acts)
    told = "".join(caught.value.messages)
    assert "集体审议" in told
    assert "名单为空" in told
    assert refused.number in told
    here.propose(listed, disputed)
    with pytest.raises(ValidationError, match=refused.number):
        here.publish()
    Application.objects.filter(pk=refused.pk).update(state="refused")
    here.round = here.publish(days_ago=1)
    with pytest.raises(ValidationError, match="撤回公示"):
        here.propose(refused)

    objection = objections.receive_objection(
        application=disputed, received_on=TODAY, text="未实际开业", **here.officer.acts
    )
    with pytest.raises(ValidationError) as caught:
        here.approve()
    assert len(caught.value.messages) == 2, "period and objection"
    rounds.return_round(round_=here.round, comment="名单有误", **here.officer.acts)
    here.round = here.publish(days_ago=30)
    # Not by who submitted it, filed or reviewed any of its applications; not while one waits.
    both = here.cast.person(here.cast.commission, "programme_officer", "approver")
    Round.objects.filter(pk=here.round.pk).update(submitted_by_ids=[str(both.user.pk)])
    for person in (here.officer, both, reviewer, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            here.approve(by=person)
    assert tell_waiting(TODAY) == 0, "an objection waits"
    handled = {"objection": objection, **here.officer.acts}
    with pytest.raises(PermissionDenied):
        objections.uphold_objection(**handled | here.approver.acts, reason="属实")
    with pytest.raises(ValidationError, match="处理意见"):
        objections.uphold_objection(**handled, reason="")
    before = here.reserved
    objections.uphold_objection(**handled, reason="经核实未开业")
    assert here.reserved == before - 80_000
    disputed.refresh_from_db()
    assert disputed.state == "cancelled"
    assert "未开业" in disputed.decision_note

    # Those who may decide are told once.
    told_first = tell_waiting(TODAY)
    assert told_first
    assert tell_waiting(TODAY) == 0
    with pytest.raises(ValidationError, match="审定文号"):
        here.approve(number="")
    here.round = here.approve()
    listed.refresh_from_db()
    assert (here.round.state, listed.state) == ("approved", "approved")
    assert here.reserved == 80_000
    titles = Notice.objects.filter(recipient_id=here.cast.street_officer.user.pk)
    assert titles.filter(title__contains="支持 1 项").count() == 1

    here.round = rounds.pay_round(round_=here.round, **here.officer.acts)
    with pytest.raises(ValidationError) as caught:
        rounds.finish_round(round_=here.round, **here.officer.acts)
    assert listed.number in str(caught.value)
    assert f"{TODAY.year + 1}年 60,000.00元" in str(caught.value)
    Application.objects.filter(pk=listed.pk).update(state="done")
    assert rounds.finish_round(round_=here.round, **here.officer.acts).state == "closed"
    acts = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        "subsidies.record_meeting",
        "subsidies.announce_round",
        "subsidies.receive_objection",
        "subsidies.uphold_objection",
        "subsidies.cancel_application",
        "subsidies.approve_round",
        "subsidies.approve_application",
        "subsidies.finish_round",
    } <= acts


def test_who_is_right_to_object_is_right_after_the_list_was_taken_back() -> None:
    here = Here()
    # Signs and handles: must not decide on the list that they made.
    both = here.cast.person(here.cast.commission, "programme_officer", "approver")
    case, other = here.propose(here.reviewed(), here.reviewed(), by=both)
    here.round = here.publish()
    with pytest.raises(PermissionDenied):
        here.approve(by=both)
    told = {"application": case, "received_on": TODAY, "text": "未实际开业"}
    made = objections.receive_objection(**told, **here.officer.acts)
    rounds.return_round(round_=here.round, comment="名单有误", **here.officer.acts)
    proposing.unpropose_application(application=case, comment="待核", **here.officer.acts)
    objections.uphold_objection(objection=made, reason="属实", **here.officer.acts)
    with pytest.raises(ValidationError, match="异议成立"):
        here.propose(case)
    assert here.reserved == 80_000
    assert other.state == "proposed"


def test_a_dismissed_objection_keeps_the_support() -> None:
    here = Here()
    (case,) = here.propose(here.reviewed())
    told = {"application": case, "received_on": TODAY, "text": "不符合条件"}
    with pytest.raises(ValidationError, match="不在公示中"):
        objections.receive_objection(**told, **here.officer.acts)
    here.round = here.publish()
    made = objections.receive_objection(**told, **here.officer.acts)
    done = objections.dismiss_objection(objection=made, reason="核实符合", **here.officer.acts)
    with pytest.raises(ValidationError, match="已处理"):
        objections.uphold_objection(objection=done, reason="又", **here.officer.acts)
    case.refresh_from_db()
    assert (case.state, here.reserved) == ("proposed", 80_000)
    assert Objection.objects.get().outcome == "dismissed"
    proposing.cancel_application(application=case, comment="企业放弃", **here.officer.acts)
    assert here.reserved == 0


def test_the_period_is_full_working_days_after_the_day_of_publication() -> None:
    # 2024-09-26 is a Thursday; 09-29 is worked, 10-01 to 10-07 are off, 10-12 is worked.
    thursday = dt.date(2024, 9, 26)
    assert last_day(thursday, 1) == dt.date(2024, 9, 27)
    assert last_day(thursday, 3) == dt.date(2024, 9, 30)
    assert last_day(thursday, 5) == dt.date(2024, 10, 9)
    # Published on a day off: the next working day is the first.
    assert last_day(dt.date(2024, 10, 1), 1) == dt.date(2024, 10, 8)

    row = Round(public_from=thursday, public_until=last_day(thursday, 5), public_days=5)
    period = period_of(row, dt.date(2024, 10, 8))
    assert period
    assert (period.left, period.over, period.known) == (1, False, True)
    period = period_of(row, dt.date(2024, 10, 9))
    assert period
    assert (period.left, period.over) == (0, False)
    period = period_of(row, dt.date(2024, 10, 10))
    assert period
    assert period.over
    # 补足: a day that turns out to be off makes the period longer, never shorter.
    CalendarDay.objects.create(day=dt.date(2024, 10, 9), working=False)
    period = period_of(row, dt.date(2024, 10, 10))
    assert period
    assert (period.until, period.over, period.extended) == (
        dt.date(2024, 10, 10),
        False,
        True,
    )
    # A year whose holidays nobody has entered: counted by weekends, and said so.
    unknown = next(year for year in range(2027, 2100) if not calendar().known(year))
    since = dt.date(unknown, 3, 1)
    row = Round(public_from=since, public_until=last_day(since, 5), public_days=5)
    period = period_of(row, since)
    assert period
    assert not period.known
