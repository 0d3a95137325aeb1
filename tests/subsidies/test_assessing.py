"""What applications come to: caps over history and siblings, stacking, what is not known."""

import datetime as dt
import random
import threading
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outlets.models import CreditResult, Outlet
from subsidies.models import Application, Clawback, Instalment, Payment, PolicyItem
from subsidies.services.assessing import assess, require_headroom
from tests.coordination.people import Cast
from tests.factories import EnterpriseFactory, OutletFactory
from tests.subsidies.making import (
    FACILITY,
    YEAR,
    make_application,
    make_line,
    make_policy,
    make_round,
    yuan,
)

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


class Here:
    """A district with a policy, a round, and one enterprise that applies several times."""

    def __init__(self) -> None:
        self.cast = Cast()
        self.policy = make_policy(self.cast.district)
        self.round = make_round(self.cast.district, self.policy, state="review")
        self.enterprise = EnterpriseFactory(district=self.cast.district)

    def case(self, investment: Any = 860_000, **more: Any) -> Application:
        """An application of the enterprise under review; its number follows the last one."""
        told: dict[str, Any] = {
            "state": "accepted",
            "enterprise": self.enterprise,
            "facts": {"investment": str(investment), "months": "14"},
        }
        made: Application = make_application(
            more.pop("round", self.round), self.cast.street, **(told | more)
        )
        return made

    def held(self, amount: int, year: int = YEAR, code: str = "", **more: Any) -> Application:
        """Support that the enterprise has been given."""
        policy = make_policy(self.cast.district, code) if code else self.policy
        round_ = make_round(self.cast.district, policy, year=year, state="paying")
        told = {"state": "approved", "amount": amount, "reviewed_on": TODAY}
        return self.case(round=round_, **(told | more))

    def rule(self, key: str = "facility", group: str = "", **parts: Any) -> None:
        """Change the rule of an item."""
        item = PolicyItem.objects.get(policy=self.policy, key=key)
        item.rule, item.stack_group = item.rule | parts, group
        item.save()


def amounts(*cases: Application) -> list[Decimal | None]:
    told = assess(cases)
    return [told[one.pk].computed for one in cases]


def test_caps_serve_numbers_in_order_whoever_is_looked_at_first() -> None:
    here = Here()
    here.held(600_000)
    # Last year's, another policy's and another enterprise's take nothing of this year's 800 000.
    here.held(700_000, year=YEAR - 1)
    here.held(700_000, code="another")
    here.held(700_000, enterprise=EnterpriseFactory(district=here.cast.district))
    first, second, third = here.case(500_000), here.case(860_000), here.case(860_000)
    together = [yuan(150_000), yuan(50_000), yuan(0)]
    assert amounts(first, second, third) == together
    assert [amounts(one)[0] for one in (first, second, third)] == together
    assert amounts(third, first, second) == [together[2], together[0], together[1]]
    told = assess([second])[second.pk].computation
    assert [line["amount"] for line in told["lines"]] == ["860000.00", "258000.00", "258000.00"]
    assert [line["clause"] for line in told["lines"]] == ["第五条"] * 3
    assert told["caps"][0]["amount"] == "50000.00"
    assert {(one["amount"], one["is_held"]) for one in told["before"]} == {
        ("600000.00", True),
        ("700000.00", True),
        ("150000.00", False),
    }
    # Reviewed and lowered, it takes what it was lowered to; refused or not eligible, nothing.
    told = {"state": "reviewed", "computed": 150_000, "amount": 100_000, "lowered_reason": "核减"}
    Application.objects.filter(pk=first.pk).update(**told)
    assert amounts(second) == [yuan(100_000)]
    Application.objects.filter(pk=first.pk).update(state="accepted", facts={"months": "3"})
    assert amounts(second) == [yuan(200_000)]
    # A draft takes nothing from those under review, and sees what they take.
    draft = here.case(860_000, state="draft", number="")
    assert amounts(draft, second, third) == [yuan(0), yuan(200_000), yuan(0)]


