"""What of subsidies waits for the caller: who accepts, who pays, who decides, who files."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.scope import Scope
from subsidies.models import (
    Application,
    BudgetLine,
    BudgetOrder,
    Clawback,
    Instalment,
    Objection,
    PaymentImport,
    PaymentList,
    Round,
)
from subsidies.payable import due, payable
from subsidies.self_assessment import money
from territory.models import District

A, R, L = Application.State, Round.State, PaymentList.State
# From this month on what is reserved and not yet paid is called to mind.
YEAR_END_MONTH = 11
NOUGHT = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something to do. `late` = a day has passed; `since` orders the dashboard's list."""

    kind: str
    title: str
    url: str
    n: int = 1
    since: dt.datetime | None = None
    late: bool = False


def waiting_in_subsidies(scope: Scope, district: District) -> list[Waiting]:
    """What the caller has to do for the whole district, by desk; each desk a few queries."""
    found: list[Waiting | None] = []
    today = timezone.localdate()
    if policy.may(scope, "subsidies.handle_application"):
        found += _of_handler(scope, district, today)
    if policy.may(scope, "subsidies.approve_round"):
        found += _of_approver(scope, district, today)
    if policy.may(scope, "subsidies.manage_payments"):
        found += _of_finance(scope, district, today)
    # Who has several desks is told of the same thing once.
    return list(dict.fromkeys(one for one in found if one is not None))


# --- 经办人 ---------------------------------------------------------------------------------------
def _of_handler(scope: Scope, district: District, today: dt.date) -> list[Waiting | None]:
    rows = Application.objects.visible_to(scope).filter(district=district)
    told = rows.aggregate(
        submitted=Count("pk", Q(state=A.SUBMITTED)),
        submitted_since=Min("submitted_at", filter=Q(state=A.SUBMITTED)),
        overdue=Count("pk", Q(state=A.SUPPLEMENT, supplement_due__lt=today)),
        overdue_since=Min("supplement_due", filter=Q(state=A.SUPPLEMENT)),
        accepted=Count("pk", Q(state=A.ACCEPTED)),
        accepted_since=Min("accepted_on", filter=Q(state=A.ACCEPTED)),
        reviewed=Count("pk", Q(state=A.REVIEWED, round__state=R.REVIEW)),
        reviewed_since=Min("reviewed_on", filter=Q(state=A.REVIEWED)),
    )
    return [
        _some(
            told["submitted"],
            _("受理"),
            _("%(n)d 件申报待受理"),
            f"{reverse('subsidies:applications')}?state={A.SUBMITTED}",
            told["submitted_since"],
        ),
        _some(
            told["overdue"],
            _("补正逾期"),
            _("%(n)d 件申报补正逾期，请决定是否受理"),
            f"{reverse('subsidies:applications')}?state={A.SUPPLEMENT}",
            told["overdue_since"],
            late=True,
        ),
        _some(
            told["accepted"],
            _("审核"),
            _("%(n)d 件申报待审核"),
            reverse("subsidies:review_queue"),
            told["accepted_since"],
        ),
        _some(
            told["reviewed"],
            _("拟支持"),
            _("%(n)d 件已审核，待列入拟支持名单"),
            f"{reverse('subsidies:applications')}?state={A.REVIEWED}",
            told["reviewed_since"],
        ),
        *_rounds_to_run(scope, district, today),
        *_objections(scope, district),
        _conditions(_instalments(scope, district), today),
    ]


def _rounds_to_run(scope: Scope, district: District, today: dt.date) -> Iterable[Waiting]:
    """Rounds whose day has come."""
    rows = Round.objects.visible_to(scope).filter(district=district)
    rows = rows.filter(
        Q(state=R.OPEN, closes_on__lt=today)
        | Q(state=R.NOTICE, public_until__lt=today)
        | Q(state=R.APPROVED)
    )
    words = {
        R.OPEN: _("“%(round)s”申报期已过，请截止申报"),
        R.NOTICE: _("“%(round)s”公示期满，请核对异议并提请审定"),
        R.APPROVED: _("“%(round)s”已审定，请转入拨付"),
    }
    for row in rows.order_by("closes_on", "pk"):
        days = {R.OPEN: row.closes_on, R.NOTICE: row.public_until, R.APPROVED: row.approved_on}
        yield Waiting(
            kind=_("资金批次"),
            title=words[R(row.state)] % {"round": row.name},
            url=reverse("subsidies:round", args=[row.pk]),
            since=_moment(days[R(row.state)]),
        )


