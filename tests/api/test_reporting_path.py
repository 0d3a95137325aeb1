"""A street's own system reports through the API alone, and the commission's checks there."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Office
from accounts.services import issue_token
from core.audit import SYSTEM
from reports.models import ProgressReport, ReportItem
from tests.factories import (
    DistrictFactory,
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
    StreetFactory,
)

pytestmark = pytest.mark.django_db
READ, WRITE = "read:reports", "write:reports"


class System:
    """An outside system with its token; `last` is its last answer."""

    def __init__(self, office: Office, role: str, *scopes: str) -> None:
        name = f"{office}系统"
        token = issue_token(name=name, office=office, role=role, scopes=scopes, by=SYSTEM)
        self.headers = {"Authorization": f"Bearer {token[1]}"}
        self.client = Client()

    def get(self, path: str, **query: Any) -> Any:
        """What is there."""
        return self.client.get(f"/api/v1/{path}", query, headers=self.headers)

    def send(self, method: str, path: str, data: Any, **headers: str) -> Any:
        """A write."""
        return getattr(self.client, method)(
            f"/api/v1/{path}",
            data,
            content_type="application/json",
            headers={**self.headers, **headers},
        )

    def move(self, report: str, word: str, **said: Any) -> Any:
        """A move on what is there now."""
        seen = self.get(f"progress-reports/{report}/")["ETag"]
        path = f"progress-reports/{report}/{word}/"
        return self.send("post", path, said, **{"If-Match": seen})


@pytest.fixture
def owed() -> ProgressReport:
    """What a street owes: a number, and a passage that is required."""
    district = DistrictFactory()
    form = ReportTypeFactory(district=district)
    ReportItem.objects.filter(type=form, key="progress").update(required=True)
    street = StreetFactory(district=district)
    office = OfficeFactory(street=street)
    made: ProgressReport = ProgressReportFactory(
        period=PeriodFactory(type=form), office=office, street=street
    )
    return made


def test_the_whole_path_without_the_site(owed: ProgressReport) -> None:
    street = System(owed.office, "street_officer", READ, WRITE)
    commission_office = OfficeFactory(district=owed.district, kind=Office.Kind.COMMISSION)
    commission = System(commission_office, "programme_officer", READ, WRITE)
    reader = System(owed.office, "street_officer", READ)

    [period] = street.get("periods/", state="open", year=2026).json()["results"]
    found = street.get("progress-reports/", period=period["code"], state="todo").json()["results"]
    [report] = [one["id"] for one in found]
    path = f"progress-reports/{report}/"
    shown = street.get(path)
    assert [item["key"] for item in shown.json()["items"]] == ["events", "progress"]
    assert shown.json()["allowed_transitions"] == ["submit"]

    # Denied first: no scope to write, not the commission's to fill in, not the street's to pass.
    answers = {"answers": {"events": {"number": "3", "version": 0}}}
    assert reader.send("patch", path, answers).status_code == 403
    assert commission.send("patch", path, answers).status_code == 403
    assert street.move(report, "accept").status_code == 403
    assert street.send("post", f"{path}submit/", {}).status_code == 428

    assert street.move(report, "prefill").status_code == 200
    saved = street.send("patch", path, answers)
    assert (saved.status_code, saved.json()["state"]) == (200, "draft")
    assert saved["ETag"] != shown["ETag"]
    [answer] = saved.json()["answers"]
    assert (answer["number"], answer["version"], answer["changed"]) == ("3", 1, False)
    [problem] = saved.json()["problems"]
    assert (problem["key"], problem["severity"]) == ("progress", "block")
    refused = street.move(report, "submit")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "progress")

    # Somebody has changed a figure meanwhile: nothing of the request is written, both are shown.
    both = {
        "events": {"number": 4, "version": 0},
        "progress": {"text": "开展活动三场。", "version": 0},
    }
    conflict = street.send("patch", path, {"answers": both})
    assert conflict.status_code == 409
    assert conflict["Content-Type"] == "application/problem+json"
    assert [one["field"] for one in conflict.json()["errors"]] == ["answers.events"]
    [current] = conflict.json()["conflicts"]
    assert (current["key"], current["number"], current["version"]) == ("events", "3", 1)
    assert len(street.get(path).json()["answers"]) == 1
    both["events"]["version"] = 1
    assert street.send("patch", path, {"answers": both}).status_code == 200
    # Who pins the whole report besides is held to that, too.
    stale = street.send("patch", path, {"answers": both}, **{"If-Match": '"v1"'})
    assert stale.status_code == 412
    for key in ("other", "不是编码", "nul\x00"):
        told = street.send("patch", path, {"answers": {key: {"number": 1, "version": 0}}})
        assert [one["field"] for one in told.json()["errors"]] == [f"answers.{key}"]

    sent = street.move(report, "submit", comment="请审核")
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted")
    [listed] = commission.get("progress-reports/", state="submitted").json()["results"]
    assert listed["allowed_transitions"] == ["accept", "return"]
    assert street.send("patch", path, {"answers": both}).status_code == 400
    back = commission.move(report, "return", comment="请核对", comments={"events": "是否含分会场"})
    assert back.status_code == 200
    told = street.get(path).json()
    assert told["state"] == "returned"
    assert {one["key"]: one["text"] for one in told["comments"]} == {
        "": "请核对",
        "events": "是否含分会场",
    }
    both["events"] = {"number": 6, "version": 2}
    both["progress"]["version"] = 1
    assert street.send("patch", path, {"answers": both}).status_code == 200
    assert street.move(report, "submit").status_code == 200
    compared = commission.get(f"{path}differences/", **{"from": 1, "to": 2})
    [difference] = compared.json()["differences"]
    assert difference["key"] == "events"
    assert (difference["old"]["number"], difference["new"]["number"]) == ("4", "6")
    assert commission.get(f"{path}differences/", **{"from": 1}).status_code == 400
    assert commission.get(f"{path}differences/", **{"from": 1, "to": 9}).status_code == 404
    assert commission.move(report, "accept").json()["state"] == "accepted"
    final = commission.move(report, "sign_off").json()
    assert (final["state"], final["allowed_transitions"]) == ("final", ["reopen"])
    again = commission.move(report, "reopen", comment="少报一场").json()
    assert (again["state"], again["revision"], len(again["submissions"])) == ("returned", 2, 2)


def test_a_sending_repeated_under_its_key_is_made_once(owed: ProgressReport) -> None:
    """无变化报送; the answer that got lost is given again."""
    street = System(owed.office, "street_officer", READ, WRITE)
    path, headers = (
        f"progress-reports/{owed.pk}/submit/",
        {"If-Match": '"v1"', "Idempotency-Key": "k1"},
    )
    first = street.send("post", path, {"no_change": True}, **headers)
    again = street.send("post", path, {"no_change": True}, **headers)
    assert (first.status_code, first.json()["no_change"]) == (200, True)
    assert again.json() == first.json()
    assert owed.submissions.count() == 1


def test_a_system_decides_on_nothing_of_its_own_office(owed: ProgressReport) -> None:
    """It may have sent it: two tokens of one office are not two persons."""
    office = OfficeFactory(district=owed.district, kind=Office.Kind.COMMISSION)
    own = ProgressReportFactory(period=owed.period, office=office)
    sender = System(office, "programme_officer", READ, WRITE)
    checker = System(office, "programme_officer", READ, WRITE)
    assert sender.move(str(own.pk), "submit", no_change=True).status_code == 200
    told = checker.get(f"progress-reports/{own.pk}/").json()
    assert "accept" not in told["allowed_transitions"]
    assert checker.move(str(own.pk), "accept").status_code == 403
    own.refresh_from_db()
    assert own.state == "submitted"