def test_every_amount_agrees_with_a_recount_in_as_many_queries_for_one_as_for_many() -> None:
    here, draw = Here(), random.Random(7)
    enterprises = [EnterpriseFactory(district=here.cast.district) for _ in range(4)]
    given = {one.pk: Decimal(0) for one in enterprises}
    for one in enterprises[:3]:
        amount = draw.randrange(0, 900_000, 1_000) + 1
        here.held(amount, enterprise=one)
        given[one.pk] += amount
    cases = [
        here.case(
            Decimal(draw.randrange(1, 250_000_000)) / 100, enterprise=draw.choice(enterprises)
        )
        for _ in range(20)
    ]
    expected = {}
    for case in cases:
        share = Decimal(case.facts["investment"]) * 3 / 10
        share = min(share.quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal(500_000))
        expected[case.pk] = max(min(share, 800_000 - given[case.enterprise_id]), Decimal(0))
        given[case.enterprise_id] += expected[case.pk]
    draw.shuffle(cases)
    with CaptureQueriesContext(
        connection,
    ) as many:
        told = assess(cases)
    with CaptureQueriesContext(connection) as one:
        assess(cases[:1])
    assert {pk: found.computed for pk, found in told.items()} == expected
    assert len(many) == len(one) <= 7


def test_of_one_group_an_outlet_gets_only_the_highest() -> None:
    here = Here()
    for key in ("facility", "opening"):
        here.rule(key, group="start")
    facility = here.case()
    opening = here.case(item="opening", facts={}, outlet=facility.outlet)
    elsewhere = here.case(item="opening", facts={})
    assert amounts(facility, opening, elsewhere) == [yuan(258_000), yuan(0), yuan(200_000)]
    assert amounts(opening) == [yuan(0)]
    told = assess([opening])[opening.pk].computation["caps"][0]
    assert facility.number in told["text"]
    assert told["amount"] == "0.00"
    # What the outlet was given in the group before counts: the difference is left.
    Application.objects.filter(pk=opening.pk).update(state="done", amount=200_000, computed=200_000)
    assert amounts(facility) == [yuan(58_000)]


def test_what_is_not_known_is_neither_zero_nor_met() -> None:
    here = Here()
    blacklist = {"key": "credit", "label": "无失信记录", "kind": "not_blacklisted"}
    here.rule(conditions=[*FACILITY["conditions"], blacklist])
    case = here.case(facts={"months": "14"}, checked={"nonsense": "1"})

    def verdicts() -> dict[str, str]:
        return {one["key"]: one["state"] for one in assess([case])[case.pk].eligibility}

    told = assess([case])[case.pk]
    assert (told.computed, told.state) == (None, "unknown")
    assert "审定投资额" in told.computation["missing"][0]
    assert told.computation["amount"] is None
    assert verdicts() == {"lasting": "met", "credit": "unknown"}
    case.checked = {"investment": "800000", "months": "6"}
    case.save()
    told = assess([case])[case.pk]
    # Checked values stand before declared ones.
    assert (told.computed, told.state) == (yuan(240_000), "unmet")

    def credit(days_ago: int, *, bad: bool, source: str = "信用普陀") -> None:
        told = {"source": source, "grade": "A", "on": TODAY - dt.timedelta(days_ago)}
        CreditResult.objects.create(
            district=here.cast.district, enterprise=here.enterprise, blacklisted=bad, **told
        )

    credit(40, bad=True)
    assert verdicts()["credit"] == "unmet"
    credit(30, bad=False)
    assert verdicts()["credit"] == "met"
    credit(20, bad=True, source="市场监管")
    assert verdicts()["credit"] == "unmet"
    finding = {"kind": "credit", "unit": "信用办", "on": TODAY}
    case.checks.create(outcome="remarks", note="待查", **finding)
    assert verdicts()["credit"] == "unmet"
    case.checks.create(outcome="passed", **finding)
    assert verdicts()["credit"] == "met"


