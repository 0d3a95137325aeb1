"""工作交接: refused to those it is not for; all of it in one act, or nothing."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.delegations import delegate
from accounts.handover import hand_over, open_items
from accounts.models import Delegation, User
from coordination.models import Proposal, Task
from core.audit import SYSTEM
from core.models import AuditEvent, Notice
from outlets.models import Import
from reports.models import Period, ProgressReport, ReportType
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def street() -> Any:
    return make.StreetFactory()


@pytest.fixture
def office(street: Any) -> Any:
    return make.OfficeFactory(street=street)


@pytest.fixture
def wang(office: Any) -> User:
    return make.UserFactory(office=office, roles=["street_officer"], display_name="王离岗")


@pytest.fixture
def next_one(office: Any) -> User:
    return make.UserFactory(office=office, roles=["street_officer"], display_name="赵接手")


@pytest.fixture
def work(street: Any, office: Any, wang: User, next_one: User) -> dict[str, Any]:
    """One thing of each kind in the hands of the one who leaves."""
    district = street.district
    kind = ReportType.objects.order_by("id").first() or make_type()
    period = Period.objects.create(
        district=district,
        type=kind,
        type_code=kind.code,
        code="2026-02",
        starts_on=DAY,
        ends_on=DAY,
        opens_on=DAY,
        due_on=DAY,
        closes_on=DAY,
    )
    mine = {"handler_id": wang.pk, "handler_label": str(wang)}
    return {
        "report": ProgressReport.objects.create(
            district=district, period=period, office=office, street=street, due_on=DAY, **mine
        ),
        "task": Task.objects.create(
            district=district, number="1", title="修补", issued_on=DAY, due_on=DAY, **mine
        ),
        "proposal": Proposal.objects.create(
            district=district,
            kind="cppcc",
            session="一届",
            number="1",
            title="早餐",
            proposer="某委员",
            received_on=DAY,
            due_on=DAY,
            **mine,
        ),
        "import": Import.objects.create(
            district=district,
            street=street,
            subject="outlets",
            state="checked",
            file_name="台账.xlsx",
            sha256="0" * 64,
            by_id=wang.pk,
            by_label=str(wang),
        ),
        "delegation": delegate(
            principal=wang,
            delegate=next_one,
            valid_from=timezone.localdate(),
            valid_until=timezone.localdate(),
            reason="休假",
            by=SYSTEM,
        ),
    }


def make_type() -> Any:
    return ReportType.objects.create(code="trial", name="试验表", frequency="month")


def keys(user: User) -> set[str]:
    return {item.key for item in open_items(user)}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="accounts.backends.ModelBackend")
    return client


def test_refused_as_a_whole(work: Any, wang: User, next_one: User) -> None:
    stranger = make.UserFactory(roles=["street_officer"])
    everything = keys(wang)
    for successor, wanted, more in (
        (stranger, everything, {}),
        (wang, everything, {}),
        (None, everything, {}),
        (next_one, everything | {"accounts.delegation:" + str(wang.pk)}, {}),
        (next_one, set(), {}),
        (next_one, set(), {"close_account": True}),
        (next_one, everything, {"reason": " "}),
    ):
        told = {"reason": "离职", "by": SYSTEM, **more}
        with pytest.raises(ValidationError):
            hand_over(user=wang, successor=successor, keys=wanted, **told)
    assert keys(wang) == everything
    assert not AuditEvent.objects.filter(action="accounts.hand_over").exists()


def test_everything_passes_and_the_account_closes_in_one_act(
    work: Any, wang: User, next_one: User
) -> None:
    assert len(open_items(wang)) == 5
    assert {item.key for item in open_items(next_one)} == {
        f"accounts.delegation:{work['delegation'].pk}"
    }
    number = hand_over(
        user=wang,
        successor=next_one,
        keys=keys(wang),
        reason="离职",
        by=SYSTEM,
        close_account=True,
    )
    assert number == 5
    assert open_items(wang) == []
    assert {item.key.partition(":")[0] for item in open_items(next_one)} == {
        "reports.progressreport",
        "coordination.task",
        "coordination.proposal",
        "outlets.import",
    }
    assert Delegation.objects.get().revoked_at is not None
    assert not User.objects.get(pk=wang.pk).is_active
    event = AuditEvent.objects.get(action="accounts.hand_over")
    assert (event.comment, event.changes["successor"]) == ("离职", "赵接手")
    told = Notice.objects.filter(recipient_id=next_one.pk, title__contains="5 项工作已转交给您")
    assert told.count() == 1


def test_who_may_open_the_page_and_close_an_account(
    work: Any, office: Any, street: Any, wang: User, next_one: User
) -> None:
    page = f"/accounts/handover/{wang.pk}/"
    commission = make.OfficeFactory(district=street.district)
    head = make.UserFactory(office=office, roles=["street_head"])
    admin = make.UserFactory(office=commission, roles=["commission_admin"])
    outsider = make.UserFactory(roles=["commission_admin"])
    for who, status in (
        (next_one, 403),
        (make.UserFactory(office=commission, roles=["approver"]), 403),
        (outsider, 404),
        (wang, 200),
        (head, 200),
        (admin, 200),
    ):
        assert client_of(who).get(page).status_code == status, who
    shown = client_of(head).get(page).content.decode()
    assert ("修补" in shown, "close_account" in shown) == (True, False)
    sent = {"successor": str(next_one.pk), "reason": "离职", "close_account": "on"}
    everything = {"item": sorted(keys(wang))}
    # A head who sends the tick all the same hands over, and closes nothing.
    assert client_of(head).post(page, sent | {"item": everything["item"][:1]}).status_code == 302
    assert User.objects.get(pk=wang.pk).is_active
    assert client_of(admin).post(page, sent | {"item": sorted(keys(wang))}).status_code == 302
    assert not User.objects.get(pk=wang.pk).is_active
