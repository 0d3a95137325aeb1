"""Budgets: ordered by one, approved by another; what the ledger says is what the balances say."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import Error, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from core import jobs
from core.audit import act
from core.models import Notice
from subsidies.checking import NIGHTLY, check_lines
from subsidies.models import BudgetLine, BudgetMove, BudgetOrder, Instalment
from subsidies.payable import what_it_waits_for
from subsidies.plans import spending_plan, unpaid
from subsidies.services import orders
from subsidies.services.budget import DELTAS, Entry, move, move_all
from subsidies.services.reserving import (
    carry_over,
    release,
    reserve,
    reserve_commitments,
    take_back,
)
from tests.coordination.people import Cast
from tests.factories import DistrictFactory, OutletFactory
from tests.subsidies.funding import BY, balances, funded, in_ledger
from tests.subsidies.making import YEAR, make_application, make_fund, make_round

pytestmark = [pytest.mark.django_db, pytest.mark.both]


class Desk:
    """Finance asks, the approver decides."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.district = self.cast.district
        self.finance = self.cast.person(self.cast.commission, "finance")
        self.approver = self.cast.approver
        self.fund = make_fund(self.district)

    def line(self, year: int = YEAR, fund: Any = None) -> BudgetLine:
        return orders.open_line(fund=fund or self.fund, year=year, **self.finance.acts)

    def ordered(self, kind: str, line: BudgetLine, amount: Any, **more: Any) -> BudgetOrder:
        told = {"kind": kind, "line": line, "amount": Decimal(amount), "reason": "试验"}
        more.setdefault("document_number", "试验〔2026〕1号")
        order = orders.create_order(**told, **more, **self.finance.acts)
        return orders.submit_order(order=order, **self.finance.acts)

    def approved(self, order: BudgetOrder) -> BudgetOrder:
        return orders.approve_order(order=order, **self.approver.acts)

    def granted(self, line: BudgetLine, amount: Any) -> BudgetLine:
        self.approved(self.ordered("grant", line, amount))
        line.refresh_from_db()
        return line

    def application(self, item: str = "opening", **more: Any) -> Any:
        round_ = make_round(self.district, state="review")
        amount = more.pop("amount", Decimal(200_000))
        street = self.cast.street
        return make_application(round_, street, item, state="reviewed", amount=amount, **more)


def reserved(application: Any) -> list[Instalment]:
    with act("test.reserve", by=BY) as this:
        made = reserve(application=application, this=this)
        application.state = "proposed"
        application.save()
    return made


def told_to(person: Any) -> list[str]:
    return list(Notice.objects.filter(recipient_id=person.user.pk).values_list("title", flat=True))


def test_an_order_is_approved_by_another_person_and_moves_once() -> None:
    desk = Desk()
    line = desk.line()
    assert desk.line() == line, "opened once"
    with pytest.raises(ValidationError) as none:
        reserved(desk.application())
    assert none.value.code == "budget", "nothing was granted yet"
    with pytest.raises(ValidationError, match="文号"):
        desk.ordered("grant", line, 1, document_number="")
    with pytest.raises(ValidationError):
        desk.ordered("grant", line, 0)
    order = desk.ordered("grant", line, "1000000.01")
    assert told_to(desk.approver) == [f"请审批：{line} 下达 1,000,000.01 元"]
    with pytest.raises(PermissionDenied):
        orders.approve_order(order=order, **desk.finance.acts)
    order = orders.return_order(order=order, comment="改文号", **desk.approver.acts)
    order = orders.change_order(order=order, changes={"amount": 900}, **desk.finance.acts)
    order = orders.submit_order(order=order, **desk.finance.acts)
    assert balances(line)["granted"] == 0
    order = desk.approved(order)
    assert order.decided_on
    with pytest.raises(ValidationError):
        desk.approved(order)
    assert balances(line) == {"granted": Decimal(900), "reserved": 0, "paid": 0}
    entry = BudgetMove.objects.get()
    assert (entry.seq, entry.order_id, entry.by_label) == (1, order.pk, desk.approver.actor.label)
    with act("test.again", by=BY) as this, pytest.raises(ValidationError) as again:
        move(line=line, kind="grant", amount=Decimal(900), order=order, this=this)
    assert again.value.code == "repeated"
    refused = orders.refuse_order(
        order=desk.ordered("reduce", line, 1), comment="不需要", **desk.approver.acts
    )
    assert refused.state == "refused"
    with pytest.raises(ValidationError) as short:
        desk.approved(desk.ordered("reduce", line, "900.01"))
    assert short.value.messages == ["可用余额不足（可用 900.00 元，本次 900.01 元）"]
    other = desk.line(fund=make_fund(desk.district, "second"))
    desk.approved(desk.ordered("transfer", line, 400, to_line=other))
    assert (balances(line)["granted"], balances(other)["granted"]) == (500, 400)
    for wrong in (line, desk.line(YEAR + 1), None):
        with pytest.raises(ValidationError):
            desk.ordered("transfer", line, 1, to_line=wrong)
    assert check_lines() == []


