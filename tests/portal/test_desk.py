"""The desk and a report's pages: what is owed first, what is refused, no word lost."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.policy import scope_of
from coordination.models import ProposalOffice, Task, TaskOffice
from core.audit import Actor
from portal.desk.items import items_for
from reports.models import ProgressReport, ReportComment
from reports.progress.answers import save_answer
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)


class Desk:
    """One street office with an officer and a head, and a report that it owes."""

    def __init__(self) -> None:
        self.street = make.StreetFactory()
        self.office = make.OfficeFactory(street=self.street)
        self.officer = make.UserFactory(office=self.office, roles=["street_officer"])
        self.head = make.UserFactory(office=self.office, roles=["street_head"])
        form = make.ReportTypeFactory(district=self.street.district)
        self.period = make.PeriodFactory(type=form, code="2026-10")
        self.report = make.ProgressReportFactory(
            period=self.period, office=self.office, street=self.street
        )
        self.number, self.passage = form.items.order_by("sort")
        self.url = f"/desk/reports/{self.report.pk}/"

    def client(self, user: Any = None) -> Client:
        client = Client()
        client.force_login(user or self.officer, backend="accounts.backends.ModelBackend")
        return client

    def save(self, key: str, value: Any, seen: int = 0, by: Any = None) -> Any:
        user = by or self.head
        return save_answer(
            report=self.report,
            key=key,
            value=value,
            seen_version=seen,
            by=Actor(user.pk, str(user), self.office.code),
            scope=scope_of(user),
        )

    def post(self, client: Client, **sent: Any) -> Any:
        body = {"key": self.passage.key, "value": "", "seen_version": 0} | sent
        return client.post(f"{self.url}answers/", json.dumps(body), "application/json")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_answer_that_cannot_be_saved_says_why(desk: Desk) -> None:
    """Signed out, another person's, another office's, overtaken, closed: each is told apart."""
    assert desk.post(Client(), value="字").status_code == 401
    other = make.UserFactory(
        office=make.OfficeFactory(street=make.StreetFactory(district=desk.street.district)),
        roles=["street_officer"],
    )
    assert desk.post(desk.client(other), value="字").status_code == 404
    client = desk.client()
    assert desk.post(client, value="字", person=str(desk.head.pk)).status_code == 401
    assert desk.post(client, key="no-such", value="字").status_code == 400
    assert desk.post(client, key=desk.number.key, value="三").json()["errors"]
    assert not desk.report.answers.exists()

    desk.save(desk.passage.key, "分管领导写的")
    told = desk.post(client, value="经办人写的")
    assert told.status_code == 409
    assert told.json()["current"]["value"] == "分管领导写的"
    again = desk.post(client, value="合并的", seen_version=told.json()["current"]["version"])
    assert again.status_code == 200
    # What others have saved meanwhile comes along.
    desk.save(desk.number.key, 3)
    told = desk.post(
        client, value="又改", seen_version=2, seen_report=again.json()["report_version"]
    ).json()
    assert {one["key"]: one["value"] for one in told["others"]}[desk.number.key] == "3"
    ProgressReport.objects.update(state="submitted", first_submitted_at=timezone.now())
    assert desk.post(client, value="晚了", seen_version=3).status_code == 423


def test_without_scripts_the_form_saves_what_it_can(desk: Desk) -> None:
    """One answer overtaken, one wrong: neither is lost, neither holds up the rest."""
    client = desk.client()
    key, number = desk.passage.key, desk.number.key
    desk.save(key, "分管领导写的")
    sent = {f"value-{key}": "经办人写的", f"version-{key}": "0", f"value-{number}": "7"}
    page = client.post(desk.url, sent | {f"version-{number}": "0"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "经办人写的" in text
    assert "分管领导写的" in text
    assert desk.report.answers.get(key=number).number == 7
    assert desk.report.answers.get(key=key).text == "分管领导写的"
    page = client.post(desk.url, {f"value-{key}": "经办人写的", f"version-{key}": "1"})
    assert page.status_code == 302
    assert desk.report.answers.get(key=key).text == "经办人写的"
    wrong = client.post(desk.url, {f"value-{number}": "七", f"version-{number}": "1"})
    assert "不是数值" in wrong.content.decode()


def test_no_change_is_reported_in_one_tap_and_can_be_taken_back(desk: Desk) -> None:
    client = desk.client()
    client.post(f"{desk.url}unchanged/", {"seen_version": "1"})
    desk.report.refresh_from_db()
    assert (desk.report.state, desk.report.no_change) == ("submitted", True)
    stale = client.post(f"{desk.url}withdraw/", {"seen_version": "1"}, follow=True)
    assert "已被他人修改" in stale.content.decode()
    client.post(f"{desk.url}withdraw/", {"seen_version": str(desk.report.version)})
    desk.report.refresh_from_db()
    assert desk.report.state == "draft"


def test_what_waits_stands_in_due_order_with_the_words_it_came_back_with(desk: Desk) -> None:
    ProgressReport.objects.filter(pk=desk.report.pk).update(
        state="returned", first_submitted_at=timezone.now(), due_on=dt.date(2026, 11, 24)
    )
    for key, text in ((desk.passage.key, "请写明数量。"), ("", "不够具体。")):
        ReportComment.objects.create(report=desk.report, key=key, text=text)
    later = make.PeriodFactory(type=desk.period.type, code="2026-11")
    make.ProgressReportFactory(period=later, office=desk.office, street=desk.street)
    for number, days in (("1", 1), ("2", 60)):
        task = Task.objects.create(
            district=desk.street.district,
            number=number,
            title=f"任务{number}",
            issued_on=TODAY,
            due_on=TODAY + dt.timedelta(days=days),
        )
        TaskOffice.objects.create(task=task, office=desk.office, role="help")
    # Somebody else's.
    make.ProgressReportFactory(period=desk.period)
    items = items_for(scope_of(desk.officer), TODAY)
    assert [(item.due_on, item.act) for item in items] == [
        (dt.date(2026, 11, 21), "办理"),
        (dt.date(2026, 11, 24), "按意见修改"),
        (dt.date(2026, 12, 5), "开始填报"),
        (TODAY + dt.timedelta(days=60), "办理"),
    ]
    assert items[1].quotes == ("不够具体。", f"{desk.passage.label}：请写明数量。")
    page = desk.client().get("/desk/").content.decode()
    assert "不够具体。" in page
    assert page.index("按意见修改") < page.index("任务1")
    assert not ProposalOffice.objects.exists()


def test_a_liaison_has_a_desk_and_no_ledger(desk: Desk) -> None:
    office = make.OfficeFactory(district=desk.street.district, kind="department")
    liaison = make.UserFactory(office=office, roles=["department_liaison"])
    make.ProgressReportFactory(period=desk.period, office=office, street=None)
    page = desk.client(liaison).get("/desk/").content.decode()
    assert "2026年10月进展报送" in page
    assert "台账情况" not in page
    assert desk.client(liaison).get(desk.url).status_code == 404
    officer = make.UserFactory(
        office=make.OfficeFactory(district=desk.street.district), roles=["programme_officer"]
    )
    led = desk.client(officer).get(desk.url)
    assert led["Location"] == f"/reports/{desk.report.pk}/"
    assert desk.client(officer).get("/desk/").status_code == 403


def test_who_opens_an_untouched_report_finds_it_prefilled(desk: Desk) -> None:
    """And is not told of what is missing before they have begun; a reader changes nothing."""
    item = desk.number
    item.source, item.source_code, item.required = "ledger", "outlets_open", True
    item.save()
    desk.passage.required = True
    desk.passage.save()
    page = desk.client().get(desk.url).content.decode()
    desk.report.refresh_from_db()
    assert (desk.report.state, desk.report.prefilled_at is not None) == ("todo", True)
    assert "自台账" in page or "暂无数据" in page
    assert "为必填：" not in page
    desk.save(desk.number.key, 3, seen=1)
    assert "为必填：" in desk.client().get(desk.url).content.decode()


def test_the_desk_takes_the_same_queries_however_much_is_owed(desk: Desk) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/desk/").status_code == 200
        return len(caught)

    def owe(number: int) -> None:
        task = Task.objects.create(
            district=desk.street.district,
            number=f"2026-{number:03d}",
            title="核对台账",
            issued_on=TODAY,
            due_on=TODAY,
        )
        TaskOffice.objects.create(task=task, office=desk.office, role="lead")
        form = make.ReportTypeFactory(district=desk.street.district)
        period = make.PeriodFactory(type=form)
        make.ProgressReportFactory(period=period, office=desk.office, street=desk.street)

    client = desk.client()
    owe(1)
    few = queries()
    for number in range(2, 12):
        owe(number)
    assert queries() == few
