"""A task from 下达 to 办结: who may not, who may, who is told; numbers that are given once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import Task
from coordination.services.task_figures import TasksDone, tasks_done
from coordination.services.task_notices import due
from coordination.services.tasks import (
    close_task,
    issue_task,
    note_progress,
    report_task,
    return_task,
    start_task,
    supervise_task,
    urge_task,
    withdraw_task,
)
from coordination.workflow.tasks import TASK
from core.models import AuditEvent, Notice
from core.reminders import Due
from core.versions import StaleVersionError
from core.workdays import next_workday
from core.workflow import open_moves
from tests.api.racing import at_once
from tests.coordination.people import Cast, Person

TODAY = dt.date(2026, 3, 11)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture(autouse=True)
def on_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    def be(day: dt.date) -> None:
        monkeypatch.setattr(timezone, "localdate", lambda *args: day)

    be(TODAY)
    return be


def issue(cast: Cast, **more: Any) -> Task:
    given: dict[str, Any] = {
        "district": cast.district,
        "title": "推进智能信包箱进小区",
        "text": "年内覆盖老旧小区",
        "lead": cast.housing,
        "helping": [cast.subdistrict, cast.civil],
        "due_on": dt.date(2026, 3, 20),
        "by": cast.officer.actor,
    }
    return issue_task(**given | more)


def told(person: Person) -> list[str]:
    rows = Notice.objects.filter(recipient_id=person.user.pk).order_by("at", "id")
    return [title.replace(":", "：") for title in rows.values_list("title", flat=True)]


def test_a_task_goes_its_path_and_nobody_takes_steps_that_are_not_theirs(
    cast: Cast, on_day: Callable[[dt.date], None]
) -> None:
    task = issue(cast)
    assert task.number == "2026-001"
    assert (
        told(cast.housing_liaison) == told(cast.street_officer) == ["新任务：推进智能信包箱进小区"]
    )
    assert not told(cast.foreign)

    # Helping units and the commission do not answer for the lead unit; strangers not at all.
    for wrong in (cast.civil_liaison, cast.street_officer, cast.officer, cast.foreign):
        with pytest.raises(PermissionDenied):
            start_task(task=task, **wrong.acts)
        with pytest.raises(PermissionDenied):
            report_task(task=task, text="已完成", **wrong.acts)
    with pytest.raises(ValidationError):
        close_task(task=task, **cast.approver.acts)
    with pytest.raises(PermissionDenied):
        note_progress(task=task, text="进展", **cast.foreign.acts)
    assert Task.objects.get(pk=task.pk).state == "issued"

    task = start_task(task=task, **cast.housing_liaison.acts)
    note_progress(task=task, text="已摸排 12 个小区", **cast.street_officer.acts)
    with pytest.raises(ValidationError, match="请写明办理结果"):
        report_task(task=task, text=" ", **cast.housing_liaison.acts)
    on_day(dt.date(2026, 3, 19))
    task = report_task(task=task, text="已装 30 组", **cast.housing_liaison.acts)
    assert told(cast.officer) == ["任务已反馈：推进智能信包箱进小区"]

    with pytest.raises(PermissionDenied):
        close_task(task=task, **cast.housing_liaison.acts)
    with pytest.raises(ValidationError, match="须写明理由"):
        return_task(task=task, comment="", **cast.officer.acts)
    task = return_task(task=task, comment="缺照片", **cast.officer.acts)
    assert (task.state, task.returned_times) == ("under_way", 1)
    assert told(cast.housing_liaison)[-1] == "任务被退回：推进智能信包箱进小区"

    on_day(dt.date(2026, 3, 25))
    task = report_task(task=task, text="照片已补", **cast.housing_liaison.acts)
    with pytest.raises(StaleVersionError):
        close_task(task=task, seen_version=task.version - 1, **cast.approver.acts)
    task = close_task(task=task, seen_version=task.version, **cast.approver.acts)
    assert (task.state, task.closed_on) == ("closed", dt.date(2026, 3, 25))
    # The first answer came by the due day: on time, though it was closed after it.
    assert task.first_reported_on == dt.date(2026, 3, 19)
    assert open_moves(TASK, task, cast.officer.scope) == []
    for late in (note_progress, report_task):
        with pytest.raises(ValidationError):
            late(task=task, text="再补", **cast.housing_liaison.acts)

    said = list(task.feedback.order_by("at", "id").values_list("kind", "text"))
    assert said == [
        ("progress", "已摸排 12 个小区"),
        ("result", "已装 30 组"),
        ("return", "缺照片"),
        ("result", "照片已补"),
    ]
    acts = AuditEvent.objects.filter(object_id=str(task.pk)).order_by("at", "id")
    assert [event.action.split(".")[1] for event in acts] == [
        "issue_task",
        "start_task",
        "note_task",
        "report_task",
        "return_task",
        "report_task",
        "close_task",
    ]


def test_who_reported_does_not_close(cast: Cast) -> None:
    """The commission leads tasks, too; then another of its people closes them."""
    task = issue(cast, lead=cast.commission, helping=[])
    task = report_task(task=task, text="已办", **cast.officer.acts)
    assert [move.word for move in open_moves(TASK, task, cast.officer.scope)] == ["withdraw"]
    for decide in (
        lambda: close_task(task=task, **cast.officer.acts),
        lambda: return_task(task=task, comment="重办", **cast.officer.acts),
    ):
        with pytest.raises(PermissionDenied, match="须由不同人员经手"):
            decide()
    assert close_task(task=task, **cast.approver.acts).state == "closed"


def test_what_cannot_be_issued_says_why(cast: Cast) -> None:
    elsewhere = cast.foreign.user.office
    for wrong, where in (
        ({"title": " "}, "title"),
        ({"due_on": TODAY - dt.timedelta(days=1)}, "due_on"),
        ({"lead": elsewhere}, "lead"),
        ({"helping": [elsewhere]}, "helping"),
    ):
        with pytest.raises(ValidationError) as refused:
            issue(cast, **wrong)
        assert where in refused.value.error_dict
    assert not Task.objects.exists()
    # A Saturday becomes a Monday; a unit named twice takes part once.
    task = issue(cast, due_on=dt.date(2026, 3, 14), helping=[cast.housing, cast.civil, cast.civil])
    assert task.due_on == dt.date(2026, 3, 16) == next_workday(dt.date(2026, 3, 14))
    roles = task.offices.order_by("id").values_list("office__name", "role")
    assert list(roles) == [("区房管局", "lead"), ("区民政局", "help")]


def test_urged_supervised_reminded_withdrawn(cast: Cast, on_day: Callable[[dt.date], None]) -> None:
    task = issue(cast, title="盘活闲置空间")
    with pytest.raises(PermissionDenied):
        urge_task(task=task, **cast.housing_liaison.acts)
    urge_task(task=task, text="请抓紧", **cast.officer.acts)
    with pytest.raises(ValidationError, match="尚未逾期"):
        supervise_task(task=task, **cast.officer.acts)
    on_day(dt.date(2026, 3, 23))
    assert list(Task.objects.overdue(dt.date(2026, 3, 23))) == [task]
    supervise_task(task=task, **cast.officer.acts)
    urge_task(task=task, **cast.officer.acts)
    task.refresh_from_db()
    assert task.supervision == "supervised", "a later 催办 does not take 督办 back"
    assert told(cast.housing_liaison) == [
        "新任务：盘活闲置空间",
        "催办：盘活闲置空间",
        "督办：盘活闲置空间",
        "催办：盘活闲置空间",
    ]

    (owed,) = [one for one in due(TODAY) if one.id == task.pk]
    assert isinstance(owed, Due)
    assert (owed.due_on, owed.since, owed.path) == (
        task.due_on,
        TODAY,
        f"/coordination/tasks/{task.pk}/",
    )
    assert [person.id for person in owed.owners] == [cast.housing_liaison.user.pk]
    assert [person.id for person in owed.commission] == [cast.officer.user.pk]

    with pytest.raises(ValidationError):
        withdraw_task(task=task, comment="", **cast.officer.acts)
    withdraw_task(task=task, comment="并入专项", **cast.officer.acts)
    assert not list(due(TODAY))
    with pytest.raises(ValidationError):
        urge_task(task=task, **cast.officer.acts)


def test_the_share_of_tasks_closed_on_time(cast: Cast, on_day: Callable[[dt.date], None]) -> None:
    def finished(reported: dt.date, closed: bool = True) -> None:
        task = issue(cast)
        on_day(reported)
        task = report_task(task=task, text="已办", **cast.housing_liaison.acts)
        if closed:
            close_task(task=task, **cast.officer.acts)
        on_day(TODAY)

    finished(dt.date(2026, 3, 20))  # on the due day
    finished(dt.date(2026, 3, 21))  # a day late
    finished(dt.date(2026, 3, 18), closed=False)  # in time, but never closed
    withdraw_task(task=issue(cast), comment="撤销", **cast.officer.acts)
    issue(cast, due_on=dt.date(2026, 5, 6))  # not yet due
    rows = Task.objects.filter(district=cast.district)
    year = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 12, 31)}
    assert tasks_done(rows, **year, today=dt.date(2026, 3, 20)) == TasksDone(0, 0, 0)
    assert tasks_done(rows, **year, today=dt.date(2026, 3, 20)).share is None
    done = tasks_done(rows, **year, today=dt.date(2026, 4, 1))
    assert (done, done.share) == (TasksDone(3, 2, 1), 1 / 3)


def test_units_see_the_tasks_they_are_named_in(cast: Cast) -> None:
    mine, other = issue(cast), issue(cast, lead=cast.civil, helping=[])
    seen = {
        who: set(Task.objects.visible_to(person.scope))
        for who, person in {
            "lead": cast.housing_liaison,
            "help": cast.street_officer,
            "commission": cast.officer,
            "foreign": cast.foreign,
        }.items()
    }
    assert seen == {
        "lead": {mine},
        "help": {mine},
        "commission": {mine, other},
        "foreign": set(),
    }


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once_however_many_issue_at_the_same_moment() -> None:
    cast = Cast()
    tasks = at_once(*[lambda: issue(cast, helping=[])] * 4)
    assert sorted(task.number for task in tasks) == [f"2026-{n:03d}" for n in range(1, 5)]
    # A year begins at one; another district counts for itself.
    elsewhere = Cast()
    assert issue(elsewhere, helping=[]).number == "2026-001"