def test_money_of_an_application_from_reserving_to_the_year_after_next() -> None:
    """40/30/30 over three years: reserved, released, reserved again, carried, put off."""
    desk = Desk()
    line = desk.granted(desk.line(), 200_000)
    application = desk.application()
    first = reserved(application)
    assert [(one.year, one.amount, one.state) for one in first] == [
        (YEAR, 80_000, "reserved"),
        (YEAR + 1, 60_000, "planned"),
        (YEAR + 2, 60_000, "planned"),
    ]
    plan = [(one.year, one.granted, one.planned, one.left) for one in spending_plan(desk.fund)]
    assert plan[:2] == [(YEAR, 200_000, 0, 120_000), (YEAR + 1, None, 60_000, None)]
    # The same attempt once more is refused, and the act goes on.
    with act("test.again", by=BY) as this:
        with pytest.raises(ValidationError) as again:
            move(
                line=line,
                kind="reserve",
                amount=Decimal(80_000),
                application=application,
                instalment=1,
                attempt=1,
                this=this,
            )
        release(application=application, this=this)
    assert again.value.code == "repeated"
    assert balances(line)["reserved"] == 0
    reserved(application)
    assert application.attempt == 2
    assert balances(line)["reserved"] == 80_000

    later = desk.line(YEAR + 1)
    with pytest.raises(ValidationError) as short:
        reserve_commitments(line=later, **desk.finance.acts)
    assert short.value.messages == ["可用余额不足（可用 0.00 元，本次 60,000.00 元）"]
    # 结转: the unpaid first instalment and its money go to the next year's line.
    (left,) = unpaid(line)
    order = carry_over(instalments=[left], to_line=later, **desk.finance.acts)
    assert balances(line)["reserved"] == 80_000, "nothing before it is approved"
    desk.approved(order)
    assert balances(line) == {"granted": Decimal(120_000), "reserved": 0, "paid": 0}
    assert balances(later) == {"granted": Decimal(80_000), "reserved": Decimal(80_000), "paid": 0}
    left.refresh_from_db()
    assert (left.line_id, left.year, left.attempt) == (later.pk, YEAR + 1, 3)
    with pytest.raises(ValidationError):
        carry_over(instalments=[left], to_line=line, **desk.finance.acts)
    desk.granted(later, 60_000)
    (met,) = reserve_commitments(line=later, **desk.finance.acts)
    assert (met.number, met.state, balances(later)["reserved"]) == (2, "reserved", 140_000)
    with pytest.raises(ValidationError):
        reserve_commitments(line=later, **desk.finance.acts)
    # 收回: the money goes back, the instalment is owed by the next year; then reserved there.
    desk.approved(take_back(instalments=[met], **desk.finance.acts))
    assert balances(later)["granted"] == 80_000
    last = desk.granted(desk.line(YEAR + 2), 120_000)
    assert {one.number for one in reserve_commitments(line=last, **desk.finance.acts)} == {2, 3}
    for one in (line, later, last):
        assert in_ledger(one) == balances(one)
    assert check_lines() == []
    # Paid once, and an upheld objection gives back what is not.
    with act("test.pay", by=BY) as this:
        left.refresh_from_db()
        paid = {"kind": "pay", "application": application, "instalment": 1, "attempt": 4}
        assert left.attempt == 4, "one attempt for all that is alive"
        move(line=later, amount=left.amount, this=this, **paid)
        with pytest.raises(ValidationError):
            move(line=later, amount=left.amount, this=this, **paid)
        Instalment.objects.filter(pk=left.pk).update(state="paid")
    assert balances(later)["paid"] == 80_000
    with act("test.release", by=BY) as this, pytest.raises(ValidationError, match="已拨付"):
        release(application=application, this=this)
    assert check_lines() == []


