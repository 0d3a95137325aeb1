"""The public questionnaire: who may not, what is kept, and that nobody is told from anybody."""

import datetime as dt
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from assessments import waves
from assessments.models import Survey, SurveyAnswer, SurveyToken
from assessments.services.tokens import make_tokens, token_text
from tests.assessments.making import make_survey
from tests.coordination.people import Cast
from tests.factories import CircleFactory

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
GOOD = {"q-overall": "5", "q-price": "4", "q-lacking": "no", "q-words": "", "age_band": "60_plus"}


class Page:
    """A running wave with three codes, and a resident's browser."""

    def __init__(self) -> None:
        cast = Cast()
        self.circle = CircleFactory(district=cast.district, lead_street=cast.street, name="曹杨圈")
        today = timezone.localdate()
        self.survey = make_survey(
            self.circle,
            token_secret="s" * 64,
            opens_on=today - dt.timedelta(days=1),
            closes_on=today + dt.timedelta(days=1),
        )
        first = make_tokens(survey=self.survey, circle=self.circle, count=3, **cast.officer.acts)
        self.codes = [token_text(self.survey, serial) for serial in range(first, first + 3)]
        self.officer = cast.officer.user
        self.client = Client(enforce_csrf_checks=True)

    def set(self, **columns: Any) -> None:
        Survey.objects.filter(pk=self.survey.pk).update(**columns)
        waves.forget(self.survey.pk)

    def get(self, code: str = "", query: str = "", **more: Any) -> Any:
        return self.client.get(f"/survey/{code or self.codes[0]}/{query}", **more)

    def send(self, told: dict[str, Any], code: str = "", query: str = "", **more: Any) -> Any:
        path = f"/survey/{code or self.codes[0]}/{query}"
        body = urlencode(told, doseq=True)
        return self.client.post(path, body, content_type=FORM, **more)


@pytest.fixture
def page() -> Page:
    return Page()


def test_what_opens_nothing(page: Page) -> None:
    for code in ("wrong", page.codes[0][:-1], "0" * 16, "a" * 5000, "％００"):
        for answer in (page.get(code), page.send(GOOD, code)):
            assert answer.status_code == 404, code
            assert "没有这份问卷" in answer.content.decode()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for change, status, words in (
        ({"state": "preparing"}, 403, "调查还没有开始"),
        ({"state": "open", "opens_on": tomorrow}, 403, f"{tomorrow:%Y-%m-%d}"),
        ({"opens_on": yesterday, "closes_on": yesterday}, 410, "调查已结束"),
        ({"closes_on": tomorrow, "state": "closed", "token_secret": ""}, 410, "调查已结束"),
        ({"state": "published"}, 410, "调查已结束"),
    ):
        page.set(**change)
        for answer in (page.get(), page.send(GOOD)):
            assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert page.client.put(f"/survey/{page.codes[0]}/").status_code == 405
    assert not SurveyAnswer.objects.exists()
    assert not SurveyToken.objects.filter(used=True).exists()


def test_wrong_input_is_told_and_kept(page: Page) -> None:
    told = {
        "q-price": "4",
        "q-lacking": "yes",
        "q-formats": ["repair", "gold"],
        "q-words": "<b>早餐</b>" + "长" * 200,
        "age_band": "42",
    }
    answer = page.send(told)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "有 4 处需要修改" in text
    for key, words in (("overall", "请选择一项"), ("formats", "没有这个选项"), ("words", "最多填")):
        assert f'href="#q-{key}-1"' in text
        assert f'id="q-{key}-error">{words}' in text
    for value in ('name="q-price" value="4" checked', 'name="q-formats" value="repair" checked'):
        assert value in text
    assert "&lt;b&gt;早餐&lt;/b&gt;" in text
    # Settings are changed with everything typed so far, and nothing judged.
    shown = page.send(told | {"do": "show"}, query="?size=standard&lang=en")
    assert shown.status_code == 200
    text = shown.content.decode()
    assert 'name="q-price" value="4" checked' in text
    assert "需要修改" not in text
    assert "is-large" not in text
    assert shown["Content-Language"] == "en"
    assert not SurveyAnswer.objects.exists()
    huge = page.send({"q-words": "a" * 300_000})
    assert huge.status_code == 413
    assert page.send({str(n): "1" for n in range(1500)}).status_code == 400
    for strange in ("multipart/form-data", "application/x-www-form-urlencoded; charset=utf-16"):
        assert Client().generic("POST", "/survey/", b"x", strange).status_code == 400


