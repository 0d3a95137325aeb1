"""追回: asked for by one, approved by another, recovered into the budget or the treasury."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from subsidies.earlier import earlier_of
from subsidies.models import BudgetLine, Clawback, Instalment, Payment
from subsidies.services.clawbacks import (
    approve_clawback,
    ask_clawback,
    recover_clawback,
    refuse_clawback,
)
from subsidies.services.paying import record_payment
from subsidies.services.proposing import stop_application
from tests.subsidies.paying import TODAY, Paying, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Paying:
    return Paying()


def paid(here: Paying) -> Instalment:
    (row,) = here.approved(50_000)
    here.issued(row)
    record_payment(**told(row), **here.finance.acts)
    row.refresh_from_db()
    return row


def test_denied(here: Paying) -> None:
    row = paid(here)
    given = {"instalment": row, "amount": Decimal(10), "reason": "提前退租"}
    for person in (here.approver, here.cast.street_officer, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            ask_clawback(**given, **person.acts)
    made = ask_clawback(**given, **here.both.acts)
    for person in (here.finance, here.cast.officer, here.both, here.cast.foreign):
        with pytest.raises(PermissionDenied):
            approve_clawback(clawback=made, **person.acts)
    approve_clawback(clawback=made, **here.approver.acts)
    with pytest.raises(PermissionDenied):
        recover_clawback(clawback=made, on=TODAY, voucher="R1", **here.cast.officer.acts)
    assert here.balances() == (1_000_000, 0, 50_000)


def test_no_more_than_was_paid_comes_back_once(here: Paying) -> None:
    row = paid(here)
    (unpaid,) = here.approved(1_000)
    asked = {"reason": "未满经营期限"}
    for wrong, amount, why in (
        (unpaid, 1, "拨付后才能追回"),
        (row, 50_001, "最多 50,000.00"),
        (row, 0, "大于零"),
    ):
        with pytest.raises(ValidationError, match=why):
            ask_clawback(
                instalment=wrong, amount=Decimal(amount), **asked, **here.cast.officer.acts
            )
    first = ask_clawback(instalment=row, amount=Decimal(30_000), **asked, **here.cast.officer.acts)
    with pytest.raises(ValidationError, match=r"最多 20,000\.00"):
        ask_clawback(instalment=row, amount=Decimal(30_000), **asked, **here.finance.acts)
    refuse_clawback(clawback=first, comment="证据不足", **here.approver.acts)
    second = ask_clawback(instalment=row, amount=Decimal(50_000), **asked, **here.cast.officer.acts)
    with pytest.raises(ValidationError, match="不能登记到账"):
        recover_clawback(clawback=second, on=TODAY, voucher="R1", **here.finance.acts)
    approve_clawback(clawback=second, **here.approver.acts)
    # In the line's own year: it can be used again.
    done = recover_clawback(clawback=second, on=TODAY, voucher="R1", **here.finance.acts)
    assert (done.state, done.is_returned) == (Clawback.State.RECOVERED, False)
    with pytest.raises(ValidationError, match="不能登记到账"):
        recover_clawback(clawback=second, on=TODAY, voucher="R1", **here.finance.acts)
    assert here.balances() == (1_000_000, 1_000, 0)


def test_in_a_later_year_it_goes_to_the_treasury(here: Paying) -> None:
    row = paid(here)
    BudgetLine.objects.filter(pk=here.line.pk).update(year=TODAY.year - 1)
    for at, amount in enumerate((20_000, 30_000), start=1):
        made = ask_clawback(
            instalment=row, amount=Decimal(amount), reason="倒闭", **here.finance.acts
        )
        approve_clawback(clawback=made, **here.approver.acts)
        day = Payment.objects.get(instalment=row).paid_on
        for wrong in (day - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)):
            with pytest.raises(ValidationError, match="不能"):
                recover_clawback(clawback=made, on=wrong, voucher="R", **here.finance.acts)
        done = recover_clawback(clawback=made, on=TODAY, voucher=f"R{at}", **here.finance.acts)
        assert done.is_returned
        assert done.number == at
    assert here.balances() == (950_000, 0, 0)


def test_what_is_not_paid_yet_can_be_stopped(here: Paying) -> None:
    first, *_later = here.approved(20_000, 15_000, 15_000)
    case = first.application
    here.issued(first)
    record_payment(**told(first), **here.finance.acts)
    case.refresh_from_db()
    assert case.state == "paying"
    with pytest.raises(PermissionDenied):
        stop_application(application=case, comment="网点停业", **here.finance.acts)
    with pytest.raises(ValidationError, match="理由"):
        stop_application(application=case, comment=" ", **here.cast.officer.acts)
    stop_application(application=case, comment="网点停业", **here.cast.officer.acts)
    case.refresh_from_db()
    assert case.state == "done"
    states = [row.state for row in case.instalments.order_by("number")]
    assert states == ["paid", "cancelled", "cancelled"]
    assert here.balances() == (1_000_000, 0, first.amount)
    # What will never be paid is not counted as given.
    (support,) = earlier_of([case]).supports
    assert support.amount == first.amount