def test_a_day_that_is_not_known_is_waited_for() -> None:
    desk = Desk()
    desk.granted(desk.line(), 500_000)
    parts = [{"share": "1", "months": 12}]
    for opened_on in (None, dt.date(YEAR, 1, 31)):
        application = desk.application(outlet=OutletFactory(opened_on=opened_on))
        application.item.rule = application.item.rule | {"instalments": parts}
        application.item.save()
        (one,) = reserved(application)
        application.state = "approved"
        assert (one.not_before is None) == (opened_on is None)
        assert what_it_waits_for(one, dt.date(YEAR, 6, 1))


def test_a_damaged_balance_is_found_and_told() -> None:
    desk = Desk()
    line = desk.granted(desk.line(), 500)
    foreign = funded(DistrictFactory(), 700)
    BudgetLine.objects.filter(pk=line.pk).update(granted=Decimal("499.99"))
    (wrong,) = check_lines()
    assert (wrong.line, wrong.what, wrong.kept, wrong.found) == (
        line, "granted", Decimal("499.99"), 500,
    )  # fmt: skip
    assert check_lines(foreign.district) == []
    out = io.StringIO()
    with pytest.raises(SystemExit) as code:
        call_command("check_budgets", stdout=out)
    assert code.value.code == 1
    said = f"{line}：预算指标与流水合计不一致，账面 499.99 元，应为 500.00 元\n"
    assert out.getvalue() == said
    Notice.objects.all().delete()
    for _twice in range(2):
        jobs.run_job(jobs.enqueue(NIGHTLY, key="试验").pk)
    for person in (desk.finance, desk.approver):
        assert told_to(person) == ["预算核对发现 1 处不一致，请停止拨付并核查"]
    assert said.strip() in Notice.objects.filter(recipient_id=desk.finance.user.pk).get().text
    assert told_to(desk.cast.officer) == []
    BudgetLine.objects.filter(pk=line.pk).update(granted=500)
    call_command("check_budgets", stdout=(out := io.StringIO()))
    assert out.getvalue() == "已核对 2 项预算指标，全部相符。\n"


def test_the_ledger_can_only_grow() -> None:
    """Not even by hand; what is demo data can be removed, never changed."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite carries only the demo")
    line = funded(DistrictFactory(), 500)
    rows = BudgetMove.objects.filter(line=line)
    for forbidden in (lambda: rows.update(amount=1), rows.delete):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            forbidden()
    BudgetLine.objects.update(is_sample=True)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        rows.update(amount=1)
    rows.delete()
    assert not rows.exists()


KINDS = st.sampled_from(sorted(DELTAS))
ENTRIES = st.lists(st.tuples(KINDS, st.integers(0, 1), st.integers(1, 500)), min_size=1, max_size=3)


@given(st.lists(ENTRIES, max_size=12))
@settings(max_examples=20)
def test_any_sequence_of_moves_keeps_the_books(asked: list[Any]) -> None:
    """Against balances kept by hand: what would overdraw is refused whole, all else adds up."""
    district = DistrictFactory()
    lines = [funded(district, 1_000), funded(district, 0, fund=make_fund(district, "second"))]
    books = [[1_000_00, 0, 0], [0, 0, 0]]
    for entries in asked:
        after = [list(book) for book in books]
        for kind, at, fen in entries:
            for place, sign in enumerate(DELTAS[kind]):
                after[at][place] += sign * fen * 100
        fits = all(r >= 0 and p >= 0 and r + p <= g for g, r, p in after)
        moves = [Entry(line=lines[at], kind=kind, amount=Decimal(fen)) for kind, at, fen in entries]
        with act("test.moves", by=BY) as this:
            if fits:
                move_all(moves, this)
                books = after
            else:
                with pytest.raises(ValidationError) as refusal:
                    move_all(moves, this)
                assert refusal.value.code == "budget"
    for line, book in zip(lines, books, strict=True):
        assert [amount * 100 for amount in balances(line).values()] == book
        assert in_ledger(line) == balances(line)
        seqs = BudgetMove.objects.filter(line=line).values_list("seq", flat=True)
        assert list(seqs) == list(range(1, len(seqs) + 1))