def test_a_code_is_answered_once(page: Page) -> None:
    stamp = signing.TimestampSigner(salt="survey.started")
    token = SurveyToken.objects.get(serial=1)
    told = GOOD | {"q-formats": "repair", "started": stamp.sign(str(token.pk))}
    first = page.send(told)
    assert (first.status_code, "提交成功" in first.content.decode()) == (200, True)
    for again in (page.send(told | {"q-overall": "1"}), page.get()):
        assert (again.status_code, "此问卷已提交，谢谢" in again.content.decode()) == (200, True)
    answer = SurveyAnswer.objects.get()
    # What was ticked under a question that “no” skips is dropped; a second was too quick.
    assert answer.answers == {"overall": "5", "price": "4", "lacking": "no"}
    assert (answer.overall, answer.age_band, answer.seconds) == ("5", "60_plus", 0)
    assert answer.flags == SurveyAnswer.SPEEDER
    # Another's stamp, a forged one, and none tell no time, and refuse nobody.
    for code, stamped in zip(page.codes[1:], (told["started"], "1:1:x"), strict=True):
        assert page.send(told | {"started": stamped}, code.upper()).status_code == 200
    assert SurveyAnswer.objects.filter(seconds=None, flags=0).count() == 2


def test_nobody_is_told_from_anybody(page: Page) -> None:
    """No cookie is read or given, also to a signed-in officer; nothing leads out of the page."""
    page.client.force_login(page.officer)
    page.client.cookies["django_language"] = "en"
    kept = page.client.session.session_key
    answers = [
        page.get(),
        page.get("wrong"),
        page.client.get("/survey/"),
        page.send({}),
        page.send(GOOD),
        page.send(GOOD),
        page.client.post("/survey/", {"code": "x"}),
        # No page of ours, with the frame of all others.
        page.get("no/such"),
    ]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies
    for answer in answers[:-1]:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Content-Language"] == "zh-hans"
        text = answer.content.decode()
        assert str(page.officer) not in text
        assert "http://" not in text
        assert "https://" not in text
        assert "csrfmiddlewaretoken" not in text
    assert page.client.session.session_key == kept


def test_who_guesses_is_stopped_and_who_has_a_code_is_not(
    page: Page, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SURVEY_WRONG_CODES_PER_MINUTE = 2
    settings.SURVEY_REQUESTS_PER_MINUTE = 4
    monkeypatch.setattr("core.windows.time.time", lambda: 1_800_000_000.0)
    assert [page.get("wrong").status_code for _ in range(3)] == [404, 404, 429]
    assert page.client.post("/survey/", {"code": "x"}).status_code == 429
    assert page.get().status_code == 200
    elsewhere = {"REMOTE_ADDR": "127.0.0.9"}
    assert page.get(**elsewhere).status_code == 200
    assert page.get("wrong", REMOTE_ADDR="127.0.0.8").status_code == 404
    for _ in range(3):
        page.get(**elsewhere)
    # Too many: what was typed comes back with the page.
    busy = page.send(GOOD, **elsewhere)
    assert busy.status_code == 429
    assert 'value="60_plus" checked' in busy.content.decode()
    assert not SurveyAnswer.objects.exists()

    def silent(*args: Any, **more: Any) -> None:
        raise ConnectionError

    for name in ("add", "incr"):
        monkeypatch.setattr(f"core.windows.cache.{name}", silent)
    assert page.send(GOOD, **elsewhere).status_code == 200
    assert page.get("wrong").status_code == 404


def test_a_typed_code_opens_its_questionnaire(page: Page) -> None:
    code = page.codes[0]
    typed = f" {code[:4].upper()} {code[4:8]}-{code[8:]}".replace("0", "O").replace("1", "l")
    opened = page.client.post("/survey/?lang=en", {"code": typed})
    assert (opened.status_code, opened["Location"]) == (303, f"/survey/{code}/?lang=en")
    wrong = page.client.post("/survey/", {"code": "abcd"})
    assert wrong.status_code == 400
    assert 'value="abcd"' in wrong.content.decode()


def test_the_form_asks_the_database_little(page: Page, django_assert_num_queries: Any) -> None:
    page.get()
    with django_assert_num_queries(1):
        page.get()
    # The code; then, in one transaction: the wave held open, the code used, the answer.
    with django_assert_num_queries(6):
        page.send(GOOD)
