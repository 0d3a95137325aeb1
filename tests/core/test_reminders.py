"""Reminders: each once, on its working day, whether runs are missed, repeated or doubled."""

import datetime as dt
import io
import threading
import uuid
from collections.abc import Iterable
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from core import jobs, reference, reminders, schedule
from core.models import Job, Notice, Reminder, ReminderStage
from core.notices import Recipient
from core.reminders import Due, send_reminders
from tests.api.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)

DAY = dt.timedelta(days=1)
# A Friday after the holiday of National Day: three working days before it is 29 September,
# and the day after it a Saturday that is worked.
DUE = dt.date(2026, 10, 9)
OFFICER = Recipient(uuid.UUID(int=1), "经办人", "officer@example.cn")
HEAD = Recipient(uuid.UUID(int=2), "分管领导", "head@example.cn")
COMMISSION = Recipient(uuid.UUID(int=3), "区商务委", "commission@example.cn")
STAGE_DAYS = {
    -3: dt.date(2026, 9, 29),
    0: dt.date(2026, 10, 9),
    1: dt.date(2026, 10, 10),
    3: dt.date(2026, 10, 13),
}


@pytest.fixture(autouse=True)
def _no_broker(settings: Any) -> None:
    settings.CELERY_BROKER_URL = None


def due(n: int = 1, **more: Any) -> Due:
    told = {"owners": [OFFICER], "heads": [HEAD], "commission": [COMMISSION]}
    return Due(
        id=uuid.UUID(int=n),
        title=f"三季度进展报送{n}",
        path=f"/desk/reports/{n}/",
        **{"due_on": DUE} | told | more,
    )


@pytest.fixture
def owed(monkeypatch: pytest.MonkeyPatch) -> list[Due]:
    """What is owed: a report due on 9 October; no other room has anything due."""
    rows = [due()]

    def source(today: dt.date) -> Iterable[Due]:
        return list(rows)

    monkeypatch.setattr(reminders, "_sources", {})
    reminders.subject("report")(source)
    return rows


def told() -> list[tuple[str, str]]:
    """(person, message) of all that was sent, mail included."""
    jobs.run_waiting()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        Notice.objects.values_list("email", flat=True)
    )
    return sorted(Notice.objects.values_list("recipient_label", "key"))


def played(first: dt.date, last: dt.date, missed: Iterable[dt.date] = ()) -> dict[dt.date, int]:
    """Run on every day except the missed ones; how many reminders went out on which."""
    found, day = {}, first
    while day <= last:
        if day not in set(missed) and (count := send_reminders(day)):
            found[day] = count
        day += DAY
    return found


def test_day_by_day_each_stage_goes_out_on_its_working_day(owed: list[Due]) -> None:
    assert played(dt.date(2026, 9, 1), dt.date(2026, 10, 31)) == dict.fromkeys(
        STAGE_DAYS.values(), 1
    )
    by_person = {
        person: Notice.objects.filter(recipient_label=person).count()
        for person in ("经办人", "分管领导", "区商务委")
    }
    assert by_person == {"经办人": 4, "分管领导": 2, "区商务委": 1}
    first, *_others, last = Notice.objects.filter(recipient_id=OFFICER.id).order_by("at")
    assert first.title == "【到期提醒】三季度进展报送1"
    assert "截止日期：2026年10月9日，还有3个工作日。经办：经办人。" in first.text
    assert last.title == "【逾期提醒】三季度进展报送1"
    assert "已逾期3个工作日" in last.text
    assert last.path == "/desk/reports/1/"


def test_after_three_missed_days_each_reminder_has_gone_out_once(owed: list[Due]) -> None:
    whole = played(dt.date(2026, 9, 1), dt.date(2026, 10, 31))
    expected = told()
    for model in (Notice, Reminder):
        model.objects.all().delete()
    mail.outbox.clear()

    missed = [STAGE_DAYS[0] + n * DAY for n in range(3)]
    caught_up = played(dt.date(2026, 9, 1), dt.date(2026, 10, 31), missed)
    assert told() == expected
    assert sum(caught_up.values()) == sum(whole.values()) == 4
    # The two that were missed went out together, when somebody was there again.
    assert caught_up == {STAGE_DAYS[-3]: 1, dt.date(2026, 10, 12): 2, STAGE_DAYS[3]: 1}
    assert send_reminders(dt.date(2027, 3, 1)) == 0


def both_have_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs see the same reminders unsent before either sends one."""
    look, gate = reminders._gone_out, threading.Barrier(2)

    def meet(name: str, rows: Iterable[Due]) -> Any:
        found = look(name, rows)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(reminders, "_gone_out", meet)


def test_two_beats_send_each_reminder_once(
    owed: list[Due], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three missed days, two runs at the same moment, with ten reports late."""
    owed += [due(n) for n in range(2, 11)]
    both_have_looked(monkeypatch)
    today = STAGE_DAYS[3]
    counts = at_once(lambda: send_reminders(today), lambda: send_reminders(today))
    assert sum(counts) == 10 * 4
    assert Reminder.objects.count() == 10 * 4
    everything = told()
    assert len(everything) == len(set(everything)) == 10 * (4 + 2 + 1)
    assert len(mail.outbox) == 10 * (4 + 2 + 1)


