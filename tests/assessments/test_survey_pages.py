"""The survey desk's pages: a wave made and started, answers entered and brought, and the API."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.models import Survey, SurveyAnswer
from assessments.services.surveys import progress_of
from tests.assessments.surveying import GOOD, Wave
from tests.assessments.test_bringing import book, row

pytestmark = pytest.mark.django_db
SENT = {f"q-{key}": value for key, value in GOOD.items()}


@pytest.fixture
def wave() -> Wave:
    return Wave()


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def at(name: str, survey: Survey, *more: Any) -> str:
    return reverse(f"evaluation:{name}", args=[survey.pk, *more])


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_officer_makes_a_wave_and_starts_it(wave: Wave) -> None:
    officer = browser(wave.officer)
    today = timezone.localdate()
    form = {
        "questionnaire": wave.questionnaire.pk,
        "name": "补充调查",
        "year": today.year,
        "agency": wave.agency.pk,
        "opens_on": today.isoformat(),
        "closes_on": (today - dt.timedelta(days=1)).isoformat(),
        "min_seconds": 20,
        "straight_items": 5,
        "smallest_cell": 10,
        "drop_flagged": "on",
        "circle": [wave.circle.code],
        f"quota-{wave.circle.code}": "0",
        f"quota-{wave.other.code}": "100",
    }
    new = reverse("evaluation:survey_new")
    refused = officer.post(new, form)
    assert refused.status_code == 422
    assert "配额应为 1 至" in said(refused)
    form[f"quota-{wave.circle.code}"] = "30"
    assert "截止日期不能早于开始日期" in said(officer.post(new, form))
    form["closes_on"] = today.isoformat()
    assert officer.post(new, form).status_code == 302
    made = Survey.objects.get(name="补充调查")
    assert [(one.circle, one.quota) for one in progress_of(made)] == [(wave.circle, 30)]
    assert "可以开始调查" in said(officer.get(at("survey", made)))
    # Somebody was quicker: the seen version is no longer the one that stands.
    stale = officer.post(at("survey_move", made, "start"), {"seen_version": 9}, follow=True)
    assert "已被他人修改" in said(stale)
    officer.post(at("survey_move", made, "start"), {"seen_version": 1})
    made.refresh_from_db()
    assert made.state == Survey.State.OPEN
    # Now only the last day is asked for.
    assert "quota-" not in said(officer.get(at("survey_edit", made)))


def test_an_interviewer_enters_one_after_the_other(wave: Wave) -> None:
    agency, rival = browser(wave.interviewer), browser(wave.rival)
    page = at("survey_enter", wave.survey)
    assert "现在不能录入答卷" in said(agency.get(page))
    wave.start()
    assert rival.get(page).status_code == 404
    assert "请先选择生活圈" in said(agency.get(page))
    place = {"circle": wave.circle.code, "channel": "door"}
    wrong = agency.post(page, SENT | place | {"q-price": "", "address": "甲路88弄3号401室"})
    assert wrong.status_code == 422
    assert "这份答卷还没有保存" in said(wrong)
    assert not SurveyAnswer.objects.exists()
    for number in (401, 402):
        # What the skip rule leaves out is not taken, though a page without script sends it.
        sent = SENT | place | {"address": f"甲路88弄3号{number}室", "q-formats": ["repair"]}
        saved = agency.post(page, sent, follow=True)
        assert "已保存，请录入下一份" in said(saved)
        assert "甲路" not in said(saved)
    assert "该生活圈已完成配额" in said(saved)
    again = agency.post(page, SENT | place | {"address": "甲路88弄3号402室"})
    assert "已有答卷" in said(again)
    assert SurveyAnswer.objects.count() == 2


def test_a_file_comes_back_with_its_errors_or_is_taken_and_undone(wave: Wave) -> None:
    wave.survey = wave.start()
    agency = browser(wave.interviewer)
    page = at("survey_import", wave.survey)

    def send(file: Any) -> Any:
        upload = SimpleUploadedFile("结果.xlsx", file.read())
        return agency.post(page, {"file": upload}, follow=True)

    bad = send(book(row(wave, overall="很好")))
    assert bad.status_code == 422
    for words in ("1 行共 1 处有误", "F2", "data:application/vnd.openxmlformats"):
        assert words in said(bad)
    assert "已导入 1 份答卷" in said(send(book(row(wave))))
    imported = wave.survey.imports.get()
    undone = agency.post(at("survey_undo", wave.survey, imported.pk), follow=True)
    assert "已撤销“结果.xlsx”" in said(undone)
    assert not SurveyAnswer.objects.exists()


def test_a_system_sends_answers_once_and_reads_the_progress(wave: Wave) -> None:
    wave.survey = wave.start()
    agency = browser(wave.interviewer)
    url = reverse("api:v1:surveys-answers", args=[wave.survey.pk])
    good = {
        "circle": wave.circle.code,
        "channel": "phone",
        "answered_on": timezone.localdate().isoformat(),
        "answers": GOOD,
    }

    def post(*rows: Any) -> Any:
        return agency.post(
            url,
            json.dumps({"answers": rows}),
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )

    bad = post(good, good | {"phone": "13800000000"}, good | {"channel": "fax"})
    assert bad.status_code == 400
    assert [(e["row"], e["field"]) for e in bad.json()["errors"]] == [(2, "phone"), (3, "channel")]
    wrong = post(good, good | {"answers": {"overall": "5"}})
    assert {e["row"] for e in wrong.json()["errors"]} == {2}
    assert not SurveyAnswer.objects.exists()
    told = post(good, good)
    assert (told.status_code, told.json()["received"]) == (201, 2)
    assert post(good, good).headers["Idempotency-Replayed"] == "true"
    assert SurveyAnswer.objects.count() == 2
    shown = agency.get(reverse("api:v1:surveys-detail", args=[wave.survey.pk])).json()
    counted = {one["circle"]: one["counted"] for one in shown["circles"]}
    assert counted == {wave.circle.code: 2, wave.other.code: 0}
    assert shown["allowed_transitions"] == []
