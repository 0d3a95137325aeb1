"""Answers checked by the questionnaire's rules; each code admits one, whatever happens at once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Question, Survey, SurveyAnswer, SurveyToken
from assessments.services import answering
from assessments.services.answering import (
    ClosedError,
    check_answers,
    flags_of,
    overall_of,
    take_answer,
    without_skipped,
)
from assessments.services.tokens import find_token, make_tokens, token_text
from tests.api.racing import at_once
from tests.assessments.making import SATISFACTION, make_survey
from tests.coordination.people import Cast
from tests.factories import CircleFactory

YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
QUESTIONS = [
    Question(key="overall", kind="scale", options=SATISFACTION, measures="overall"),
    Question(key="price", kind="scale", options=SATISFACTION),
    Question(key="lacking", kind="single", options=YES_NO),
    Question(key="formats", kind="multiple", most=2, shown_if={"key": "lacking", "in": ["yes"]},
             options=[{"value": one, "label": one} for one in ("repair", "bookstore", "bank")]),
    Question(key="why", kind="open", required=False, most=5,
             shown_if={"key": "formats", "in": ["bank"]}),
    Question(key="words", kind="open", required=False),
]  # fmt: skip
FULL = {"overall": "5", "price": "4", "lacking": "yes", "formats": ["bank", "repair"]}


def wrong(told: dict[str, Any]) -> set[str]:
    try:
        check_answers(QUESTIONS, told)
    except ValidationError as error:
        return set(error.message_dict)
    return set()


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({}, set()),
        ({"overall": ""}, {"overall"}),
        ({"overall": None, "price": None}, {"overall", "price"}),
        ({"overall": "9"}, {"overall"}),
        ({"overall": ["5"]}, {"overall"}),
        ({"formats": []}, {"formats"}),
        ({"formats": "bank"}, {"formats"}),
        ({"formats": ["bank", "gold"]}, {"formats"}),
        ({"formats": ["bank", "repair", "bookstore"]}, {"formats"}),
        # Not asked after “no”: must be empty, and then is not required.
        ({"lacking": "no"}, {"formats"}),
        ({"lacking": "no", "formats": []}, set()),
        # A rule on a question that was itself left out asks nothing.
        ({"lacking": "no", "formats": [], "why": "远"}, {"why"}),
        ({"why": "太远"}, set()),
        ({"why": "一二三四五六"}, {"why"}),
        ({"words": "a" * 501}, {"words"}),
        ({"stranger": "1"}, {"stranger"}),
    ],
)
def test_answers_are_checked_question_by_question(change: dict[str, Any], keys: set[str]) -> None:
    assert wrong(FULL | change) == keys


def test_the_stored_form() -> None:
    told = FULL | {
        "formats": ["bank", "repair", "bank"],
        "words": " 多一点\r\n早餐\x00 ",
        "why": "",
    }
    assert check_answers(QUESTIONS, told) == {
        "overall": "5",
        "price": "4",
        "lacking": "yes",
        "formats": ["repair", "bank"],
        "words": "多一点\n早餐",
    }
    assert overall_of(QUESTIONS, {"overall": "5"}) == "5"
    assert overall_of(QUESTIONS[1:], {"overall": "5"}) == ""


@given(
    st.fixed_dictionaries(
        {
            "overall": st.sampled_from(["", "5", "0"]),
            "price": st.sampled_from(["5", "1"]),
            "lacking": st.sampled_from(["", "yes", "no"]),
            "formats": st.lists(st.sampled_from(["repair", "bookstore", "bank"]), max_size=3),
            "why": st.sampled_from(["", "远"]),
        }
    )
)
def test_a_page_without_script_never_stumbles_over_skipped_questions(told: dict[str, Any]) -> None:
    """What the rules leave out is dropped; every other error stays, and nothing else is lost."""
    asks_formats = told["lacking"] == "yes"
    asks_why = asks_formats and "bank" in told["formats"]
    kept = without_skipped(QUESTIONS, told)
    expected = {"overall", "price", "lacking"}
    expected |= {"formats"} if asks_formats else set()
    expected |= {"why"} if asks_why else set()
    assert set(kept) == expected
    bad = {key for key in ("overall", "lacking") if not told[key]}
    if asks_formats and not 1 <= len(set(told["formats"])) <= 2:
        bad.add("formats")
        # What hangs on a refused answer is judged once that is mended.
        assert wrong(kept) - {"why"} == bad
    else:
        assert wrong(kept) == bad


def test_speeders_and_straight_liners() -> None:
    survey = Survey(min_seconds=20, straight_items=3)
    scales = [Question(key=key, kind="scale", options=SATISFACTION) for key in "abcd"]

    def flags(answers: dict[str, Any], seconds: int | None = 60, of: Survey = survey) -> int:
        return flags_of(of, [*scales, QUESTIONS[2]], answers, seconds)

    same = dict.fromkeys("abc", "4")
    assert flags({}, None) == flags({}, 20) == 0
    assert flags({}, 19) == SurveyAnswer.SPEEDER
    assert flags(same) == SurveyAnswer.STRAIGHT_LINER
    assert flags(same | {"d": "5"}) == 0
    assert flags({"a": "4", "b": "4"}) == 0
    assert flags(same, 1) == SurveyAnswer.SPEEDER | SurveyAnswer.STRAIGHT_LINER
    assert flags(same, of=Survey(min_seconds=0, straight_items=0)) == 0


# --- One code, one answer -------------------------------------------------------------------------
GIVEN = {"overall": "5", "price": "4", "lacking": "no"}


class Wave:
    """A running wave over one circle, and a code of it."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.circle = CircleFactory(district=self.cast.district, lead_street=self.cast.street)
        self.survey = make_survey(self.circle, token_secret="s" * 64, **around_today())
        self.serial = make_tokens(
            survey=self.survey, circle=self.circle, count=2, **self.cast.officer.acts
        )
        self.text = token_text(self.survey, self.serial)

    @property
    def token(self) -> SurveyToken:
        token = find_token(self.text)
        assert token
        return token


