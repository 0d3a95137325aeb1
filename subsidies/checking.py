"""Whether balances, ledger and instalments agree: by night, by command, and on request.

One statement reads all of it, so that what is reserved meanwhile is seen whole or not at all.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.people import recipients_of_commission
from accounts.roles import APPROVER, FINANCE
from core import jobs, schedule
from core.models import Job
from core.money import MoneyField
from core.notices import notify
from subsidies.models import BudgetLine, BudgetMove, Clawback, Instalment
from subsidies.services.budget import BALANCES, DELTAS
from territory.models import District

NIGHTLY = "subsidies.check_budgets"
LABELS = {
    "granted": lazy("预算指标与流水合计"),
    "reserved": lazy("已安排未拨付与流水合计"),
    "paid": lazy("已拨付与流水合计"),
    "instalments": lazy("已安排未拨付与各分期合计"),
    "payments": lazy("已拨付与已拨付分期（减已追回）合计"),
    "numbers": lazy("流水末号与流水条数"),
    "kinds": lazy("流水增减与类别不符的条数"),
}
COUNTS = frozenset({"numbers", "kinds"})


@dataclass(frozen=True)
class Discrepancy:
    """Two figures of a line that should be the same. `what` is a key of LABELS.

    kept   what the line (or its last move) says
    found  what its moves or instalments come to
    """

    line: BudgetLine
    what: str
    kept: Decimal
    found: Decimal

    @property
    def text(self) -> str:
        """In words: the line, what, both figures."""
        told = {"line": self.line, "what": LABELS[self.what]}
        if self.what in COUNTS:
            told |= {"kept": f"{self.kept:,}", "found": f"{self.found:,}"}
            return _("%(line)s：%(what)s不一致，记 %(kept)s，实为 %(found)s") % told
        told |= {"kept": f"{self.kept:,.2f}", "found": f"{self.found:,.2f}"}
        return _("%(line)s：%(what)s不一致，账面 %(kept)s 元，应为 %(found)s 元") % told


def check_lines(district: District | None = None) -> list[Discrepancy]:
    """Everything that does not agree, by line; of all districts when none is named. One query."""
    lines = BudgetLine.objects.select_related("fund").order_by("fund__code", "year", "id")
    if district is not None:
        lines = lines.filter(district=district)
    return [wrong for line in lines.annotate(**_figures()) for wrong in _of_line(line)]


def _of_line(line: Any) -> list[Discrepancy]:
    pairs = [(name, getattr(line, name), getattr(line, f"sum_{name}")) for name in BALANCES]
    pairs += [
        ("instalments", line.reserved, line.held),
        ("payments", line.paid, line.spent - line.recovered),
        ("numbers", Decimal(line.last_seq), Decimal(line.moves_made)),
        ("kinds", Decimal(0), Decimal(line.misfits)),
    ]
    return [Discrepancy(line, what, kept, found) for what, kept, found in pairs if kept != found]


def _figures() -> dict[str, Any]:
    """What each line's moves and instalments come to, as subqueries."""
    moves = BudgetMove.objects.filter(line=OuterRef("pk")).order_by()
    ours = Instalment.objects.filter(line=OuterRef("pk")).order_by()
    back = Clawback.objects.filter(instalment__line=OuterRef("pk"), state="recovered").order_by()
    told: dict[str, Any] = {f"sum_{name}": _sum(moves, "line", f"d_{name}") for name in BALANCES}
    told["held"] = _sum(ours.filter(state__in=["reserved", "listed"]), "line", "amount")
    told["spent"] = _sum(ours.filter(state="paid"), "line", "amount")
    told["recovered"] = _sum(back, "instalment__line", "amount")
    told["last_seq"] = _number(moves, Max("seq"))
    told["moves_made"] = _number(moves, Count("pk"))
    told["misfits"] = _number(moves.exclude(_fits()), Count("pk"))
    return told


def _sum(rows: Any, by: str, column: str) -> Any:
    total = rows.values(by).annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=MoneyField())


def _number(rows: Any, of: Any) -> Any:
    return Coalesce(Subquery(rows.values("line").annotate(n=of).values("n")), 0)


def _fits() -> Q:
    """Moves whose deltas are their amount, as their kind says."""
    fits = Q()
    for kind, signs in DELTAS.items():
        columns = {
            f"d_{name}": sign * F("amount") if sign else 0
            for name, sign in zip(BALANCES, signs, strict=True)
        }
        fits |= Q(kind=kind, **columns)
    return fits


# --- By night -------------------------------------------------------------------------------------
@jobs.handler(NIGHTLY)
def _nightly(_job: Job) -> jobs.Effect:
    """Check all lines; finance and approvers of a district where something is wrong are told."""
    found = check_lines()
    return lambda: {"wrong": len(found), "told": _tell(found)}


schedule.daily(NIGHTLY, hour=4)


def _tell(found: list[Discrepancy]) -> int:
    told = 0
    day = timezone.localdate().isoformat()
    by_district: dict[Any, list[Discrepancy]] = {}
    for one in found:
        by_district.setdefault(one.line.district_id, []).append(one)
    for district in District.objects.filter(pk__in=by_district).order_by("code"):
        wrong = by_district[district.pk]
        told += notify(
            key=f"budgets:wrong:{district.pk}:{day}",
            people=recipients_of_commission(district, FINANCE, APPROVER),
            title=_("预算核对发现 %(n)d 处不一致，请停止拨付并核查") % {"n": len(wrong)},
            text="\n".join(one.text for one in wrong[:20]),
            path="/subsidies/budgets/",
        )
    return told