def test_without_the_row_that_can_exist_once_two_beats_send_everything_twice(
    owed: list[Due], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the race is real, when neither the row nor the message's key holds."""
    both_have_looked(monkeypatch)
    monkeypatch.setattr(reminders, "_claim", lambda due, stage: None)
    notify = reminders.notify

    def unkeyed(*, key: str, **rest: Any) -> int:
        return notify(key=f"{key}:{threading.get_ident()}", **rest)

    monkeypatch.setattr(reminders, "notify", unkeyed)
    today = STAGE_DAYS[3]
    assert sum(at_once(lambda: send_reminders(today), lambda: send_reminders(today))) == 2 * 4
    assert len(told()) == 2 * (4 + 2 + 1)


def test_a_run_that_breaks_off_leaves_each_reminder_whole_or_unsent(
    owed: list[Due], monkeypatch: pytest.MonkeyPatch
) -> None:
    owed.append(due(2))
    notify, calls = reminders.notify, []

    def break_at_third(**rest: Any) -> int:
        calls.append(rest)
        if len(calls) == 3:
            raise RuntimeError("power cut")
        return notify(**rest)

    monkeypatch.setattr(reminders, "notify", break_at_third)
    with pytest.raises(RuntimeError):
        send_reminders(STAGE_DAYS[1])
    assert Reminder.objects.count() == 2
    monkeypatch.setattr(reminders, "notify", notify)
    assert send_reminders(STAGE_DAYS[1]) == 4
    assert Reminder.objects.count() == 6
    assert len(told()) == 2 * (1 + 1 + 2)


def test_what_is_returned_with_a_new_due_day_is_reminded_of_anew(owed: list[Due]) -> None:
    send_reminders(STAGE_DAYS[1])
    owed[:] = [due(due_on=dt.date(2026, 10, 14), since=dt.date(2026, 10, 12))]
    # The stage three working days before passed before it was returned.
    assert send_reminders(dt.date(2026, 10, 13)) == 0
    assert send_reminders(dt.date(2026, 10, 14)) == 1
    owed.clear()
    assert send_reminders(dt.date(2026, 10, 30)) == 0


def test_stages_are_data(owed: list[Due]) -> None:
    ReminderStage.objects.filter(subject="report").exclude(offset=-3).delete()
    ReminderStage.objects.filter(subject="report").update(audience="commission")
    assert send_reminders(DUE) == 1
    assert {person for person, _key in told()} == {"经办人", "分管领导", "区商务委"}


def test_default_stages_never_come_back_over_staffs_own(settings: Any) -> None:
    """Those loaded say that no document sets them."""
    assert not ReminderStage.objects.filter(is_official=True).exists()
    ReminderStage.objects.filter(subject="report").exclude(offset=0).delete()
    ReminderStage.objects.filter(subject="task").delete()
    reference.load(settings.FIXTURE_ROOT)
    offsets = ReminderStage.objects.order_by("subject", "offset").values_list("subject", "offset")
    assert list(offsets) == [
        *(("proposal", n) for n in (-10, -5, 0, 1, 3)),
        ("report", 0),
        *(("scorecard", n) for n in (-3, 0, 1)),
        *(("supplement", n) for n in (-2, 0, 1)),
        *(("task", n) for n in (-3, 0, 1, 3)),
    ]


def test_the_clock_runs_it_once_a_day_from_eight_and_makes_up_for_missed_days(
    owed: list[Due], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [entry for entry in schedule._daily if entry.kind == reminders.KIND]
    monkeypatch.setattr(schedule, "_daily", own)

    def tick() -> int:
        schedule.enqueue_due()
        schedule.enqueue_due()
        jobs.run_waiting()
        return Job.objects.filter(kind=reminders.KIND).count()

    with time_machine.travel("2026-10-09 07:59+08:00", tick=False) as clock:
        Job.objects.all().delete()
        assert tick() == 0
        clock.move_to("2026-10-09 08:00+08:00")
        assert tick() == 1
        assert Reminder.objects.count() == 2
        clock.move_to("2026-10-13 14:00+08:00")
        assert tick() == 2
        assert Reminder.objects.count() == 4


def test_the_command_says_how_many_went_out(owed: list[Due]) -> None:
    out = io.StringIO()
    call_command("send_reminders", "--on", "2026-10-09", stdout=out)
    assert "2026-10-09：发出提醒 2 项。" in out.getvalue()
    out = io.StringIO()
    call_command("send_reminders", "--on", "2026-10-09", "--json", stdout=out)
    assert out.getvalue().strip() == '{"on": "2026-10-09", "sent": 0}'
