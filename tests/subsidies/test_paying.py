"""Lists signed by another and frozen; what the treasury paid is booked once, whatever happens."""

import datetime as dt
import os
import subprocess
import sys
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from core.models import AuditEvent, Notice
from subsidies.accounts import account_faults
from subsidies.models import Application, Instalment, Payment, PaymentList
from subsidies.services import budget, paying
from subsidies.services.payee_accounts import correct_account
from subsidies.services.paying import record_payment
from subsidies.services.payment_lists import (
    add_to_list,
    ask_to_issue,
    confirm_condition,
    create_list,
    issue_list,
    remove_from_list,
    return_list,
)
from tests.api.racing import at_once
from tests.subsidies.paying import SHARES, TODAY, Paying, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Paying:
    return Paying()


def test_denied(here: Paying) -> None:
    (row,) = here.approved(50_000)
    for person in (here.cast.officer, here.approver, here.cast.foreign, here.cast.street_officer):
        with pytest.raises(PermissionDenied):
            create_list(line=here.line, instalments=[row], **person.acts)
    made = create_list(line=here.line, instalments=[row], **here.both.acts)
    for person in (here.finance, here.cast.officer, here.cast.foreign, here.both):
        with pytest.raises(PermissionDenied):
            issue_list(payment_list=made, **person.acts)
    with pytest.raises(ValidationError, match="审签送拨付后"):
        record_payment(**told(row), **here.finance.acts)
    issue_list(payment_list=made, **here.approver.acts)
    for person in (here.approver, here.cast.officer, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            record_payment(**told(row), **person.acts)
    assert not Payment.objects.exists()


def test_only_what_may_be_paid_goes_on_a_list(here: Paying) -> None:
    first, second, _third = here.approved(*SHARES)
    Instalment.objects.filter(pk=first.pk).update(
        condition="持续经营满一年", not_before=TODAY - dt.timedelta(days=3)
    )
    (early,) = here.approved(10_000)
    Instalment.objects.filter(pk=early.pk).update(not_before=TODAY + dt.timedelta(days=1))
    (held,) = here.approved(10_000, state="proposed")
    for row, why in (
        (first, "拨付条件“持续经营满一年”尚未核实"),
        (second, "待安排"),
        (early, "最早拨付日"),
        (held, "审定后才能拨付"),
    ):
        with pytest.raises(ValidationError, match=why):
            create_list(line=here.line, instalments=[row], **here.finance.acts)
    found = {"instalment": first, "on": TODAY, "note": "现场核验"}
    with pytest.raises(PermissionDenied):
        confirm_condition(**found, **here.approver.acts)
    for wrong in ({"on": TODAY - dt.timedelta(days=4)}, {"on": TODAY + dt.timedelta(days=1)}):
        with pytest.raises(ValidationError, match="不能"):
            confirm_condition(**(found | wrong), **here.cast.officer.acts)
    confirm_condition(**found, **here.cast.officer.acts)
    made = create_list(line=here.line, instalments=[first], **here.finance.acts)
    with pytest.raises(ValidationError, match="已在本清单中"):
        add_to_list(payment_list=made, instalments=[first], **here.finance.acts)


def test_the_account_is_the_enterprises(here: Paying) -> None:
    enterprise = here.cast.district.enterprise_set.create(name="试验（上海）商贸有限公司")
    (row,) = here.approved(
        10_000,
        enterprise=enterprise,
        account_name="试验(上海) 商贸有限公司",
        account_number="6217 00",
    )
    assert account_faults(row) == []
    application = row.application
    application.account_name, application.account_number, application.bank = "张三", "62A", ""
    application.save()
    assert len(account_faults(row)) == 3
    made = create_list(line=here.line, instalments=[row], **here.finance.acts)
    with pytest.raises(ValidationError, match="户名“张三”与企业名称"):
        issue_list(payment_list=made, **here.approver.acts)
    right = {"account_name": enterprise.name, "bank": "试验银行", "account_number": "6217-0001"}
    with pytest.raises(PermissionDenied):
        correct_account(application=application, **right, reason="函", **here.approver.acts)
    correct_account(application=application, **right, reason="企业来函", **here.both.acts)
    row.refresh_from_db()
    assert row.account_number == "62170001"
    # Who set the account right has had a hand in the list.
    with pytest.raises(PermissionDenied):
        issue_list(payment_list=made, **here.both.acts)
    issue_list(payment_list=made, **here.approver.acts)
    with pytest.raises(ValidationError, match="先由审签人退回"):
        correct_account(application=application, **right, reason="再改", **here.finance.acts)


def test_from_the_list_to_the_end(here: Paying) -> None:
    first, second, third = here.approved(*SHARES)
    (other,) = here.approved(30_000)
    (spare,) = here.approved(20_000)
    made = create_list(line=here.line, instalments=[first, spare], **here.finance.acts)
    add_to_list(payment_list=made, instalments=[other], **here.finance.acts)
    made = remove_from_list(payment_list=made, instalments=[spare], **here.finance.acts)
    assert ask_to_issue(payment_list=made, **here.finance.acts)
    assert Notice.objects.filter(recipient_id=here.approver.user.pk).exists()
    made = issue_list(payment_list=made, **here.approver.acts)
    for change in (add_to_list, remove_from_list):
        with pytest.raises(ValidationError, match="不能再改动"):
            change(payment_list=made, instalments=[spare], **here.finance.acts)
    return_list(payment_list=made, comment="补说明", **here.approver.acts)
    issue_list(payment_list=made, **here.approver.acts)

    for wrong, why in (
        ({"amount": first.amount - 1}, "清单为 80,000.00 元"),
        ({"account_name": "别人"}, "清单为"),
        ({"paid_on": TODAY + dt.timedelta(days=1)}, "晚于今天"),
        ({"paid_on": TODAY - dt.timedelta(days=1)}, "早于清单送拨付"),
        ({"voucher": " "}, "未填凭证号"),
    ):
        with pytest.raises(ValidationError, match=why):
            record_payment(**told(first, **wrong), **here.finance.acts)
    paid = record_payment(**told(first), **here.finance.acts)
    assert here.balances() == (1_000_000, 50_000, 80_000)
    assert Application.objects.get(pk=first.application_id).state == "paying"
    # Told again: the same payment; told otherwise: what is recorded.
    assert record_payment(**told(first), **here.finance.acts) == paid
    with pytest.raises(ValidationError, match=r"该期已入账.*V-"):
        record_payment(**told(first, voucher="另一张"), **here.finance.acts)
    with pytest.raises(ValidationError, match="已用于另一笔"):
        record_payment(**told(other, voucher=paid.voucher), **here.finance.acts)
    with pytest.raises(ValidationError, match="不能退回"):
        return_list(payment_list=made, comment="有误", **here.approver.acts)
    record_payment(**told(other), **here.finance.acts)
    assert PaymentList.objects.get(pk=made.pk).state == "settled"
    assert Application.objects.get(pk=other.application_id).state == "done"
    assert here.balances() == (1_000_000, 20_000, 110_000)

    for row in (second, third):
        here.reserve(row)
        here.issued(row)
        record_payment(**told(row), **here.finance.acts)
    assert Application.objects.get(pk=first.application_id).state == "done"
    acts = AuditEvent.objects.filter(action="subsidies.record_payment")
    assert acts.count() == 4
    assert here.balances() == (1_000_000, 20_000, 230_000)


# --- At the same moment, and cut off (PostgreSQL) -------------------------------------------------
@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("control", [False, True])
def test_two_at_once_pay_once(monkeypatch: pytest.MonkeyPatch, control: bool) -> None:
    here = Paying()
    first, *_rest = here.approved(*SHARES)
    (other,) = here.approved(80_000)
    here.issued(first, other)
    said = told(first)
    if control:
        # Without the locks both find it unpaid; without the unique keys nothing else stops them.
        both, look = threading.Barrier(2), paying.faults_in

        def late(*given: Any) -> Any:
            found = look(*given)
            both.wait(timeout=20)
            return found

        monkeypatch.setattr(paying, "locked", lambda rows: rows)
        monkeypatch.setattr(budget, "locked", lambda rows: rows)
        monkeypatch.setattr(paying, "faults_in", late)
        drop_unique_keys()
    done = at_once(*[lambda: record_payment(**said, **here.finance.acts)] * 2)
    granted, reserved, paid = here.balances()
    if control:
        assert Payment.objects.filter(instalment=first).count() == 2
        assert (reserved, paid) == (0, 160_000)
    else:
        assert done[0] == done[1] == Payment.objects.get()
        assert (granted, reserved, paid) == (1_000_000, 80_000, 80_000)


def drop_unique_keys() -> None:
    """The database is copied anew after the test."""
    with connection.cursor() as cursor:
        for table, columns in (
            ("subsidies_payment", ["instalment_id"]),
            ("subsidies_payment", ["district_id", "voucher", "instalment_id"]),
            ("subsidies_budgetmove", ["line_id", "seq"]),
        ):
            found = connection.introspection.get_constraints(cursor, table)
            (name,) = [
                name
                for name, one in found.items()
                if one["unique"] and one["columns"] == columns and not one["primary_key"]
            ]
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute("DROP INDEX budget_move_once")


WORKER = """
import sys, time
import django
django.setup()
from accounts.models import User
from subsidies.models import Instalment
from subsidies.services import paying
from tests.coordination.people import Person
from tests.subsidies.paying import told

def stop(*given, **more):
    print("reached", flush=True)
    time.sleep(60)

before, row, person = sys.argv[1:]
if before == "commit":
    paying._settle_list = stop
paying.record_payment(
    **told(Instalment.objects.get(pk=row)), **Person(User.objects.get(pk=person)).acts
)
stop()
"""


@pytest.mark.serial
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["commit", "answer"])
def test_killed_and_retried_it_is_paid_once(before: str) -> None:
    here = Paying()
    first, *_rest = here.approved(*SHARES)
    here.issued(first)
    command = [sys.executable, "-c", WORKER, before, str(first.pk), str(here.finance.user.pk)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    try:
        assert worker.stdout
        assert worker.stdout.readline() == b"reached\n"
    finally:
        worker.kill()
        worker.communicate()
    expected = Decimal(0) if before == "commit" else Decimal(80_000)
    assert here.balances()[2] == expected
    record_payment(**told(first), **here.finance.acts)
    record_payment(**told(first), **here.finance.acts)
    assert here.balances() == (1_000_000, 0, 80_000)
    assert Payment.objects.count() == 1
