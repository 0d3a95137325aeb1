"""A standard's way through the API: drafted, sent back for what is lacking, published, compared."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from assessments.models import Standard
from tests.assessments.making import make_questionnaire, make_standard
from tests.factories import OfficeFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/standards/"


@pytest.fixture
def office() -> Any:
    return OfficeFactory(kind="commission")


def signed_in(office: Any, role: str) -> Client:
    client = APIClient()
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


def test_a_standard_is_drafted_published_and_compared(office: Any) -> None:
    make_questionnaire(office.district)
    first = make_standard(office.district)
    officer, leader = signed_in(office, "programme_officer"), signed_in(office, "leader")

    assert leader.post(f"{URL}{first.pk}/copy/").status_code == 403
    copied = officer.post(f"{URL}{first.pk}/copy/", headers={"Idempotency-Key": "k1"})
    again = officer.post(f"{URL}{first.pk}/copy/", headers={"Idempotency-Key": "k1"})
    assert (copied.status_code, again.json()["id"]) == (201, copied.json()["id"])
    draft = copied.json()
    assert (draft["number"], draft["state"]) == (2, "draft")
    assert draft["lacking"] == ["用到居民满意度，须选满意度调查表"]
    assert draft["allowed_transitions"] == ["publish"]
    assert [row["level"] for row in draft["levels"]] == ["basic", "improved", "quality"]

    path = f"{URL}{draft['id']}/"
    assert officer.post(f"{path}publish/").status_code == 428
    refused = officer.post(f"{path}publish/", headers={"If-Match": '"v1"'})
    assert refused.status_code == 400
    assert "须选满意度调查表" in refused.json()["detail"]

    # What a reader got goes back as it is, with what changes.
    dimensions = draft["dimensions"]
    dimensions[0]["items"][0]["curve_points"] = [["0.4", "0"], ["0.8", "0.5"], ["0.9", "1"]]
    body = {"questionnaire": "trial/1", "dimensions": dimensions, "levels": draft["levels"]}
    changed = officer.patch(path, body, headers={"If-Match": '"v1"'})
    assert changed.status_code == 200, changed.json()
    assert changed.json()["lacking"] == []
    wrong = [{"level": "basic", "min_score": "很高"}]
    refused = officer.patch(path, {"levels": wrong}, headers={"If-Match": changed["ETag"]})
    assert [row["field"] for row in refused.json()["errors"]] == ["levels.1.min_score"]

    compared = leader.get(f"{path}compare/").json()["differences"]
    assert [(row["part"], row["key"], row["column"], row["after"]) for row in compared] == [
        ("standard", "", "questionnaire", "trial/1"),
        ("items", "basket", "curve_points", "0.4:0、0.8:0.5、0.9:1"),
    ]
    assert compared == leader.get(f"{path}compare/?with={first.pk}").json()["differences"]
    assert leader.get(f"{path}compare/?with=nothing").status_code == 400

    published = officer.post(f"{path}publish/", headers={"If-Match": changed["ETag"]})
    assert published.json()["state"] == "published"
    listed = leader.get(URL, {"code": "trial", "state": "published"}).json()["results"]
    assert [row["id"] for row in listed] == [draft["id"]]
    frozen = officer.patch(path, {"note": "改"}, headers={"If-Match": published["ETag"]})
    assert (frozen.status_code, "复制为新版" in frozen.json()["detail"]) == (400, True)
    closing = {"comment": "停用"}
    closed = officer.post(f"{path}close/", closing, headers={"If-Match": published["ETag"]})
    assert closed.json()["state"] == "retired"


def test_a_standard_comes_whole_or_not_at_all(office: Any) -> None:
    officer = signed_in(office, "programme_officer")
    body = {
        "code": "new",
        "name": "新标准",
        "source": "试验",
        "valid_from": "2026-01-01",
        "levels": [{"level": "basic", "min_basic": 2}],
        "checklist_items": [{"key": "a", "label": "便利店", "category": "kind"}],
    }
    refused = officer.post(URL, body)
    assert [row["field"] for row in refused.json()["errors"]] == ["checklist_items.1.category"]
    assert not Standard.objects.filter(code="new").exists()
    body["checklist_items"] = [{"key": "a", "label": "便利店", "category": "basic"}]
    made = officer.post(URL, body)
    assert made.status_code == 201
    assert made["Location"].endswith(f"{URL}{made.json()['id']}/")
    assert [item["label"] for item in made.json()["checklist_items"]] == ["便利店"]