def around_today() -> dict[str, dt.date]:
    today = timezone.localdate()
    return {"opens_on": today - dt.timedelta(days=3), "closes_on": today + dt.timedelta(days=3)}


@pytest.mark.django_db
def test_nothing_in_an_answer_tells_who() -> None:
    wave = Wave()
    token = wave.token
    with pytest.raises(ValidationError):
        take_answer(token=token, given={}, age_band="")
    with pytest.raises(ValidationError):
        take_answer(token=token, given=GIVEN, age_band="42")
    assert not SurveyAnswer.objects.exists()
    assert take_answer(token=token, given=GIVEN, age_band="60_plus", seconds=75)
    assert not take_answer(token=token, given=GIVEN | {"overall": "1"})
    answer = SurveyAnswer.objects.get()
    # A UUID by chance, version 4: the others tell the time, and the columns are all there is.
    assert answer.pk.version == 4
    row = SurveyAnswer.objects.values().get()
    assert row == {
        "id": answer.pk,
        "survey_id": wave.survey.pk,
        "circle_id": wave.circle.pk,
        "channel": "qr",
        "age_band": "60_plus",
        "answers": GIVEN,
        "overall": "5",
        "answered_on": timezone.localdate(),
        "seconds": 75,
        "flags": 0,
        "address_hash": "",
        "brought_by_id": None,
    }
    assert type(row["answered_on"]) is dt.date
    token.refresh_from_db()
    assert token.used
    assert SurveyToken.objects.get(serial=wave.serial + 1).used is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"state": "closed", "token_secret": ""},
        {"state": "preparing"},
        {"closes_on": timezone.localdate() - dt.timedelta(days=1)},
        {"opens_on": timezone.localdate() + dt.timedelta(days=1)},
    ],
)
def test_only_a_running_wave_takes_answers(change: dict[str, Any]) -> None:
    """Whatever the process still remembers of the wave."""
    wave = Wave()
    answering.wave_of(wave.survey.pk)
    Survey.objects.filter(pk=wave.survey.pk).update(**change)
    with pytest.raises(ClosedError):
        take_answer(token=wave.token, given=GIVEN)
    assert not SurveyAnswer.objects.exists()
    assert not wave.token.used


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have seen the code free; the control, which trusts what it saw, takes both."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    wave = Wave()
    use, hold = answering._use, answering._hold

    def race() -> int:
        both = threading.Barrier(2, timeout=20)

        def meet(survey_id: Any) -> None:
            hold(survey_id)
            both.wait()

        monkeypatch.setattr(answering, "_hold", meet)
        SurveyAnswer.objects.all().delete()
        SurveyToken.objects.update(used=False)
        tokens = [wave.token, wave.token]
        took = at_once(*(lambda t=t: take_answer(token=t, given=GIVEN) for t in tokens))
        assert sum(took) == SurveyAnswer.objects.count()
        return sum(took)

    assert race() == 1

    def trusting(token: SurveyToken) -> bool:
        SurveyToken.objects.filter(pk=token.pk).update(used=True)
        return not token.used

    monkeypatch.setattr(answering, "_use", trusting)
    assert race() == 2
    monkeypatch.setattr(answering, "_use", use)
    assert race() == 1


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_who_is_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is taken before the wave is closed, or not at all."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    from assessments.services.surveys import close_survey

    wave = Wave()
    use, held = answering._use, threading.Event()
    seen: list[str] = []

    def slow(token: SurveyToken) -> bool:
        held.set()
        closing.join(0.3)
        seen.append(Survey.objects.get(pk=wave.survey.pk).state)
        return use(token)

    def close() -> None:
        assert held.wait(20)
        close_survey(survey=wave.survey, **wave.cast.officer.acts)

    monkeypatch.setattr(answering, "_use", slow)
    closing = threading.Thread(target=lambda: at_once(close))
    closing.start()
    assert take_answer(token=wave.token, given=GIVEN)
    closing.join(20)
    assert seen == ["open"]
    assert Survey.objects.get(pk=wave.survey.pk).state == "closed"
    assert SurveyAnswer.objects.count() == 1
