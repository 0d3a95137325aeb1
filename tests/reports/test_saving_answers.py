"""Answers: of their kind, by their office, each on the version that was seen."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from core.models import AuditEvent
from reports.models import ProgressReport, ReportAnswer, ReportItem
from reports.progress import answers
from reports.progress.answers import AnswerConflictError, Given, save_answer, save_answers
from reports.progress.values import content_of
from tests.api.racing import at_once
from tests.coordination.people import Cast
from tests.factories import PeriodFactory, ProgressReportFactory, ReportTypeFactory


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


def report_of(cast: Cast, **columns: Any) -> ProgressReport:
    """What the street owes: `events` is a number, `progress` a passage."""
    form = ReportTypeFactory(district=cast.district)
    period = PeriodFactory(type=form)
    made: ProgressReport = ProgressReportFactory(
        period=period, office=cast.subdistrict, street=cast.street, **columns
    )
    return made


def save(cast: Cast, report: ProgressReport, key: str, value: Any, seen: int, **more: Any) -> Any:
    acts = more.pop("who", cast.street_officer).acts
    return save_answer(report=report, key=key, value=value, seen_version=seen, **more, **acts)


def test_only_the_office_that_owes_it_writes_in_it(cast: Cast) -> None:
    report = report_of(cast)
    for who in (cast.officer, cast.approver, cast.housing_liaison, cast.foreign):
        with pytest.raises(PermissionDenied):
            save(cast, report, "events", 3, 0, who=who)
    head = cast.person(cast.subdistrict, "street_head")
    assert save(cast, report, "events", 3, 0, who=head).number == 3


def test_what_was_sent_is_not_written_in(cast: Cast) -> None:
    report = report_of(cast, state="submitted", first_submitted_at=timezone.now())
    with pytest.raises(ValidationError) as refused:
        save(cast, report, "events", 3, 0)
    assert refused.value.code == "state"
    assert not ReportAnswer.objects.exists()
    assert not AuditEvent.objects.filter(action="reports.save_answers").exists()


def test_the_first_answer_begins_the_draft(cast: Cast) -> None:
    report = report_of(cast)
    answer = save(cast, report, "progress", "  开展了两场活动。\n", 0)
    assert (answer.version, answer.text) == (1, "  开展了两场活动。")
    assert (answer.report.state, answer.report.version) == ("draft", 2)
    assert answer.report.handler_label == str(cast.street_officer.user)
    answer = save(cast, report, "progress", "开展了三场活动。", 1)
    assert (answer.version, answer.report.version) == (2, 3)
    told = answer.history.order_by("version")
    assert [(row.text, row.actor_label) for row in told] == [
        ("  开展了两场活动。", str(cast.street_officer.user)),
        ("开展了三场活动。", str(cast.street_officer.user)),
    ]


def test_saving_what_was_prefilled_is_looking_at_it(cast: Cast) -> None:
    """It makes a draft, which can be sent; saving it again writes nothing."""
    report = report_of(cast)
    prefilled = {"number": 5, "prefilled_number": 5, "version": 1}
    report.answers.create(key="events", origin={"source": "work_items"}, **prefilled)
    first = save(cast, report, "events", "5", 1)
    again = save(cast, report, "events", 5, 1)
    assert (first.report.state, first.version) == ("draft", 1)
    assert again.report.version == first.report.version == 2


def test_a_changed_prefilled_number_needs_its_reason(cast: Cast) -> None:
    report = report_of(cast)
    report.answers.create(key="events", number=5, prefilled_number=5, origin={"source": "ledger"})
    for value in (6, None):
        with pytest.raises(ValidationError) as refused:
            save(cast, report, "events", value, 1)
        assert refused.value.error_dict["events"][0].code == "reason"
    changed = save(cast, report, "events", 6, 1, reason=" 补报一场 ")
    assert (changed.number, changed.reason) == (6, "补报一场")
    back = save(cast, report, "events", 5, 2, reason="补报一场")
    assert (back.number, back.reason) == (5, "")


def test_somebody_elses_newer_words_are_not_overwritten(cast: Cast) -> None:
    """What stands comes back, and neither this nor any other answer of the request is written."""
    report = report_of(cast)
    other = cast.person(cast.subdistrict, "street_officer")
    save(cast, report, "progress", "甲写的", 0, who=other)
    given = {"events": Given(7, 0), "progress": Given("乙写的", 0)}
    with pytest.raises(AnswerConflictError) as refused:
        save_answers(report=report, given=given, **cast.street_officer.acts)
    assert (refused.value.current.key, refused.value.current.text) == ("progress", "甲写的")
    assert refused.value.current.version == 1
    assert [row.text for row in ReportAnswer.objects.all()] == ["甲写的"]
    # The same words are no conflict, whatever was seen: a request that is sent again.
    assert save(cast, report, "progress", "甲写的", 0).version == 1
    assert save(cast, report, "progress", "乙写的", 1).text == "乙写的"


@pytest.mark.parametrize(
    ("kind", "decimals", "typed", "kept"),
    [
        ("number", 0, "１，２３４", Decimal(1234)),
        ("number", 0, " 1,234 ", Decimal(1234)),
        ("number", 0, "1.0", Decimal(1)),
        ("number", 0, "-3", Decimal(-3)),
        ("number", 0, "", None),
        ("number", 0, None, None),
        ("number", 0, "0", Decimal(0)),
        ("number", 1, "2.5", Decimal("2.5")),
        ("money", 0, "12000.55", Decimal("12000.55")),
        ("percent", 1, "100", Decimal(100)),
        ("number", 0, "1.5", ValidationError),
        ("number", 0, "约3", ValidationError),
        ("number", 0, "1,2", ValidationError),
        ("number", 0, "NaN", ValidationError),
        ("number", 0, "Infinity", ValidationError),
        ("number", 0, 1.5, ValidationError),
        ("number", 0, True, ValidationError),
        ("number", 0, "1" + "0" * 16, ValidationError),
        ("number", 1, "2.55", ValidationError),
        ("money", 0, "1.005", ValidationError),
        ("percent", 1, "100.1", ValidationError),
        ("percent", 1, "-0.1", ValidationError),
        ("text", 0, 5, ValidationError),
    ],
)
def test_what_is_taken_as_a_value(kind: str, decimals: int, typed: Any, kept: Any) -> None:
    item = ReportItem(key="x", label="项", kind=kind, decimals=decimals)
    if kept is ValidationError:
        with pytest.raises(ValidationError):
            content_of(item, typed)
    else:
        assert content_of(item, typed).number == kept


def test_a_passage_over_its_limit_is_kept_and_a_strange_key_refused(cast: Cast) -> None:
    """Words are lost to no limit; that it is too long is said when it is sent."""
    report = report_of(cast)
    ReportItem.objects.filter(key="progress").update(most_words=5)
    assert save(cast, report, "progress", "字" * 800, 0).text == "字" * 800
    with pytest.raises(ValidationError) as refused:
        save(cast, report, "nothing", 1, 0)
    assert "nothing" in refused.value.error_dict


# --- two officers of one street at once ---


class Meeting:
    """Where two savers wait for each other, so that both are inside at the same moment."""

    def __init__(self, seconds: float) -> None:
        self.barrier = threading.Barrier(2)
        self.seconds = seconds

    def wait(self) -> None:
        """Until the other is here, or for so long that it cannot come."""
        try:
            self.barrier.wait(self.seconds)
        except threading.BrokenBarrierError:
            return


@pytest.fixture
def report(transactional_db: None) -> Any:
    cast = Cast()
    report = report_of(cast)
    save(cast, report, "progress", "原文", 0)
    colleague = cast.person(cast.subdistrict, "street_officer")
    return report, (cast.street_officer, colleague), cast


def _both(report: Any, keys: tuple[str, str]) -> list[tuple[str, ReportAnswer]]:
    """What came of two officers saving at once: saved, or told what stands instead."""
    row, officers, cast = report
    values = {"progress": ("甲改的", "乙改的"), "events": (4, 4)}
    seen = {"progress": 1, "events": 0}

    def call(at: int) -> Callable[[], tuple[str, ReportAnswer]]:
        def save_it() -> tuple[str, ReportAnswer]:
            key = keys[at]
            try:
                value = values[key][at]
                return "saved", save(cast, row, key, value, seen[key], who=officers[at])
            except AnswerConflictError as error:
                return "told", error.current

        return save_it

    return at_once(call(0), call(1))


def _meet_after(monkeypatch: pytest.MonkeyPatch, name: str, meeting: Meeting) -> None:
    known = getattr(answers, name)

    def then_wait(*arguments: Any) -> Any:
        result = known(*arguments)
        meeting.wait()
        return result

    monkeypatch.setattr(answers, name, then_wait)


def test_of_two_officers_at_one_passage_one_is_told_what_the_other_wrote(
    report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second holds their own words still, and is shown the first one's."""
    _meet_after(monkeypatch, "_refuse_conflicts", Meeting(0.5))
    outcomes = dict(_both(report, ("progress", "progress")))
    assert outcomes.keys() == {"saved", "told"}
    saved, told = outcomes["saved"], outcomes["told"]
    assert told.text == saved.text == ReportAnswer.objects.get().text
    assert told.version == saved.version == 2


def test_without_the_lock_one_would_overwrite_the_other(
    report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control run: both are inside at once, and words are lost."""
    monkeypatch.setattr(answers, "locked", lambda rows: rows)
    _meet_after(monkeypatch, "_refuse_conflicts", Meeting(30))
    assert [word for word, _answer in _both(report, ("progress", "progress"))] == ["saved"] * 2
    assert ReportAnswer.objects.get().version == 2


def test_two_officers_at_different_items_do_not_hinder_each_other(report: Any) -> None:
    """Both are saved, and the report's version has risen by both."""
    assert [word for word, _answer in _both(report, ("progress", "events"))] == ["saved"] * 2
    row = ProgressReport.objects.get()
    assert (row.version, {one.key: one.version for one in row.answers.all()}) == (
        4,
        {"progress": 2, "events": 1},
    )
