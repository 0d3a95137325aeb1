"""Sums of effects, 绩效自评, what waits at each desk, reminders of 补正."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from core.ids import new_id
from core.models import Job, Notice
from core.reminders import send_reminders
from metrics.models import Release, RuleSet, Run
from portal.desk.items import items_for
from portal.subsidies.todo import waiting_in_subsidies
from portal.todo import waiting_for
from subsidies.effects import by_item, by_street, grouped, supported_lines, total_of
from subsidies.models import (
    Application,
    BudgetOrder,
    Clawback,
    Effect,
    Instalment,
    Objection,
    Payment,
    PaymentList,
)
from tests.coordination.people import Cast, Person
from tests.factories import StreetFactory
from tests.subsidies.making import make_application, make_line, make_policy, make_round

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR, DAY = TODAY.year, dt.timedelta(days=1)
ONE, TWO, THREE = (str(new_id()) for _ in range(3))


class Here:
    """A district with a budget, a policy and a signed-off run."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.district = self.cast.district
        self.finance = self.cast.person(self.cast.commission, "finance")
        self.line = make_line(self.district, 10_000, year=YEAR, paid=2_200, reserved=1_000)
        self.policy = make_policy(self.district)
        self.round = make_round(self.district, self.policy, state="paying", year=YEAR)
        run = Run.objects.create(
            district=self.district,
            kind=Run.Kind.SNAPSHOT,
            as_of=TODAY,
            rule_set=RuleSet.objects.get(code="default"),
            formula_version="1",
            input_digest="x",
        )
        self.release = Release.objects.create(
            district=self.district, run=run, purpose="month", cutoff=TODAY, by_label="试验"
        )

    def paid(self, amount: int, compounds: dict[str, int] | None, **more: Any) -> Application:
        """A supported outlet; `compounds` None = it cannot be told whom it reaches."""
        street = more.pop("street", self.cast.street)
        told = {"state": "done", "amount": Decimal(5_000), "is_sample": True} | more
        made: Application = make_application(self.round, street, **told)
        row = Instalment.objects.create(
            application=made, number=1, year=YEAR, amount=5_000, state="paid", line=self.line
        )
        if amount:
            Payment.objects.create(
                district=self.district,
                instalment=row,
                paid_on=TODAY,
                voucher="记-1",
                amount=amount,
                account_name="某",
                act=new_id(),
            )
        Effect.objects.create(
            application=made,
            after=self.release,
            is_open=True,
            residents=None if compounds is None else sum(compounds.values()),
            compounds=[{"id": id, "residents": n} for id, n in (compounds or {}).items()],
            note="网点位置未核实；扶持起点" if compounds is None else "",
        )
        return made


