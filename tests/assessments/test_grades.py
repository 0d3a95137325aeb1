"""Grades: proposed, decided on by another person, never moved afterwards."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections
from django.utils import timezone

from assessments.models import Checklist, Evaluation, Grade, Standard
from assessments.previewing import preview
from assessments.services import grades as services
from assessments.services.checklists import fill_checklists
from assessments.services.grades import (
    approve_as_proposed,
    approve_grade,
    propose_grades,
    publish_grade,
    publish_grades,
    return_grade,
    submit_grade,
    submit_grades,
)
from assessments.services.standards import copy_standard, publish_standard
from core.digests import json_digest
from core.models import AuditEvent, Notice
from core.versions import StaleVersionError
from metrics.indicators import get
from metrics.models import Release, Value
from metrics.services import make_snapshot, recompute_live, release_run
from tests.assessments.making import make_evaluation, make_scorecard, make_standard
from tests.assessments.surveying import Wave
from tests.metrics.worlds import DAY

pytestmark = pytest.mark.django_db


class Year(Wave):
    """Two built circles; the first has a checklist of its own standard, figures and two cards."""

    def __init__(self) -> None:
        super().__init__()
        for circle in (self.circle, self.other):
            type(circle).objects.filter(pk=circle.pk).update(state="built")
            circle.refresh_from_db()
        self.second = self.person(self.commission, "approver")
        self.standard = make_standard(self.district)
        # Seven kinds are looked for, two are enough; an item judged by two experts.
        self.evaluation = make_evaluation(self.circle, self.standard, year=self.year)
        self.release = self.sign_off()
        self.fill(self.evaluation)
        for points in (("20", "30"), ("18", "30")):
            self.card(self.evaluation, *points)
        self.answered(9, 1)

    @property
    def year(self) -> int:
        return int(self.survey.year)

    def sign_off(self) -> Release:
        run = make_snapshot(district=self.district, as_of=DAY)
        basket = get("basic_basket_share").number
        Value.objects.update_or_create(
            run=run,
            indicator=basket,
            scope="C",
            scope_id=self.circle.pk,
            part=0,
            defaults={"num": 9, "den": 10, "value": 0.9},
        )
        return release_run(run=run, purpose="year", by=self.officer.actor)

    def fill(self, evaluation: Evaluation, **found: str) -> None:
        (checklist,) = fill_checklists(
            evaluations=[evaluation], release=self.release, **self.officer.acts
        )
        told = {key: "present" for key in ("convenience", "market", "repair", "elderly")} | found
        for line in checklist.lines.select_related("item"):
            line.found = told.get(line.item.key, "absent")
            line.save()

    def card(self, evaluation: Evaluation, *points: str) -> None:
        total = sum(map(Decimal, points))
        card = make_scorecard(evaluation, state="confirmed", total=total)
        items = [item for d in evaluation.standard.dimensions.all() for item in d.items.all()]
        judged = [item for item in items if item.kind == "judged"]
        for item, one in zip(judged, points, strict=True):
            card.scores.create(item=item, points=Decimal(one))

    def answered(self, good: int, bad: int) -> None:
        """As though the wave had been held."""
        for value in ["5"] * good + ["1"] * bad:
            self.survey.answers.create(
                circle=self.circle, channel="qr", overall=value, answered_on=DAY
            )
        type(self.survey).objects.filter(pk=self.survey.pk).update(
            state="closed", closed_at=timezone.now()
        )

    def propose(self, **more: Any) -> list[Grade]:
        told = {"district": self.district, "year": self.year} | self.officer.acts | more
        return propose_grades(**told)

    def decide(self, grade: Grade, outcome: str, reason: str = "", **more: Any) -> Grade:
        told = {"grade": grade, "outcome": outcome, "reason": reason, "decided_on": today()}
        return approve_grade(**(told | self.approver.acts | more))

    def submitted(self, evaluation: Evaluation | None = None) -> Grade:
        (grade,) = self.propose(circles=[(evaluation or self.evaluation).circle])
        return submit_grade(grade=grade, **self.officer.acts)


def today() -> Any:
    return timezone.localdate()


def test_a_grade_from_the_figures_to_the_streets() -> None:
    here = Year()
    for person in (here.approver, here.street_officer, here.foreign, here.interviewer):
        with pytest.raises(PermissionDenied):
            here.propose(**person.acts)
    with pytest.raises(ValidationError, match="没有可测评"):
        here.propose(year=1999)

    (grade,) = here.propose()
    told = grade.explanation
    points = {i["key"]: i["points"] for d in told["score"]["dimensions"] for i in d["items"]}
    assert points == {
        "basket": "20.00",  # 0.9 is where full marks begin
        "kinds": "10.00",  # 4 of 5
        "satisfaction": "18.00",  # (9 × 100 + 0) ÷ 10 = 90
        "elderly_friendly": "19.00",
        "signs": "30.00",
    }
    assert (grade.score, grade.scored_points) == (Decimal("97.00"), Decimal(100))
    # No quality kind is there: 基础型, and what it would take.
    assert (grade.proposed_level, grade.adjustment) == ("basic", "first")
    assert told["missing"] == ["1 类业态（品质提升类）"]
    assert told["notes"] == ["分型表未确认"]
    # Nothing new, nothing touched.
    (again,) = here.propose()
    assert (again.pk, again.version) == (grade.pk, 1)

    grade = Grade.objects.get(pk=grade.pk)
    for person in (here.approver, here.street_officer, here.foreign):
        with pytest.raises(PermissionDenied):
            submit_grade(grade=grade, **person.acts)
    submit_grade(grade=grade, seen_version=1, **here.officer.acts)
    assert Notice.objects.filter(recipient_id=here.approver.user.pk).exists()
    for person in (here.officer, here.street_officer, here.foreign):
        with pytest.raises(PermissionDenied):
            here.decide(grade, "basic", **person.acts)
    with pytest.raises(ValidationError, match="须写明"):
        return_grade(grade=grade, comment="", **here.approver.acts)
    return_grade(grade=grade, comment="先确认分型表", **here.approver.acts)
    grade.evaluation.checklist.lines.filter(item__key="dining").update(found="present")
    (grade,) = here.propose()
    assert (grade.proposed_level, grade.version) == ("improved", 4)
    grade = submit_grade(grade=grade, **here.officer.acts)

    with pytest.raises(StaleVersionError):
        here.decide(grade, "improved", seen_version=4)
    for outcome, reason in (("basic", ""), ("withdrawn", ""), ("splendid", "好")):
        with pytest.raises(ValidationError):
            here.decide(grade, outcome, reason)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        here.decide(grade, "improved", decided_on=today().replace(year=2999))
    grade = here.decide(grade, "quality", "示范作用突出，会议研究", number="普商委〔2026〕1号")
    here.circle.refresh_from_db()
    assert (here.circle.state, here.circle.level, here.circle.level_year) == (
        "accepted",
        "quality",
        here.year,
    )
    assert grade.sha256 == json_digest(Grade.objects.get(pk=grade.pk).explanation)
    event = AuditEvent.objects.get(action="assessments.approve_grade")
    assert event.payload_sha256 == grade.sha256
    assert (event.changes["number"], event.comment) == ("普商委〔2026〕1号", grade.reason)
    # The contributed count follows the circles' levels.
    built = Value.objects.filter(
        run=recompute_live(here.district), indicator=get("circles_built").number, scope="D"
    )
    assert dict(built.values_list("part", "value")) == {0: 2, 1: 0, 2: 0, 3: 1, 4: 1}

    assert not Grade.objects.visible_to(here.street_officer.scope).exists()
    with pytest.raises(PermissionDenied):
        publish_grade(grade=grade, **here.street_officer.acts)
    publish_grade(grade=grade, **here.officer.acts)
    assert Grade.objects.visible_to(here.street_officer.scope).get() == grade
    assert Notice.objects.filter(recipient_id=here.street_officer.user.pk).exists()

    # The year after: 保持 against what was decided, not against what was proposed.
    after = make_evaluation(here.circle, here.standard, year=here.year + 1, kind="review")
    here.fill(after, dining="present", bookstore="present")
    (review,) = here.propose(year=here.year + 1)
    assert (review.previous_level, review.score) == ("quality", None)
    # Nobody was asked that year: not lowered, and nothing to be decided without a reason.
    assert (review.proposed_level, review.adjustment) == ("", "")
    assert review.explanation["notes"][1] == f"专家评分沿用{here.year}年的结果"
    review = submit_grade(grade=review, **here.officer.acts)
    with pytest.raises(ValidationError, match="拟评情况不明"):
        approve_as_proposed(
            grades=[(review, review.version)], decided_on=today(), **here.approver.acts
        )
    review = here.decide(review, "withdrawn", "设施关停")
    here.circle.refresh_from_db()
    assert (review.adjustment, here.circle.state) == ("withdrawn", "withdrawn")


def test_nothing_moves_a_grade_that_was_decided_on() -> None:
    here = Year()
    decided = here.decide(here.submitted(), "basic")
    before = Grade.objects.values().get(pk=decided.pk)
    # A draft is changed, and published in the standard's place; the figures change.
    draft = copy_standard(standard=here.standard, **here.officer.acts)
    draft.levels.update(min_basic=5, min_score=99)
    Standard.objects.filter(pk=draft.pk).update(questionnaire=here.questionnaire)
    assert preview(here.circle, here.year, draft).proposed_level == ""
    publish_standard(standard=draft, **here.officer.acts)
    here.evaluation.checklist.lines.update(found="absent")
    here.survey.answers.all().delete()
    recompute_live(here.district)
    assert here.propose() == []
    with pytest.raises(ValidationError, match="现为“已审定”"):
        submit_grade(grade=decided, **here.officer.acts)
    assert Grade.objects.values().get(pk=decided.pk) == before
    assert json_digest(before["explanation"]) == before["sha256"]


def test_the_same_circle_under_two_standards_side_by_side() -> None:
    here = Year()
    strict = make_standard(here.district, code="strict", state="draft", name="另一标准")
    strict.levels.filter(level="basic").update(min_basic=5)
    here.circle.refresh_from_db()
    (own,) = here.propose()
    # What if: a draft is looked at, with people's findings of the year; nothing is stored.
    line = here.evaluation.checklist.lines.get(item__key="repair")
    line.override, line.reason = "present", "现场看到"
    line.save()
    seen = preview(here.circle, here.year, strict)
    assert (own.proposed_level, seen.proposed_level) == ("basic", "")
    found = seen.explanation["figures"]["basic"]
    # The 定稿 knows of no outlet, and nobody has looked; only what people found is there.
    assert found == {"present": 1, "absent": 0, "unknown": 4, "total": 5}
    assert seen.explanation["levels"][0]["state"] == "unknown"
    points = {
        i["key"]: i["points"] for d in seen.explanation["score"]["dimensions"] for i in d["items"]
    }
    # The same items have the same full marks: experts' points are taken over.
    assert points["signs"] == "30.00"
    assert points["kinds"] is None
    assert Evaluation.objects.count() == Grade.objects.count() == 1
    same = preview(here.circle, here.year, here.standard)
    assert (same.proposed_level, same.score) == ("basic", own.score)

    # Both may be proposed; one is decided on.
    Standard.objects.filter(pk=strict.pk).update(state="published")
    other = make_evaluation(here.circle, strict, year=here.year)
    here.fill(other)
    pair = here.propose()
    assert {grade.evaluation_id for grade in pair} == {here.evaluation.pk, other.pk}
    both = [(grade, None) for grade in pair]
    done = submit_grades(grades=both, **here.officer.acts)
    with pytest.raises(ValidationError, match="同一年度不能再次审定") as refused:
        approve_as_proposed(
            grades=[(grade, grade.version) for grade in done],
            decided_on=today(),
            **here.approver.acts,
        )
    assert len(refused.value.messages) == 1
    assert set(Grade.objects.values_list("state", flat=True)) == {"submitted"}
    first = next(grade for grade in done if grade.evaluation_id == here.evaluation.pk)
    (approved,) = approve_as_proposed(
        grades=[(first, first.version)], decided_on=today(), **here.approver.acts
    )
    publish_grades(grades=[(approved, None)], **here.officer.acts)
    for _ in range(2):
        here.propose()
    assert Grade.objects.decided().get().evaluation_id == here.evaluation.pk


def test_the_command_fills_checklists_and_proposes(capsys: Any) -> None:
    here = Year()
    bare = make_evaluation(here.other, here.standard, year=here.year)
    Checklist.objects.filter(evaluation=here.evaluation).update(state="confirmed")
    told = {"year": here.year, "district": here.district.code}
    call_command("grade", **told)
    out = capsys.readouterr().out
    # What was confirmed stays; the other is filled from the last 定稿, which knows of nothing.
    assert f"{here.circle.code} {here.circle.name} 基础型 97 分" in out
    assert "还差 1 类业态（品质提升类）" in out
    lines = Checklist.objects.get(evaluation=bare).lines
    assert set(lines.values_list("found", flat=True)) == {"unknown"}
    assert f"{bare.circle.code} {bare.circle.name} 情况不明" in out
    with pytest.raises(CommandError, match="没有编码"):
        call_command("grade", **told, circle="nowhere")


# --- Two at once (PostgreSQL) ---------------------------------------------------------------------
def together(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, run at the same time on connections of their own."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(at: int) -> None:
        try:
            gate.wait(timeout=10)
            results[at] = acts[at]()
        except Exception as error:
            results[at] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("control", [False, True])
def test_of_two_decisions_at_once_one_wins(monkeypatch: pytest.MonkeyPatch, control: bool) -> None:
    here = Year()
    strict = make_standard(here.district, code="strict", name="另一标准")
    here.fill(make_evaluation(here.circle, strict, year=here.year))
    pair = [submit_grade(grade=one, **here.officer.acts) for one in here.propose()]
    if control:
        # Without the lock on the circle both find it undecided: only the constraint is left.
        both, check = threading.Barrier(2), services._require_undecided

        def late(now: Grade) -> None:
            check(now)
            both.wait(timeout=10)

        monkeypatch.setattr(services, "locked", lambda rows: rows)
        monkeypatch.setattr(services, "_require_undecided", late)
    done = together(
        lambda: here.decide(pair[0], "basic", "会议研究"),
        lambda: here.decide(pair[1], "basic", "会议研究", **here.second.acts),
    )
    won = [one for one in done if isinstance(one, Grade)]
    (lost,) = [one for one in done if not isinstance(one, Grade)]
    assert isinstance(lost, IntegrityError if control else ValidationError)
    assert Grade.objects.decided().get() == won[0]
    if not control:
        assert "同一年度不能再次审定" in lost.messages[0]
        (other,) = [one for one in pair if one.pk != won[0].pk]
        return_grade(grade=other, comment="不再审定", **here.approver.acts)
