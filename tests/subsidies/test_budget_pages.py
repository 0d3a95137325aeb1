"""Pages of budgets: from no fund at all to money carried into the next year."""

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from core.audit import act
from subsidies.models import BudgetLine, BudgetOrder, Instalment
from subsidies.services.reserving import reserve
from tests.coordination.people import Cast, Person
from tests.subsidies.funding import BY
from tests.subsidies.making import YEAR, make_application, make_policy, make_round

pytestmark = pytest.mark.django_db
BUDGETS = "/subsidies/budgets/"


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def cells(answer: Any) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(answer.content), read_only=True)
    return [row for row in book.worksheets[0].iter_rows(values_only=True) if any(row)]


def test_a_budget_on_its_pages() -> None:
    cast = Cast()
    finance = signed_in(cast.person(cast.commission, "finance"))
    approver = signed_in(cast.approver)
    assert "先设专项资金并开设年度指标" in text(finance.get(BUDGETS))
    # An address that takes sent forms alone says so to who opens it.
    opened = finance.get(f"{BUDGETS}check/")
    assert (opened.status_code, "只接收提交的表单" in text(opened)) == (405, True)
    assert "由财务或科室经办人开设" in text(approver.get(BUDGETS))
    refused = finance.post(f"{BUDGETS}open/", {"year": YEAR})
    assert "新设专项资金须填写" in text(refused)
    told = {"year": YEAR, "name": "试验资金", "code": "trial"}
    assert "尚未下达" in text(finance.post(f"{BUDGETS}open/", told, follow=True))
    line = BudgetLine.objects.get()
    page = f"{BUDGETS}{line.pk}/"

    # 下达: what was typed wrong is told at its field; the document's number before it is sent.
    new = {"kind": "grant", "line": str(line.pk), "amount": "30万", "reason": "年初预算"}
    orders = f"{BUDGETS}orders/"
    assert finance.post(f"{orders}new/", new).status_code == 422
    finance.post(f"{orders}new/", new | {"amount": "300,000.00"})
    order = BudgetOrder.objects.get()
    one = f"{orders}{order.pk}/"
    sent = {"seen_version": order.version}
    assert "指标文文号" in text(finance.post(f"{one}submit/", sent, follow=True))
    changed = {name: new[name] for name in ("line", "reason")}
    changed |= {"amount": "300000", "document_number": "试〔2026〕1号", **sent}
    finance.post(f"{one}edit/", changed)
    stale = finance.post(f"{one}submit/", sent, follow=True)
    assert "已被他人修改" in text(stale)
    finance.post(f"{one}submit/", {"seen_version": 2})
    assert "不能审批" in text(finance.get(one))
    assert "1 项预算调整待审批" in text(approver.get(BUDGETS))
    assert approver.post(f"{one}approve/", {"seen_version": 3}).status_code == 302
    line.refresh_from_db()
    assert line.granted == 300_000

    # Money is held for 200,000 in three years; the ledger tells by whom and for whom.
    policy = make_policy(cast.district)
    case = make_application(
        make_round(cast.district, policy), cast.street, "opening", state="proposed", amount=200_000
    )
    with act("test.reserve", by=BY) as this:
        reserve(application=case, this=this)
    shown = text(finance.get(page))
    for said in (case.enterprise.name, "220,000.00", "试〔2026〕1号", "1 期，80,000.00 元"):
        assert said in shown
    assert case.enterprise.name in text(finance.get(f"{page}?q={case.number}&kind=reserve"))
    assert "没有符合条件的流水" in text(finance.get(f"{page}?kind=pay"))
    ledger = cells(finance.get(f"{page}?export=xlsx&kind=reserve"))
    assert ledger[-1][-4:] == (300_000, 80_000, 0, 220_000)
    assert cells(finance.get(f"{page}?export=unpaid"))[-1][-1] == 80_000
    assert cells(finance.get(f"{BUDGETS}?export=xlsx&year={YEAR}"))[-1][-1] == 220_000

    # At the year's end it is carried over, after the approver said so.
    ticked = {"instalment": str(Instalment.objects.get(number=1).pk), "act": "carry"}
    none = finance.post(f"{page}year-end/", {"act": "reduce"}, follow=True)
    assert "请先勾选" in text(none)
    closed = finance.post(f"{page}year-end/", ticked, follow=True)
    assert f"请先开设{YEAR + 1}年度的预算指标" in text(closed)
    finance.post(f"{BUDGETS}open/", {"year": YEAR + 1, "fund": str(line.fund_id)})
    finance.post(f"{page}year-end/", ticked)
    order = BudgetOrder.objects.get(kind="carry")
    assert "随同结转的分期" in text(approver.get(f"{orders}{order.pk}/"))
    approver.post(f"{orders}{order.pk}/approve/", {"seen_version": order.version})
    later = BudgetLine.objects.get(year=YEAR + 1)
    assert (later.granted, later.free) == (80_000, 0)
    # What the next year owes is met once there is money for it.
    owed = f"{BUDGETS}{later.pk}/"
    assert "可用余额还差 60,000.00 元" in text(finance.get(owed))
    assert "可用余额不足" in text(finance.post(f"{owed}reserve/", follow=True))
    assert "全部相符" in text(finance.post(f"{BUDGETS}check/", follow=True))
    BudgetLine.objects.filter(pk=later.pk).update(paid=1, granted=80_001)
    assert "已拨付与流水合计不一致" in text(finance.post(f"{BUDGETS}check/", follow=True))