def test_earlier_support_under_any_policy_counts_for_the_same_outlet() -> None:
    here = Here()
    conditions = [
        {"key": "double", "label": "三年内未获支持", "kind": "not_funded", "years": 3},
        {"key": "first", "label": "首次", "kind": "first_time"},
    ]
    here.rule(conditions=conditions)
    case = here.case()

    def states() -> list[str]:
        return [one["state"] for one in assess([case])[case.pk].eligibility]

    assert states() == ["met", "met"]
    # Another outlet of the enterprise, under this item: no double funding, and not the first time.
    here.held(10_000, year=YEAR - 1)
    assert states() == ["met", "unmet"]
    four = TODAY - dt.timedelta(days=4 * 366)
    old = here.held(10_000, YEAR - 4, "another", outlet=case.outlet, reviewed_on=four)
    assert states() == ["met", "unmet"]
    # Paid in instalments, the last of them lately.
    line = make_line(here.cast.district)
    part = Instalment.objects.create(
        application=old, number=1, year=YEAR, amount=10_000, state="paid", line=line
    )
    Payment.objects.create(
        district=here.cast.district,
        instalment=part,
        paid_on=TODAY - dt.timedelta(days=300),
        voucher="P1",
        amount=10_000,
        account_name="甲",
        act=part.pk,
    )
    assert states() == ["unmet", "unmet"]
    # Of a double that was merged into the outlet later.
    double = OutletFactory(street=here.cast.street, enterprise=here.enterprise)
    Application.objects.filter(pk=old.pk).update(outlet=double)
    assert states() == ["met", "unmet"]
    Outlet.objects.filter(pk=double.pk).update(merged_into=case.outlet)
    assert states() == ["unmet", "unmet"]


def test_headroom_is_asked_for_again_before_money_is_reserved() -> None:
    here = Here()
    here.held(500_000)
    told = {"state": "reviewed", "amount": yuan(258_000)}
    first, second = here.case(**told), here.case(**told)
    # Reviewed in two rounds at once, each came to the whole.
    second.round = make_round(here.cast.district, here.policy, state="review")
    second.save()
    for one in (first, second):
        require_headroom(one)
    Application.objects.filter(pk=first.pk).update(state="proposed")
    with pytest.raises(ValidationError) as refused:
        require_headroom(second)
    assert "42,000.00" in refused.value.messages[0]
    assert "重新测算" in refused.value.messages[0]
    # Lowered to what is left, it fits.
    second.amount, second.lowered_reason = yuan(42_000), "余额"
    require_headroom(second)


@pytest.mark.django_db(transaction=True)
def test_two_who_propose_at_once_do_not_exceed_a_cap_together() -> None:
    here, found = Here(), []
    told = {"state": "reviewed", "amount": yuan(258_000)}
    first, second = here.case(**told), here.case(**told)
    here.held(500_000)

    def propose_second() -> None:
        try:
            with transaction.atomic():
                require_headroom(second)
                found.append("fits")
        except ValidationError as error:
            found.extend(error.messages)
        finally:
            connections.close_all()

    other = threading.Thread(target=propose_second)
    with transaction.atomic():
        require_headroom(first)
        other.start()
        other.join(timeout=1)
        # It waits for what becomes of the first one.
        assert found == []
        Application.objects.filter(pk=first.pk).update(state="proposed")
    other.join(timeout=30)
    assert "42,000.00" in found[0]


def test_what_was_recovered_is_no_longer_given() -> None:
    here = Here()
    conditions = [{"key": "first", "label": "首次", "kind": "first_time"}]
    here.rule(conditions=conditions, caps=[{"per": "applicant", "amount": "500000"}])
    before, case = here.held(500_000, year=YEAR - 1), here.case(860_000)
    part = Instalment.objects.create(
        application=before,
        number=1,
        year=YEAR - 1,
        amount=500_000,
        state="paid",
        line=make_line(here.cast.district),
    )

    def told() -> tuple[Decimal | None, str]:
        found = assess([case])[case.pk]
        return found.computed, found.eligibility[0]["state"]

    def back(number: int, amount: int, state: str = "recovered") -> None:
        Clawback.objects.create(
            district=here.cast.district,
            instalment=part,
            number=number,
            amount=amount,
            reason="停业",
            state=state,
        )

    assert told() == (yuan(0), "unmet")
    back(1, 500_000, "approved")
    assert told() == (yuan(0), "unmet"), "asked for and not there yet"
    back(2, 100_000)
    assert told() == (yuan(100_000), "unmet"), "some of it was kept"
    back(3, 400_000)
    assert told() == (yuan(258_000), "met")
