"""One-time codes: made by who may, told while the wave runs, never by what is stored."""

import datetime as dt
import io
import threading
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assessments.models import Survey, SurveyToken
from assessments.services import tokens
from assessments.services.surveys import close_survey
from assessments.services.tokens import clean_code, digest_of, find_token, make_tokens, token_text
from core.models import AuditEvent
from tests.api.racing import at_once
from tests.assessments.making import make_survey
from tests.coordination.people import Cast
from tests.factories import CircleFactory


class Wave:
    """A running wave over one circle of two."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.circle, self.outside = (
            CircleFactory(district=self.cast.district, lead_street=self.cast.street, name=name)
            for name in ("曹杨圈", "别的圈")
        )
        day = dt.timedelta(days=1)
        today = timezone.localdate()
        self.survey = make_survey(
            self.circle, token_secret="s" * 64, opens_on=today - day, closes_on=today + day
        )

    def make(self, count: Any = 3, **more: Any) -> int:
        told = {"survey": self.survey, "circle": self.circle, **self.cast.officer.acts} | more
        return make_tokens(count=count, **told)


@pytest.fixture
def wave(db: None) -> Wave:
    return Wave()


def test_who_may_not_and_what_cannot_be_made(wave: Wave) -> None:
    for person in (wave.cast.street_officer, wave.cast.foreign, wave.cast.housing_liaison):
        with pytest.raises(PermissionDenied):
            wave.make(**person.acts)
    for wrong, key in (
        ({"count": 0}, "count"),
        ({"count": 5001}, "count"),
        ({"channel": "door"}, "channel"),
        ({"circle": wave.outside}, "circle"),
    ):
        with pytest.raises(ValidationError) as refused:
            wave.make(**wrong)
        assert set(refused.value.message_dict) == {key}
    assert not SurveyToken.objects.exists()
    assert not AuditEvent.objects.filter(action="assessments.make_tokens").exists()


def test_codes_are_found_as_people_type_them(wave: Wave) -> None:
    assert (wave.make(), wave.make(2, channel="link")) == (1, 4)
    assert wave.survey.circles.get().tokens == 5
    code = token_text(wave.survey, 4)
    for typed in (code, code.upper(), f" {code[:4]}-{code[4:]} ", code.replace("0", "Ｏ")):
        found = find_token(typed)
        assert found
        assert (found.serial, found.channel, found.used) == (4, "link", False)
    for wrong in ("", code[1:], code + "0", token_text(wave.survey, 6), "\x00" * 16):
        assert find_token(wrong) is None
    # Neither the row nor the audit log tells a code.
    stored = str(list(SurveyToken.objects.values())) + str(list(AuditEvent.objects.values()))
    assert digest_of(code) in stored
    assert code not in stored
    event = AuditEvent.objects.filter(action="assessments.make_tokens").latest("at")
    assert event.changes == {"circle": wave.circle.code, "channel": "link", "count": 2}


def test_codes_of_waves_and_serials_differ() -> None:
    one, other = (Survey(token_secret=sign * 64) for sign in "ab")
    texts = {token_text(survey, serial) for survey in (one, other) for serial in range(500)}
    assert len(texts) == 1000
    assert all(len(text) == 16 and clean_code(text) == text for text in texts)


@given(st.text(max_size=200))
def test_no_typed_text_breaks_the_search(text: str) -> None:
    assert clean_code(clean_code(text)) == clean_code(text) or len(clean_code(text)) != 16


def test_after_closing_nothing_is_made_printed_or_told(wave: Wave) -> None:
    wave.make()
    SurveyToken.objects.filter(serial=1).update(used=True)
    close_survey(survey=wave.survey, **wave.cast.officer.acts)
    with pytest.raises(ValidationError):
        wave.make()
    # Whoever still holds the old row holds the secret; the service does not ask them.
    with pytest.raises(ValidationError):
        tokens.qr_sheet(
            survey=wave.survey, circle=wave.circle, first=1, last=3, base_url="https://x.cn"
        )
    with pytest.raises(ValidationError):
        token_text(Survey.objects.get(), 1)
    # Nor does any code tell that it was used: all are alike.
    assert set(SurveyToken.objects.values_list("used", flat=True)) == {True}


@pytest.mark.django_db(transaction=True)
def test_two_make_codes_at_once() -> None:
    """Serials do not collide; closing meanwhile waits or leaves nothing to make."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    wave = Wave()
    both = threading.Barrier(2, timeout=20)

    def make() -> int:
        both.wait()
        return wave.make(50)

    assert sorted(at_once(make, make)) == [1, 51]
    assert SurveyToken.objects.count() == wave.survey.circles.get().tokens == 100


def test_the_page_the_slips_and_the_links(wave: Wave, settings: Any) -> None:
    import segno
    from pypdf import PdfReader

    settings.SITE_URL = "https://shq.example.cn"
    client, path = Client(), f"/evaluation/surveys/{wave.survey.pk}/tokens/"
    client.force_login(wave.cast.officer.user)
    refused = client.post(path, {"circle": "", "channel": "qr", "count": "x"})
    assert refused.status_code == 400
    made = client.post(path, {"circle": "", "channel": "qr", "count": "13"}, follow=True)
    assert "各生成 13 个问卷码" in made.content.decode()
    client.post(path, {"circle": wave.circle.code, "channel": "link", "count": "2"})
    text = client.get(path).content.decode()
    assert "1—13" in text
    assert "https://shq.example.cn/survey/" in text
    slips = client.get(f"{path}{wave.circle.pk}/slips.pdf?part=1")
    assert slips["Content-Type"] == "application/pdf"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(slips.content)).pages]
    assert len(pages) == 2
    whole = "".join(pages)
    for serial in range(1, 14):
        assert tokens.grouped(token_text(wave.survey, serial)) in whole
    assert whole.count("每码限答一次") == 13
    assert token_text(wave.survey, 14) not in whole.replace(" ", "")
    assert segno.make(tokens.address_of("https://shq.example.cn", "0" * 16), error="m").version < 6
    links = client.get(f"{path}{wave.circle.pk}/links.csv").content.decode("utf-8-sig")
    for serial in (14, 15):
        assert f"https://shq.example.cn/survey/{token_text(wave.survey, serial)}/" in links
    printed = AuditEvent.objects.get(action="assessments.print_tokens").changes
    assert (printed["first"], printed["last"]) == (1, 13)
    for missing in ("slips.pdf?part=2", "slips.pdf?part=x"):
        assert client.get(f"{path}{wave.circle.pk}/{missing}").status_code == 404
    assert client.get(f"{path}{wave.outside.pk}/slips.pdf").status_code == 404
    Survey.objects.update(state="closed", token_secret="")
    assert client.get(f"{path}{wave.circle.pk}/slips.pdf").status_code == 400
    assert "slips.pdf" not in client.get(path).content.decode()
    assert client.post(path, {"channel": "qr", "count": "1"}).status_code == 400