def browsing(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def test_sums_count_nobody_twice_and_the_unknown_apart() -> None:
    here = Here()
    other = StreetFactory(district=here.district, name="乙街道")
    first = here.paid(1_000, {ONE: 100, TWO: 50})
    here.paid(500, {TWO: 50, THREE: 25}, street=other)
    here.paid(700, None)
    here.paid(200, {}, street=other, item="opening")
    here.paid(0, {ONE: 100}, state="approved", street=other, item="opening")
    back = {"district": here.district, "instalment": first.instalments.get(), "reason": "试验"}
    Clawback.objects.create(**back, amount=200, state="recovered")
    Clawback.objects.create(**back, number=2, amount=300, state="approved")
    scope = here.cast.officer.scope
    with CaptureQueriesContext(
        connection,
    ) as few:
        lines = supported_lines(here.district, scope)
    total = total_of(lines)
    assert (total.supports, total.outlets, total.opened) == (5, 5, 5)
    assert (total.paid, total.paid_unknown) == (Decimal(2_200), Decimal(700))
    assert (total.residents, total.compounds) == (175, 3)
    assert (total.unknown, total.reasons) == (1, {"网点位置未核实": 1})
    # 800 + 500 + 200 paid and known, to 175 residents; 8.571… half up.
    assert total.cost == Decimal("8.57")
    streets = {one.label: one for one in grouped(lines, by_street)}
    assert streets["甲街道"].cost == Decimal("5.33")
    assert (streets["乙街道"].residents, streets["乙街道"].cost) == (175, Decimal("9.33"))
    opening = {one.label: one for one in grouped(lines, by_item)}["开业奖励"]
    assert (opening.residents, opening.cost, opening.why) == (
        100,
        None,
        "已拨付的项目没有新增可达居民",
    )
    only = [line for line in lines if not line.known]
    assert (total_of(only).residents, total_of(only).why) == (None, "已拨付的均无法测算")
    for _ in range(3):
        here.paid(1, {ONE: 100})
    with CaptureQueriesContext(connection) as many:
        assert len(supported_lines(here.district, scope)) == 8
    assert len(many) == len(few) == 4


def test_the_page_and_the_self_assessment_say_the_same_and_where_it_comes_from() -> None:
    here = Here()
    here.paid(1_000, {ONE: 100, TWO: 50})
    here.paid(700, None)
    client = browsing(here.cast.officer)
    page = client.get(reverse("subsidies:effects"), {"by": "street"}).content.decode()
    for text in ("6.67", "无法测算：网点位置未核实", "已拨付 0.07 万元", "统计截止日"):
        assert text in page
    sheets = client.get(reverse("subsidies:effects"), {"export": "xlsx"})
    book = load_workbook(io.BytesIO(sheets.content))
    assert "演示数据" in [cell.value for cell in book.worksheets[0]["A"]]
    address = reverse("subsidies:self_assessment", args=["docx"])
    document = Document(io.BytesIO(client.get(address, {"year": YEAR}).content))
    told = {row.cells[1].text: row.cells[3].text for row in document.tables[1].rows}
    # 2,200 of 10,000.
    assert told["预算执行率"] == "22.0%"
    assert (told["新增可达居民"], told["单位成本"]) == ("150 人", "6.67 元/人")
    assert told["服务对象满意度"] == "待填"
    assert "演示数据" in document.sections[0].header.paragraphs[0].text
    # Nothing in a year without rounds is nothing that can be told, not nought.
    document = Document(io.BytesIO(client.get(address, {"year": "2019"}).content))
    told = {row.cells[1].text: row.cells[3].text for row in document.tables[1].rows}
    assert (told["预算执行率"], told["新增可达居民"]) == ("—", "—")
    client.post(reverse("subsidies:effects_measure"))
    assert Job.objects.filter(kind="subsidies.measure_effects").count() == 1


def kinds(person: Person, district: Any) -> set[str]:
    return {one.kind for one in waiting_in_subsidies(person.scope, district)}


def fill_desks(here: Here) -> None:
    """One of everything that waits for somebody."""
    cast, street = here.cast, here.cast.street
    open_ = make_round(here.district, here.policy, state="open", closes_on=TODAY + DAY)
    review = make_round(here.district, here.policy, state="review", closes_on=TODAY - DAY)
    for state in ("draft", "submitted", "accepted", "reviewed"):
        make_application(open_ if state == "draft" else review, street, state=state)
    make_application(
        review,
        street,
        state="supplement",
        supplement_on=TODAY - 9 * DAY,
        supplement_due=TODAY - DAY,
        supplement_text="缺营业执照",
        submitted_by_ids=[str(cast.street_officer.user.pk)],
    )
    for disputed in (True, False):
        over = make_round(here.district, here.policy, state="notice", public_until=TODAY - DAY)
        held = make_application(over, street, state="proposed", amount=Decimal(100))
        if disputed:
            Objection.objects.create(application=held, received_on=TODAY, text="试验")
    asked = make_application(here.round, street, state="approved", amount=Decimal(300))
    common = {"application": asked, "year": YEAR, "amount": 100, "line": here.line}
    Instalment.objects.create(**common, number=1, state="reserved")
    Instalment.objects.create(**common, number=2, state="reserved", condition="开业满一年")
    for number, state in (("一", "draft"), ("二", "issued")):
        listed = PaymentList.objects.create(
            district=here.district, line=here.line, number=number, state=state
        )
        Instalment.objects.create(
            **common, number=3 + (state == "issued"), state="listed", payment_list=listed
        )
    BudgetOrder.objects.create(
        district=here.district,
        kind="grant",
        line=here.line,
        amount=1,
        reason="试",
        state="submitted",
    )


def test_each_desk_finds_what_waits_for_it_and_nothing_else() -> None:
    here = Here()
    cast = here.cast
    fill_desks(here)
    officer = {"受理", "补正逾期", "审核", "拟支持", "资金批次", "公示异议", "拨付条件"}
    assert kinds(cast.officer, here.district) == officer
    assert kinds(cast.approver, here.district) == {"审定", "预算调整", "拨付清单"}
    finance = {"编制清单", "拨付条件", "待登记支付"}
    assert kinds(here.finance, here.district) >= finance
    assert not kinds(here.finance, here.district) & (officer - {"拨付条件"})
    assert kinds(cast.foreign, here.district) == set()
    # The round with an open objection waits for the officer, not for the decision.
    (round_,) = (
        w for w in waiting_in_subsidies(cast.approver.scope, here.district) if w.kind == "审定"
    )
    assert "1 件" in round_.title
    mine = [item for item in items_for(cast.street_officer.scope, TODAY) if "扶持" in item.kind]
    assert [item.kind for item in mine] == ["扶持补正", "扶持申报"]
    assert mine[0].quotes == ("缺营业执照",)
    assert mine[0].status == "bad"
    page = browsing(cast.street_officer).get(reverse("subsidies:home")).content.decode()
    assert "缺营业执照" in page
    assert "资金一览" not in page
    # Reminded once: who filed, and the commission since the day is over.
    Notice.objects.all().delete()
    later = TODAY + 15 * DAY
    send_reminders(later)
    people = set(
        Notice.objects.filter(title__contains="补正").values_list("recipient_id", flat=True)
    )
    assert people == {cast.street_officer.user.pk, cast.officer.user.pk}
    assert send_reminders(later) == 0


def test_overview_and_dashboard_ask_as_much_for_many_rows_as_for_few() -> None:
    here = Here()
    fill_desks(here)
    client = browsing(here.cast.officer)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("subsidies:home")).status_code == 200
            waiting_for(here.cast.officer.scope, here.district)
        return len(queries)

    asked()
    few = asked()
    fill_desks_again(here)
    assert asked() == few


def fill_desks_again(here: Here) -> None:
    review = make_round(here.district, here.policy, state="review")
    for state in ("submitted", "accepted", "reviewed", "submitted"):
        make_application(review, here.cast.street, state=state)
    over = make_round(here.district, here.policy, state="notice", public_until=TODAY - DAY)
    held = make_application(over, here.cast.street, state="proposed", amount=Decimal(1))
    Objection.objects.create(application=held, received_on=TODAY, text="试验")
