"""专项资金 and their 预算指标 by year, opened with nothing granted yet."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.scope import Scope
from subsidies.models import BudgetLine, Fund
from subsidies.workflow.money import BUDGETS
from territory.models import District

FIRST_YEAR, LAST_YEAR = 2020, 2099


def open_fund(*, district: District, code: str, name: str, by: Actor, scope: Scope) -> Fund:
    """A 专项资金 that budgets are given to. ValidationError by field."""
    fund = Fund(district=district, code=code.strip(), name=name.strip())
    with act("subsidies.open_fund", by=by, obj=fund) as this:
        policy.require(scope, BUDGETS, fund)
        fund.full_clean()
        fund.save()
        this.changes = {"code": fund.code, "name": fund.name}
    return fund


def open_line(*, fund: Fund, year: int, by: Actor, scope: Scope) -> BudgetLine:
    """The fund's budget line of the year, with nothing granted yet; the one there is, if any."""
    policy.require(scope, BUDGETS, fund)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError({"year": _("请填写四位年度。")})
    told = {"district": fund.district, "is_sample": fund.is_sample}
    with act("subsidies.open_line", by=by) as this:
        # The unique key decides between two who open it at once.
        line, made = BudgetLine.objects.get_or_create(fund=fund, year=year, defaults=told)
        this.obj, this.changes = line, {"fund": fund.code, "year": year, "made": made}
    return line
