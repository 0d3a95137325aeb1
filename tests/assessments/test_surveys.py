"""Waves: who may, from preparing to published; what closing forgets; answers entered by hand."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from assessments.models import Survey, SurveyAnswer
from assessments.services import surveys
from assessments.services.entering import comparable_address, enter_answer
from assessments.services.tokens import make_tokens
from core import jobs, schedule
from core.models import AuditEvent, Job, Notice
from tests.assessments.surveying import GOOD, LACKING, Wave

pytestmark = pytest.mark.django_db
ADDRESS = "普陀路 88 弄 3 号 401 室"


@pytest.fixture
def wave() -> Wave:
    return Wave()


def enter(wave: Wave, channel: str = "phone", who: Any = None, **more: Any) -> SurveyAnswer:
    told = {"circle": wave.circle, "given": GOOD, "age_band": "60_plus"} | more
    acts = (who or wave.interviewer).acts
    return enter_answer(survey=wave.survey, channel=channel, **told, **acts)


# --- Denied ---------------------------------------------------------------------------------------
def test_only_officers_make_waves_and_only_their_own_agency_collects(wave: Wave) -> None:
    for person in (wave.interviewer, wave.street_officer, wave.approver, wave.foreign):
        with pytest.raises(PermissionDenied):
            surveys.create_survey(
                district=wave.district, values=wave.values(), circles={}, **person.acts
            )
        with pytest.raises(PermissionDenied):
            surveys.start_survey(survey=wave.survey, **person.acts)
    wave.start()
    for person in (wave.rival, wave.street_officer, wave.approver, wave.foreign):
        with pytest.raises(PermissionDenied):
            enter(wave, who=person)
    seen = Survey.objects.visible_to
    assert list(seen(wave.interviewer.scope)) == [wave.survey]
    assert not seen(wave.rival.scope).exists()
    assert not seen(wave.street_officer.scope).exists()


def test_what_a_wave_may_not_be(wave: Wave) -> None:
    draft = type(wave.questionnaire).objects.create(
        district=wave.district, code="draft", name="草稿", purpose="needs"
    )
    today = timezone.localdate()
    for field, wrong in (
        ("questionnaire", {"questionnaire": draft}),
        ("agency", {"agency": wave.housing}),
        ("closes_on", {"closes_on": today - dt.timedelta(days=20)}),
        ("smallest_cell", {"smallest_cell": 0}),
    ):
        with pytest.raises(ValidationError) as refused:
            wave.prepare(**wrong)
        assert field in refused.value.message_dict
    with pytest.raises(ValidationError, match="配额"):
        surveys.create_survey(
            district=wave.district,
            values=wave.values(),
            circles={wave.circle: 0},
            **wave.officer.acts,
        )
    # The next wave of the year, and nothing of it starts without circles or after its days.
    bare = surveys.create_survey(
        district=wave.district,
        values=wave.values(closes_on=today - dt.timedelta(days=1)),
        circles={},
        **wave.officer.acts,
    )
    assert (wave.survey.wave, bare.wave) == (1, 2)
    with pytest.raises(ValidationError) as refused:
        surveys.start_survey(survey=bare, **wave.officer.acts)
    assert len(refused.value.messages) == 2


# --- The path -------------------------------------------------------------------------------------
def test_a_wave_from_start_to_publication_and_what_closing_forgets(wave: Wave) -> None:
    with pytest.raises(ValidationError, match="未在进行中"):
        enter(wave)
    started = wave.start()
    assert len(started.token_secret) == len(started.address_key) == 64
    told = Notice.objects.filter(recipient_id=wave.interviewer.user.pk)
    assert [one.title for one in told] == ["请开展调查：居民满意度调查"]
    assert not Notice.objects.filter(recipient_id=wave.rival.user.pk).exists()

    # Running: only its last day may still be moved, not to yesterday.
    later = timezone.localdate() + dt.timedelta(days=3)
    changed = surveys.change_survey(
        survey=started, values={"closes_on": later}, **wave.officer.acts
    )
    assert changed.closes_on == later
    for values in ({"name": "另一个"}, {"closes_on": timezone.localdate() - dt.timedelta(days=1)}):
        with pytest.raises(ValidationError):
            surveys.change_survey(survey=started, values=values, **wave.officer.acts)

    make_tokens(survey=started, circle=wave.circle, count=2, **wave.officer.acts)
    enter(wave, "door", address=ADDRESS)
    closed = surveys.close_survey(survey=started, **wave.officer.acts)
    assert (closed.token_secret, closed.address_key) == ("", "")
    assert closed.closed_at is not None
    assert set(SurveyAnswer.objects.values_list("address_hash", flat=True)) == {""}
    assert set(closed.tokens.values_list("used", flat=True)) == {True}
    assert Notice.objects.filter(
        recipient_id=wave.officer.user.pk, title__startswith="调查已结束"
    ).exists()
    with pytest.raises(ValidationError, match="未在进行中"):
        enter(wave)
    # Streets see it once it is published, and only where their circle is in it.
    assert not Survey.objects.visible_to(wave.street_officer.scope).exists()
    surveys.publish_survey(survey=closed, **wave.officer.acts)
    assert Survey.objects.visible_to(wave.street_officer.scope).exists()


def test_the_clock_closes_what_is_over_and_nothing_twice(wave: Wave) -> None:
    wave.start()
    enter(wave, "door", address=ADDRESS)
    today = timezone.localdate()
    # The last day is included.
    assert surveys.close_overdue(today) == 0
    Survey.objects.filter(pk=wave.survey.pk).update(closes_on=today - dt.timedelta(days=1))
    schedule.enqueue_due()
    assert Job.objects.filter(kind=surveys.CLOSE).count() == 1
    jobs.run_waiting()
    wave.survey.refresh_from_db()
    assert wave.survey.state == Survey.State.CLOSED
    assert wave.survey.address_key == ""
    assert not SurveyAnswer.objects.exclude(address_hash="").exists()
    event = AuditEvent.objects.get(action="assessments.close_survey")
    assert event.changes["households_forgotten"] == 1
    assert surveys.close_overdue() == 0


# --- Answers by hand ------------------------------------------------------------------------------
def test_a_household_answers_once_and_its_address_is_nowhere(wave: Wave) -> None:
    wave.start()
    answer = enter(wave, "door", address=ADDRESS, given=LACKING)
    assert len(answer.address_hash) == 64
    assert (answer.overall, answer.answers) == ("3", LACKING)
    # Written otherwise, it is the same household.
    same = f"上海市{wave.district.name}普陀路８８弄３号401室。"
    with pytest.raises(ValidationError) as refused:
        enter(wave, "door", address=same)
    assert "已有答卷" in refused.value.message_dict["address"][0]
    for bad in ("", "3号"):
        with pytest.raises(ValidationError, match="详细地址"):
            enter(wave, "door", address=bad)
    enter(wave, "door", address="普陀路88弄3号402室")
    # By telephone nothing of an address is kept.
    assert enter(wave, address=ADDRESS).address_hash == ""
    events = AuditEvent.objects.filter(action="assessments.enter_answer")
    assert events.count() == 3
    everything = json.dumps(list(AuditEvent.objects.values()), default=str, ensure_ascii=False)
    stored = json.dumps(list(SurveyAnswer.objects.values()), default=str, ensure_ascii=False)
    for text in ("普陀路", answer.address_hash):
        assert text not in everything
    assert "普陀路" not in stored
    # Nor does the log tell which answer was entered when.
    assert {event.object_id for event in events} == {str(wave.survey.pk)}


def test_what_is_entered_is_checked(wave: Wave) -> None:
    wave.start()
    stranger = Wave().circle
    for field, wrong in (
        ("channel", {"channel": "qr"}),
        ("circle", {"circle": stranger}),
        ("age_band", {"age_band": "90"}),
        ("price", {"given": {"overall": "5", "lacking": "no"}}),
    ):
        with pytest.raises(ValidationError) as refused:
            enter(wave, **wrong)
        assert field in refused.value.message_dict
    assert not SurveyAnswer.objects.exists()


def test_progress_counts_what_makes_results(wave: Wave) -> None:
    Survey.objects.filter(pk=wave.survey.pk).update(straight_items=2)
    wave.start()
    # Beyond the quota of 2 answers are taken all the same; the last one is flagged.
    for channel in ("phone", "phone", "door"):
        enter(wave, channel, address=ADDRESS)
    enter(wave, given=GOOD | {"price": "5"})
    own, other = sorted(
        surveys.progress_of(wave.survey), key=lambda row: row.circle.pk != wave.circle.pk
    )
    assert (own.quota, own.answered, own.flagged, own.counted) == (2, 4, 1, 3)
    assert own.by_channel == {"phone": 3, "door": 1}
    assert (own.full, other.full, other.answered) == (True, False, 0)


def test_addresses_are_compared_without_what_people_type_at_will() -> None:
    plain = comparable_address(ADDRESS, "普陀区")
    for same in ("上海市普陀区普陀路88弄3号401室", "普陀区 普陀路８８弄，3号，401室", ADDRESS):
        assert comparable_address(same, "普陀区") == plain
    assert comparable_address("普陀路88弄3号402室", "普陀区") != plain
