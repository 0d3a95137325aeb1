"""Rows of subsidies for tests: a small policy, a budget, a round, applications on their way."""

import datetime as dt
from decimal import Decimal
from typing import Any

from subsidies.models import Application, BudgetLine, Fund, Policy, PolicyItem, Round
from tests.factories import EnterpriseFactory, OutletFactory

YEAR = 2026
# 投资额的 30%，最高 50 万元；申报时开业满 12 个月；一次拨付。
FACILITY: dict[str, Any] = {
    "inputs": [
        {"key": "investment", "label": "审定投资额", "kind": "money", "unit": "元"},
        {"key": "months", "label": "稳定经营月数", "kind": "number", "unit": "个月"},
    ],
    "conditions": [
        {"key": "lasting", "label": "稳定经营满一年", "kind": "compare", "input": "months",
         "op": ">=", "value": "12"},
    ],
    "steps": [
        {"key": "basis", "label": "审定投资额", "kind": "take", "input": "investment"},
        {"key": "rate", "label": "支持比例", "kind": "rate", "value": "0.3"},
        {"key": "cap", "label": "最高支持金额", "kind": "cap", "value": "500000"},
    ],
    "caps": [{"per": "applicant_year", "amount": "800000", "label": "每家企业每年"}],
    "instalments": [],
    "evidence": [
        {"key": "licence", "label": "营业执照", "required": True},
        {"key": "invoices", "label": "投资发票", "required": True},
    ],
    "examples": [
        {"name": "投资86万元", "given": {"investment": "860000", "months": "14"},
         "expected": "258000"},
    ],
}  # fmt: skip
# 定额 20 万元，分三年按 40/30/30 拨付。
OPENING: dict[str, Any] = {
    "inputs": [],
    "conditions": [],
    "steps": [{"key": "fixed", "label": "开业奖励", "kind": "fixed", "value": "200000"}],
    "caps": [],
    "instalments": [
        {"share": "0.4", "year_offset": 0, "condition": ""},
        {"share": "0.3", "year_offset": 1, "condition": "持续经营满一年"},
        {"share": "0.3", "year_offset": 2, "condition": "持续经营满两年"},
    ],
    "evidence": [],
    "examples": [{"name": "开业奖励", "given": {}, "expected": "200000"}],
}


def make_fund(district: Any, code: str = "trial") -> Fund:
    """A fund."""
    told = {"name": "试验专项资金"}
    return Fund.objects.get_or_create(district=district, code=code, defaults=told)[0]


def make_policy(district: Any, code: str = "trial", **more: Any) -> Policy:
    """Two items: `facility` (30 % of the investment) and `opening` (in three years)."""
    told: dict[str, Any] = {
        "name": "试验扶持办法",
        "state": "published",
        "valid_from": dt.date(2024, 1, 1),
        "source": "试验",
    }
    fund = more.pop("fund", None) or make_fund(district)
    made = Policy.objects.create(district=district, code=code, fund=fund, **(told | more))
    made.items.create(
        key="facility", name="便民商业设施", form="allowance", ref="第五条", rule=FACILITY, sort=1
    )
    made.items.create(
        key="opening", name="开业奖励", form="award", ref="第六条", rule=OPENING, sort=2
    )
    return made


def make_line(district: Any, granted: Any = 1_000_000, **more: Any) -> BudgetLine:
    """A budget line of the trial fund; its balances are set without moves."""
    told = {"year": YEAR, "fund": more.pop("fund", None) or make_fund(district)} | more
    return BudgetLine.objects.create(district=district, granted=granted, **told)


def make_round(district: Any, policy: Policy | None = None, **more: Any) -> Round:
    """A round that is open for applications."""
    number = Round.objects.filter(district=district).count() + 1
    told: dict[str, Any] = {
        "year": YEAR,
        "name": f"试验第{number}批",
        "state": "open",
        "opens_on": dt.date(YEAR, 1, 1),
        "closes_on": dt.date(YEAR, 12, 31),
    }
    found = (
        policy
        or Policy.objects.filter(district=district, state="published", is_reference=False).first()
    )
    return Round.objects.create(
        district=district, policy=found or make_policy(district), **(told | more)
    )


def make_application(round_: Round, street: Any, item: str = "facility", **more: Any) -> Any:
    """A draft of an enterprise of its own with an outlet in the street."""
    number = Application.objects.filter(round=round_).count() + 1
    enterprise = more.pop("enterprise", None) or EnterpriseFactory(district=round_.district)
    outlet = more.pop("outlet", None) or OutletFactory(street=street, enterprise=enterprise)
    told: dict[str, Any] = {
        "item": PolicyItem.objects.get(policy=round_.policy_id, key=item),
        "title": f"试验项目{number}",
        "facts": {"investment": "860000", "months": "14"} if item == "facility" else {},
        "account_name": enterprise.name,
        "bank": "试验银行",
        "account_number": f"62170000{number:08d}",
    }
    if more.get("state", "draft") != "draft":
        told["number"] = f"{round_.year}-{number:04d}"
    if "amount" in more:
        told["computed"] = more["amount"]
    made = Application.objects.create(
        district=round_.district,
        round=round_,
        enterprise=enterprise,
        outlet=outlet,
        street=street,
        **(told | more),
    )
    for sort, line in enumerate(made.item.rule["evidence"], start=1):
        made.evidence.create(
            key=line["key"], label=line["label"], required=line["required"], sort=sort
        )
    return made


def yuan(amount: Any) -> Decimal:
    """For comparisons: yuan with two decimals."""
    return Decimal(amount).quantize(Decimal("0.01"))