def _objections(scope: Scope, district: District) -> Iterable[Waiting]:
    rows = Objection.objects.visible_to(scope).filter(
        application__district=district, outcome=Objection.Outcome.OPEN
    )
    counted = rows.order_by().values("application__round", "application__round__name")
    for one in counted.annotate(n=Count("pk"), since=Min("received_on")).order_by("since"):
        yield Waiting(
            kind=_("公示异议"),
            title=_("“%(round)s”有 %(n)d 件异议待处理")
            % {"round": one["application__round__name"], "n": one["n"]},
            url=reverse("subsidies:round", args=[one["application__round"]]),
            n=one["n"],
            since=_moment(one["since"]),
        )


# --- 领导审批 -------------------------------------------------------------------------------------
def _of_approver(scope: Scope, district: District, today: dt.date) -> list[Waiting | None]:
    orders = BudgetOrder.objects.visible_to(scope).filter(
        district=district, state=BudgetOrder.State.SUBMITTED
    )
    lists = PaymentList.objects.visible_to(scope).filter(
        Exists(Instalment.objects.filter(payment_list=OuterRef("pk"))),
        district=district,
        state=L.DRAFT,
    )
    clawbacks = Clawback.objects.visible_to(scope).filter(
        district=district, state=Clawback.State.SUBMITTED
    )
    return [
        *_rounds_to_approve(scope, district, today),
        _counted(
            orders,
            "created_at",
            _("预算调整"),
            _("%(n)d 笔预算调整待批准"),
            f"{reverse('subsidies:budget_orders')}?state={BudgetOrder.State.SUBMITTED}",
        ),
        _counted(
            lists,
            "created_at",
            _("拨付清单"),
            _("%(n)d 份拨付清单待审签"),
            f"{reverse('subsidies:payment_lists')}?state={L.DRAFT}",
        ),
        _counted(
            clawbacks,
            "created_at",
            _("资金追回"),
            _("%(n)d 笔资金追回待批准"),
            f"{reverse('subsidies:clawbacks')}?state={Clawback.State.SUBMITTED}",
        ),
    ]


def _rounds_to_approve(scope: Scope, district: District, today: dt.date) -> Iterable[Waiting]:
    """Publicity is over and no objection is open."""
    disputed = Objection.objects.filter(
        application__round=OuterRef("pk"), outcome=Objection.Outcome.OPEN
    )
    rows = Round.objects.visible_to(scope).filter(
        ~Exists(disputed), district=district, state=R.NOTICE, public_until__lt=today
    )
    held = Q(applications__state=A.PROPOSED)
    counted = rows.annotate(
        n=Count("applications", held), total=Sum("applications__amount", filter=held)
    )
    for row in counted.order_by("public_until", "pk"):
        told = {"round": row.name, "n": row.n, "sum": money(row.total or NOUGHT)}
        yield Waiting(
            kind=_("审定"),
            title=_("“%(round)s”公示期满，%(n)d 件 %(sum)s待审定") % told,
            url=reverse("subsidies:round", args=[row.pk]),
            since=_moment(row.public_until),
        )


