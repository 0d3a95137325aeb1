"""Rows of subsidies, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from subsidies.models import Round
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


def _round(setting: Any) -> None:
    """One under a policy and of a fund of its own, with an application."""
    number = setting.number()
    fund = make_fund(setting.district, f"fund-{number}")
    policy = make_policy(setting.district, f"policy-{number}", fund=fund)
    made = make_round(setting.district, policy, state="review")
    make_application(made, setting.street, state="submitted")


ONE_MORE: dict[str, Callable[[Any], None]] = {
    "subsidies.application": _application,
    "subsidies.budgetline": _budget,
    "subsidies.round": _round,
}
