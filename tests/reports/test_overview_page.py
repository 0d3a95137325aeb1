"""Who owes what, by when: the page, the file, the API and what waits, from one table."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Office
from accounts.policy import scope_of
from core.audit import Actor
from core.models import Notice
from portal.todo import waiting_for
from reports.models import ProgressReport, ReportUrge
from reports.progress.urging import urge
from tests.factories import (
    OfficeFactory,
    PeriodFactory,
    ProgressReportFactory,
    ReportTypeFactory,
    StreetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


class Table:
    """Two streets and a department with a month that is over."""

    def __init__(self) -> None:
        self.street: Any = StreetFactory(name="甲街道")
        self.district: Any = self.street.district
        self.commission: Any = OfficeFactory(district=self.district)
        self.officer: Any = UserFactory(office=self.commission, roles=["programme_officer"])
        self.form: Any = ReportTypeFactory(district=self.district, name="月报")
        self.period: Any = PeriodFactory(
            type=self.form, code=f"{TODAY:%Y-%m}", due_on=TODAY - dt.timedelta(days=3)
        )

    def report(self, name: str, state: str, **columns: Any) -> Any:
        street = StreetFactory(district=self.district, name=name)
        office = OfficeFactory(street=street, name=name)
        UserFactory(office=office, roles=["street_officer"])
        if state not in ("todo", "draft"):
            columns.setdefault("first_submitted_at", timezone.now() - dt.timedelta(days=9))
            columns.setdefault("submitted_at", columns["first_submitted_at"])
        return ProgressReportFactory(period=self.period, office=office, state=state, **columns)

    def open(self, **query: Any) -> str:
        return self.client().get(reverse("reporting:overview"), query).content.decode()

    def client(self, person: Any = None) -> Client:
        client = Client()
        client.force_login(person or self.officer)
        return client

    def urge(self, *reports: Any, by: Any = None) -> list[Any]:
        person = by or self.officer
        actor = Actor(person.pk, str(person))
        return urge(reports=reports, by=actor, scope=scope_of(person), text="请尽快")


@pytest.fixture
def table() -> Table:
    return Table()


def test_urging_is_the_commissions_and_once_a_day(table: Table) -> None:
    owed, sent = table.report("甲街", "draft"), table.report("乙街", "submitted")
    outsider = UserFactory(office=owed.office, roles=["street_head"])
    with pytest.raises(PermissionDenied):
        table.urge(owed, by=outsider)
    assert not ReportUrge.objects.exists()
    first, passed_over = table.urge(owed, sent)
    assert (first.told, first.why_not) == (2, "")
    assert passed_over.why_not
    [again] = table.urge(owed)
    assert again.why_not
    assert ReportUrge.objects.count() == 1
    assert Notice.objects.filter(path=f"/desk/reports/{owed.pk}/").count() == 2
    yesterday = timezone.now() - dt.timedelta(days=1)
    ReportUrge.objects.update(at=yesterday)
    Notice.objects.all().delete()
    assert not table.urge(owed)[0].why_not
    assert ReportUrge.objects.count() == 2


def test_the_page_the_file_and_the_api_tell_the_same(table: Table) -> None:
    late = table.report("甲街", "todo")
    table.report("乙街", "accepted")
    table.report("丙街", "accepted", no_change=True)
    page = table.open()
    for word in ("甲街", "逾期未报", "逾期 3 天", "审核通过", "无变化", "66.7%"):
        assert word in page, word
    address = reverse("reporting:overview")
    lines = table.client().get(address, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[1].endswith(",1,0,0,1,0.0%,逾期未报 逾期 3 天")
    assert lines[-1].endswith(",3,2,0,1,66.7%,66.7%")
    told = (
        table.client()
        .get(reverse("api:v1:progress-reports-overview"), {"year": TODAY.year, "kind": "street"})
        .json()
    )
    assert told["total"]["on_time_share"] == pytest.approx(2 / 3)
    [cell] = told["offices"][0]["cells"]
    assert (cell["report"], cell["state"], cell["overdue"]) == (str(late.pk), "todo", True)
    wrong = table.client().get(reverse("api:v1:progress-reports-overview"), {"year": "20x6"})
    assert wrong.status_code == 400
    assert "乙街" not in table.open(show="overdue")
    assert "甲街" not in table.open(kind=Office.Kind.DEPARTMENT)


def test_urging_and_passing_from_the_page(table: Table) -> None:
    owed, sent, stale = (
        table.report("甲街", "returned"),
        table.report("乙街", "submitted"),
        table.report("丙街", "submitted"),
    )
    [waiting] = waiting_for(scope_of(table.officer), table.district)["items"]
    assert "2 份待审核" in waiting["title"]
    assert "乙街" in table.client().get(waiting["url"]).content.decode()
    act = reverse("reporting:overview_act")
    ticked = [f"{sent.pk}:{sent.version}", f"{stale.pk}:{stale.version + 1}", f"{owed.pk}:1"]
    leader = UserFactory(office=table.commission, roles=["leader"])
    refused = table.client(leader).post(act, {"report": ticked, "do": "accept"})
    assert refused.status_code == 403
    table.client().post(act, {"report": ticked, "do": "accept"})
    assert states(owed, sent, stale) == ["returned", "accepted", "submitted"]
    table.client().post(act, {"report": ticked, "do": "urge", "text": "请更正"})
    assert ReportUrge.objects.get().report_id == owed.pk


def states(*reports: Any) -> list[str]:
    return [ProgressReport.objects.get(pk=report.pk).state for report in reports]


def test_the_page_costs_the_same_for_more_offices(
    table: Table, django_assert_max_num_queries: Any
) -> None:
    client = table.client()
    table.report("甲街", "todo")
    client.get(reverse("reporting:overview"))
    for number in range(6):
        table.report(f"街{number}", "submitted")
    with django_assert_max_num_queries(14):
        client.get(reverse("reporting:overview"))