# --- 财务 -----------------------------------------------------------------------------------------
def _of_finance(scope: Scope, district: District, today: dt.date) -> list[Waiting | None]:
    ours = _instalments(scope, district)
    ready = payable(ours, today).aggregate(n=Count("pk"), total=Sum("amount"))
    lists = PaymentList.objects.visible_to(scope).filter(district=district, state=L.ISSUED)
    brought = PaymentImport.objects.visible_to(scope).filter(
        district=district, state=PaymentImport.State.PREVIEW
    )
    told = brought.aggregate(n=Count("pk"), wrong=Sum("mismatched"), since=Min("at"))
    clawbacks = Clawback.objects.visible_to(scope).filter(
        district=district, state=Clawback.State.APPROVED
    )
    drafts = BudgetOrder.objects.visible_to(scope).filter(
        district=district, state=BudgetOrder.State.DRAFT
    )
    wrong = _("，其中不符 %(n)d 行") % {"n": told["wrong"]} if told["wrong"] else ""
    return [
        _some(
            ready["n"],
            _("编制清单"),
            _("%(n)d 期可列入拨付清单，%(sum)s"),
            reverse("subsidies:payments"),
            None,
            sum=money(ready["total"] or NOUGHT),
        ),
        _conditions(ours, today),
        _counted(
            lists,
            "issued_on",
            _("待登记支付"),
            _("%(n)d 份清单已送拨付，待登记支付结果"),
            f"{reverse('subsidies:payment_lists')}?state={L.ISSUED}",
        ),
        _some(
            told["n"],
            _("支付结果"),
            _("%(n)d 份支付结果文件待确认") + wrong,
            reverse("subsidies:payment_imports"),
            told["since"],
            late=bool(told["wrong"]),
        ),
        _counted(
            clawbacks,
            "created_at",
            _("资金追回"),
            _("%(n)d 笔追回中，待登记到账"),
            f"{reverse('subsidies:clawbacks')}?state={Clawback.State.APPROVED}",
        ),
        _counted(
            drafts,
            "created_at",
            _("预算调整"),
            _("%(n)d 笔预算调整未提交审批"),
            f"{reverse('subsidies:budget_orders')}?state={BudgetOrder.State.DRAFT}",
        ),
        *_year_end(scope, district, today),
    ]


def _instalments(scope: Scope, district: District) -> Any:
    return Instalment.objects.visible_to(scope).filter(application__district=district)


def _conditions(ours: Any, today: dt.date) -> Waiting | None:
    """Instalments that could be paid, were it not for a condition that nobody has looked at."""
    unsure = due(ours).exclude(condition="").filter(condition_met_on__isnull=True)
    unsure = unsure.filter(Q(not_before__isnull=True) | Q(not_before__lte=today))
    address = reverse("subsidies:payments")
    return _some(unsure.count(), _("拨付条件"), _("%(n)d 期拨付条件待核实"), address, None)


def _year_end(scope: Scope, district: District, today: dt.date) -> Iterable[Waiting]:
    """Money still reserved on budgets of years that are over, or nearly so."""
    last = today.year if today.month >= YEAR_END_MONTH else today.year - 1
    lines = BudgetLine.objects.visible_to(scope).filter(
        district=district, year__lte=last, reserved__gt=0
    )
    for line in lines.select_related("fund").order_by("year", "fund__code"):
        told = {"fund": line.fund.name, "year": line.year, "sum": money(line.reserved)}
        yield Waiting(
            kind=_("年末未拨付"),
            title=_("%(fund)s%(year)d年已安排未拨付 %(sum)s，请拨付或结转") % told,
            url=reverse("subsidies:budget", args=[line.pk]) + "#unpaid",
            late=line.year < today.year,
        )


# --- 街镇 -----------------------------------------------------------------------------------------
def applications_to_finish(scope: Scope) -> Any:
    """Drafts, and those to be completed, that the caller's street files; the nearest due first."""
    if scope.all_streets or not policy.may(scope, "subsidies.file_application"):
        return Application.objects.none()
    rows = Application.objects.visible_to(scope).filter(state__in=[A.SUPPLEMENT, A.DRAFT])
    rows = rows.select_related("enterprise", "round").defer("computation", "eligibility")
    return rows.order_by(F("supplement_due").asc(nulls_last=True), "round__closes_on", "pk")


# --- Small tools ----------------------------------------------------------------------------------
def _some(
    n: int, kind: str, title: str, url: str, since: Any, *, late: bool = False, **told: str
) -> Waiting | None:
    if not n:
        return None
    words = title % {"n": n, **told}
    return Waiting(kind=kind, title=words, url=url, n=n, since=_moment(since), late=late)


def _counted(rows: Any, day: str, kind: str, title: str, url: str) -> Waiting | None:
    told = rows.aggregate(n=Count("pk"), since=Min(day))
    return _some(told["n"], kind, title, url, told["since"])


def _moment(day: dt.date | dt.datetime | None) -> dt.datetime | None:
    """The beginning of a day; a moment as it is."""
    if day is None or isinstance(day, dt.datetime):
        return day
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
