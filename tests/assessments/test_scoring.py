"""Scoring: only by its expert, on the version seen; confirmed only once enough experts agree."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from assessments.judging import judged_of
from assessments.models import Evaluation, Score, Scorecard, ScoreItem
from assessments.services import assigning, scoring, scoring_reminders
from assessments.services.score_photos import add_photo
from assessments.services.scoring import ScoreConflictError
from core.models import AuditEvent, Notice
from core.versions import StaleVersionError
from tests.api.racing import at_once
from tests.assessments.making import make_evaluation, make_expert, make_scorecard, make_standard
from tests.coordination.people import Cast, Person
from tests.factories import CircleFactory
from tests.outlets.pictures import jpeg

State = Scorecard.State
FULL = {"elderly_friendly": "20", "signs": "30"}


class Scoring(Cast):
    """The cast, experts, and a circle to be scored by two of them."""

    def __init__(self, circles: int = 1, experts: int = 2) -> None:
        super().__init__()
        self.standard = make_standard(self.district, divergence=10)
        self.evaluations = [
            make_evaluation(CircleFactory(lead_street=self.street), self.standard)
            for _n in range(circles)
        ]
        self.experts = [
            Person(make_expert(self.district, email="expert@example.org")) for _n in range(experts)
        ]
        self.items = {
            item.key: item
            for item in ScoreItem.objects.filter(
                dimension__standard=self.standard, kind="judged"
            ).select_related("dimension")
        }

    def card(self, expert: int = 0, **more: Any) -> Scorecard:
        """A card of one of the experts."""
        return make_scorecard(self.evaluations[0], expert=self.experts[expert].user, **more)

    def save(self, card: Scorecard, key: str, points: Any, seen: int, **more: Any) -> Score:
        """One score, by whoever the card is of."""
        who = more.pop("who", None) or self.hand(card)
        told = {"card": card, "item": self.items[key], "points": points, "seen_version": seen}
        return scoring.save_score(**told, **more, **who.acts)

    def hand(self, card: Scorecard) -> Person:
        """Whose card it is."""
        return next(one for one in self.experts if one.user.pk == card.expert_id)

    def submitted(self, expert: int, **points: str) -> Scorecard:
        """A card scored and handed in."""
        card = self.card(expert)
        who = self.experts[expert].acts
        scoring.declare_no_conflict(card=card, **who)
        for key, given in (FULL | points).items():
            self.save(card, key, given, 0, reason="现场查看")
        return scoring.submit_card(card=card, opinion="总体较好", **who)


@pytest.fixture
def cast(db: None) -> Scoring:
    return Scoring()


def test_nobody_else_scores_and_nobody_before_declaring(cast: Scoring) -> None:
    card = cast.card()
    with pytest.raises(PermissionDenied, match="利益关系"):
        cast.save(card, "signs", "30", 0)
    for who in (cast.experts[1], cast.officer, cast.approver, cast.street_officer, cast.foreign):
        for act in (
            lambda who=who: scoring.declare_no_conflict(card=card, **who.acts),
            lambda who=who: cast.save(card, "signs", "30", 0, who=who),
            lambda who=who: scoring.decline_card(card=card, comment="有关系", **who.acts),
            lambda who=who: scoring.submit_card(card=card, **who.acts),
            lambda who=who: add_photo(
                card=card, item=cast.items["signs"], file=picture(), **who.acts
            ),
        ):
            with pytest.raises(PermissionDenied):
                act()
    assert list(Scorecard.objects.visible_to(cast.experts[1].scope)) == []
    assert not Score.objects.exists()
    # Nor does the expert decide on their own card.
    sent = cast.submitted(1)
    for move in (scoring.confirm_card, scoring.publish_card):
        with pytest.raises((PermissionDenied, ValidationError)):
            move(card=sent, **cast.experts[1].acts)
    with pytest.raises(PermissionDenied):
        scoring.return_card(card=sent, comment="再看", **cast.experts[1].acts)


def picture() -> Any:
    return ContentFile(jpeg(), name="现场.jpg")


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("elderly_friendly", "１２", Decimal(12)),
        ("elderly_friendly", "0", Decimal(0)),
        ("elderly_friendly", "", None),
        ("elderly_friendly", "12.5", ValidationError),
        ("elderly_friendly", "21", ValidationError),
        ("elderly_friendly", "-1", ValidationError),
        ("elderly_friendly", "很好", ValidationError),
        ("elderly_friendly", "NaN", ValidationError),
        ("signs", "29.5", Decimal("29.5")),
        ("signs", "29.4", ValidationError),
        # One of the scale's, off the step.
        ("signs", "20.2", Decimal("20.2")),
    ],
)
def test_points_lie_within_the_full_marks_and_on_the_step(
    cast: Scoring, key: str, typed: str, kept: Any
) -> None:
    ScoreItem.objects.filter(key="signs").update(scale=[{"label": "一般", "points": "20.2"}])
    cast.items["signs"].refresh_from_db()
    card = cast.card()
    scoring.declare_no_conflict(card=card, **cast.experts[0].acts)
    if kept is ValidationError:
        with pytest.raises(ValidationError) as refused:
            cast.save(card, key, typed, 0)
        assert refused.value.message_dict.keys() == {"points"}
    else:
        assert cast.save(card, key, typed, 0).points == kept


def test_a_card_is_handed_in_complete_and_returned_with_a_comment(cast: Scoring) -> None:
    ScoreItem.objects.filter(key="elderly_friendly").update(photo_required=True)
    card, who = cast.card(), cast.experts[0].acts
    scoring.declare_no_conflict(card=card, **who)
    cast.save(card, "signs", "0", 0)
    with pytest.raises(ValidationError) as refused:
        scoring.submit_card(card=card, **who)
    assert refused.value.message_dict == {
        "elderly_friendly": ["“适老化”尚未评分。"],
        "signs": ["“证照公示”评为 0 分，须写明理由。"],
    }
    photo = add_photo(card=card, item=cast.items["elderly_friendly"], file=picture(), **who)
    assert photo.content_type == "image/jpeg"
    # The row that holds the photo was never scored: version 0, as it was seen.
    cast.save(card, "elderly_friendly", "15", 0)
    saved = cast.save(card, "signs", "0", 1, reason="无证照")
    with pytest.raises(StaleVersionError):
        scoring.submit_card(card=card, seen_version=saved.scorecard.version - 1, **who)
    sent = scoring.submit_card(card=card, seen_version=saved.scorecard.version, **who)
    assert (sent.state, sent.total) == (State.SUBMITTED, Decimal(15))
    assert (
        Notice.objects.filter(recipient_id=cast.officer.user.pk)
        .get()
        .title.startswith(str(cast.experts[0].user))
    )
    with pytest.raises(ValidationError) as refused:
        cast.save(sent, "signs", "20", 2)
    assert refused.value.code == "state"
    with pytest.raises(ValidationError, match="理由"):
        scoring.return_card(card=sent, comment=" ", **cast.officer.acts)
    back = scoring.return_card(card=sent, comment="请补充照片", **cast.officer.acts)
    assert (back.state, back.comment, back.total) == (State.DRAFT, "请补充照片", None)
    assert "退回修改" in Notice.objects.get(recipient_id=cast.experts[0].user.pk).title
    assert cast.save(back, "signs", "20", 2).points == 20


def test_confirmed_only_with_as_many_cards_as_wanted_that_agree(cast: Scoring) -> None:
    first = cast.submitted(0)
    with pytest.raises(ValidationError) as refused:
        scoring.confirm_card(card=first, **cast.officer.acts)
    assert refused.value.code == "incomplete"
    second = cast.submitted(1, signs="15.5")
    with pytest.raises(ValidationError) as refused:
        scoring.confirm_card(card=second, **cast.officer.acts)
    # 50 and 35.5 are 14.5 apart, the standard lets them be 10 apart.
    assert refused.value.code == "divergence"
    assert "14.5 分（最高 50，最低 35.5），超过分歧上限 10 分" in refused.value.messages[0]
    extra = Person(make_expert(cast.district))
    cast.experts.append(extra)
    evaluations, acts = cast.evaluations, cast.officer.acts
    with pytest.raises(PermissionDenied):
        scoring.assign_experts(evaluations=evaluations, experts=[extra.user], **extra.acts)
    (made,) = scoring.assign_experts(
        evaluations=evaluations, experts=[extra.user], reason="分歧较大", **acts
    )
    assert (made.expert, made.comment) == (extra.user, "分歧较大")
    with pytest.raises(ValidationError, match="增派"):
        scoring.confirm_cards(evaluation=evaluations[0], **acts)
    made.delete()
    third = cast.submitted(2, signs="25")
    # Still as far apart, but the additional expert has scored.
    seen = {card.pk: card.version for card in (first, second, third)}
    with pytest.raises(StaleVersionError):
        scoring.confirm_cards(
            evaluation=evaluations[0], seen=seen | {third.pk: third.version + 1}, **acts
        )
    assert not Scorecard.objects.counted().exists()
    with pytest.raises(ValidationError, match="未确认"):
        scoring.publish_cards(evaluation=evaluations[0], **acts)
    assert len(scoring.confirm_cards(evaluation=evaluations[0], seen=seen, **acts)) == 3
    published = scoring.publish_cards(evaluation=evaluations[0], **acts)
    assert {card.state for card in published} == {State.PUBLISHED}
    judged = judged_of(evaluations)[evaluations[0].pk]
    # (30 + 15.5 + 25) ÷ 3
    assert judged.points == {"elderly_friendly": Decimal(20), "signs": Decimal("23.50")}
    assert AuditEvent.objects.filter(action="assessments.confirm_scorecard").count() == 3


def test_who_recused_themselves_never_gets_the_circle_again(cast: Scoring) -> None:
    card = cast.card()
    with pytest.raises(ValidationError, match="理由"):
        scoring.decline_card(card=card, comment="", **cast.experts[0].acts)
    gone = scoring.decline_card(card=card, comment="曾任顾问", **cast.experts[0].acts)
    assert (gone.state, gone.comment) == (State.RECUSED, "曾任顾问")
    # Another standard, the same circle and year.
    other = make_standard(cast.district, "other")
    again = make_evaluation(cast.evaluations[0].circle, other)
    later = make_evaluation(cast.evaluations[0].circle, cast.standard, year=again.year + 1)
    people = [one.user for one in cast.experts]
    plan = assigning.plan_assignment(evaluations=[*cast.evaluations, again], experts=people)
    assert [part.experts for part in plan.parts] == [(people[1],)] * 2
    assert [part.short for part in plan.parts] == [1, 1]
    (part,) = assigning.plan_assignment(evaluations=[later], experts=people).parts
    assert set(part.experts) == set(people)


def test_work_is_given_out_evenly_and_only_as_it_was_previewed(db: None) -> None:
    cast = Scoring(circles=7, experts=5)
    people, acts = [one.user for one in cast.experts], cast.officer.acts
    # One has something to do already.
    cast.card(0)
    plan = assigning.plan_assignment(evaluations=cast.evaluations, experts=people)
    assert plan.cards == 13
    after = [plan.loads[one.pk][1] for one in people]
    assert sum(after) == 14
    assert max(after) - min(after) <= 1
    assert {len(set(part.experts)) + part.standing for part in plan.parts} == {2}
    # Somebody else gave out a card meanwhile.
    make_scorecard(cast.evaluations[1], expert=people[4])
    with pytest.raises(ValidationError, match="预览"):
        scoring.assign_experts(
            evaluations=cast.evaluations, experts=people, seen_plan=plan.digest, **acts
        )
    made = scoring.assign_experts(evaluations=cast.evaluations, experts=people, **acts)
    assert len(made) == 12
    told = Notice.objects.filter(recipient_id__in=[one.pk for one in people])
    assert told.count() == len({card.expert_id for card in made})
    assert scoring.assign_experts(evaluations=cast.evaluations, experts=people, **acts) == []
    assert scoring.urge_experts(cards=Scorecard.objects.all(), text="请抓紧", **acts) == 5
    assert scoring.urge_experts(cards=Scorecard.objects.all(), **acts) == 0
    Evaluation.objects.update(due_on=dt.date(2026, 12, 1))
    owed = list(scoring_reminders.due(dt.date(2026, 11, 27)))
    assert {one.id for one in owed} == {one.pk for one in people}
    assert {one.owners[0].id for one in owed} == {one.pk for one in people}
    review = make_evaluation(CircleFactory(lead_street=cast.street), cast.standard, kind="review")
    for wrong in (
        {"evaluations": [review], "experts": people},
        {"evaluations": cast.evaluations, "experts": [cast.officer.user]},
        {"evaluations": [], "experts": people},
    ):
        with pytest.raises(ValidationError):
            scoring.assign_experts(**wrong, **acts)


# --- one expert on two devices at once -----------------------------------------------------------
@pytest.fixture
def card(transactional_db: None) -> Any:
    cast = Scoring()
    card = cast.card()
    scoring.declare_no_conflict(card=card, **cast.experts[0].acts)
    cast.save(card, "signs", "20", 0)
    return cast, card


def _both(cast: Scoring, card: Scorecard) -> list[tuple[str, Score]]:
    """What came of scoring the item at once on two devices: saved, or told what stands instead."""

    def call(points: str) -> Callable[[], tuple[str, Score]]:
        def save_it() -> tuple[str, Score]:
            try:
                return "saved", cast.save(card, "signs", points, 1)
            except ScoreConflictError as error:
                return "told", error.current

        return save_it

    return at_once(call("25"), call("10"))


def _meet_after(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Both wait for each other after they have read what stands."""
    barrier, known = threading.Barrier(2), scoring._score_of

    def then_wait(*arguments: Any) -> Any:
        result = known(*arguments)
        try:
            barrier.wait(seconds)
        except threading.BrokenBarrierError:
            return result
        return result

    monkeypatch.setattr(scoring, "_score_of", then_wait)


def test_of_two_devices_one_is_told_what_the_other_saved(
    card: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meet_after(monkeypatch, 0.5)
    outcomes = dict(_both(*card))
    assert outcomes.keys() == {"saved", "told"}
    assert outcomes["told"].points == outcomes["saved"].points == Score.objects.get().points
    assert Score.objects.get().version == 2


def test_without_the_lock_one_would_overwrite_the_other(
    card: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control run: both are inside at once, and points are lost."""
    monkeypatch.setattr(scoring, "locked", lambda rows: rows)
    _meet_after(monkeypatch, 30)
    assert [word for word, _score in _both(*card)] == ["saved"] * 2
    assert Score.objects.get().version == 2
