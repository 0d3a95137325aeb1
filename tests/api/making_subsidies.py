"""Rows of subsidies, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from subsidies.models import Instalment, Payment, PaymentList, Round
from tests.subsidies.making import make_application, make_fund, make_line, make_policy, make_round


def _budget(setting: Any) -> None:
    """One of a fund of its own."""
    make_line(setting.district, fund=make_fund(setting.district, f"fund-{setting.number()}"))


def _application(setting: Any) -> None:
    """A submitted one with a circle, in the district's round."""
    round_ = Round.objects.filter(district=setting.district, state="open").first()
    make_application(
        round_ or make_round(setting.district),
        setting.street,
        state="submitted",
        circle=setting.circle,
    )


def _policy(setting: Any) -> None:
    """A published one of a code of its own."""
    make_policy(setting.district, f"rule-{setting.number()}")


def _round(setting: Any) -> None:
    """One under a policy and of a fund of its own, with an application."""
    number = setting.number()
    fund = make_fund(setting.district, f"fund-{number}")
    policy = make_policy(setting.district, f"policy-{number}", fund=fund)
    made = make_round(setting.district, policy, state="review")
    make_application(made, setting.street, state="submitted")


def _payment(setting: Any) -> None:
    """Of a paid instalment of its own, on a list of its own."""
    number, today = setting.number(), timezone.localdate()
    policy = make_policy(
        setting.district, f"pays-{number}", fund=make_fund(setting.district, f"pays-{number}")
    )
    line = make_line(setting.district, fund=policy.fund)
    round_ = make_round(setting.district, policy, state="paying")
    application = make_application(round_, setting.street, state="done", amount=100)
    listed = PaymentList.objects.create(
        district=setting.district, line=line, number=f"BF-{number}", state="settled"
    )
    row = Instalment.objects.create(
        application=application,
        number=1,
        year=line.year,
        amount=100,
        state="paid",
        line=line,
        payment_list=listed,
    )
    Payment.objects.create(
        district=setting.district,
        instalment=row,
        paid_on=today,
        voucher=f"V-{number}",
        amount=100,
        account_name=application.account_name,
        act=application.pk,
    )


ONE_MORE: dict[str, Callable[[Any], None]] = {
    "subsidies.application": _application,
    "subsidies.budgetline": _budget,
    "subsidies.payment": _payment,
    "subsidies.policy": _policy,
    "subsidies.round": _round,
}
