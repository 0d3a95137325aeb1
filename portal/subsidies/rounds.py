"""`/subsidies/rounds/`: the rounds of the district, searched, filtered, exported."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, sort_heads, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of
from subsidies.models import Application, Policy, Round
from subsidies.round_rules import Tally, tallies
from territory.models import District

PER_PAGE = 30
CONDITIONS = ("q", "year", "state", "policy")
State = Round.State
STATUS = {
    State.DRAFT: "none",
    State.OPEN: "warn",
    State.REVIEW: "warn",
    State.NOTICE: "warn",
    State.APPROVED: "good",
    State.PAYING: "good",
    State.CLOSED: "none",
}
# Word of the address → columns.
SORTS = {
    "year": ("year", "opens_on"),
    "name": ("name",),
    "closes": ("closes_on",),
}
COLUMNS = (
    Column(key="year", title=gettext_lazy("年度"), kind=Kind.INTEGER),
    Column(key="name", title=gettext_lazy("资金批次"), width=30),
    Column(key="policy", title=gettext_lazy("扶持政策"), width=30),
    Column(key="fund", title=gettext_lazy("专项资金"), width=24),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="notice", title=gettext_lazy("申报通知文号"), width=20),
    Column(key="opens_on", title=gettext_lazy("申报开始"), kind=Kind.DATE),
    Column(key="closes_on", title=gettext_lazy("申报截止"), kind=Kind.DATE),
    Column(key="filed", title=gettext_lazy("申报数"), kind=Kind.INTEGER),
    Column(key="undecided", title=gettext_lazy("办理中"), kind=Kind.INTEGER),
    Column(key="held", title=gettext_lazy("拟支持及以后"), kind=Kind.INTEGER),
    Column(key="amount", title=gettext_lazy("支持金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="public_from", title=gettext_lazy("公示开始"), kind=Kind.DATE),
    Column(key="public_until", title=gettext_lazy("公示截止"), kind=Kind.DATE),
    Column(key="approved_on", title=gettext_lazy("审定日期"), kind=Kind.DATE),
    Column(key="number", title=gettext_lazy("审定文号"), width=20),
)


@page("subsidies.rounds")
def rounds(request: HttpRequest) -> HttpResponse:
    """The list, the newest first; streets see open ones and count their own applications."""
    scope = scope_of(request)
    district = own_district(scope)
    every = Round.objects.visible_to(scope).filter(district=district)
    found = _sorted(request, _filtered(request, every))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, list(found), scope, district)
    start, total = whole(request.GET.get("from", "")), found.count()
    shown = list(found[start : start + PER_PAGE])
    context = {
        "crumbs": [{"label": district.name}, {"label": _("资金批次")}],
        "filters": _filters(request, every),
        "tools": {
            "count_text": _("共 %(n)d 个批次") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": _actions(scope),
        },
        "heads": sort_heads(request, SORTS, "-year"),
        "lines": _lines(shown, scope),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_create": policy.may(scope, "subsidies.manage_rounds"),
        "sees_all": scope.all_streets,
    }
    return render(request, "subsidies/rounds.html", context)


def _actions(scope: Scope) -> list[dict[str, Any]]:
    if not policy.may(scope, "subsidies.manage_rounds"):
        return []
    return [{"label": _("新建批次"), "url": reverse("subsidies:round_new"), "main": True}]


def _filtered(request: HttpRequest, rows: "QuerySet[Round]") -> "QuerySet[Round]":
    get = request.GET.get
    for word in get("q", "").split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(policy__name__icontains=word)
            | Q(notice_number__icontains=word)
            | Q(approval_number__icontains=word)
        )
    if year := whole(get("year", "")):
        rows = rows.filter(year=year)
    if get("state", "") in State.values:
        rows = rows.filter(state=get("state"))
    if code := get("policy", ""):
        rows = rows.filter(policy__code=code)
    return rows.select_related("policy__fund")


def _sorted(request: HttpRequest, rows: "QuerySet[Round]") -> "QuerySet[Round]":
    asked = request.GET.get("sort", "-year")
    columns = SORTS.get(asked.removeprefix("-"), SORTS["year"])
    down = "-" if asked.startswith("-") else ""
    return rows.order_by(*(f"{down}{column}" for column in columns), "-id")


def _filters(request: HttpRequest, every: "QuerySet[Round]") -> dict[str, Any]:
    years = sorted(set(every.order_by().values_list("year", flat=True)), reverse=True)
    used = Policy.objects.filter(rounds__in=every).distinct().order_by("code", "number")
    codes = {one.code: one.name for one in used}
    fields = [
        search(request, "q", _("搜索"), _("批次、政策、文号")),
        select(request, "year", _("年度"), [(str(year), str(year)) for year in years]),
        select(request, "state", _("状态"), State.choices),
    ]
    if len(codes) > 1:
        fields.append(select(request, "policy", _("扶持政策"), codes.items()))
    return described(request, fields)


def _lines(rows: list[Round], scope: Scope) -> list[dict[str, Any]]:
    counted = tallies(rows, Application.objects.visible_to(scope))
    today = timezone.localdate()
    return [
        {
            "row": row,
            "status": STATUS[State(row.state)],
            "tally": counted[row.pk],
            "when": deadline_text(row, today),
        }
        for row in rows
    ]


def deadline_text(row: Round, today: Any) -> str:
    """The next day that counts, in words; "" where none does."""
    opens, closes = row.opens_on.isoformat(), row.closes_on.isoformat()
    if row.state == State.DRAFT:
        return _("拟申报 %(from)s 至 %(to)s") % {"from": opens, "to": closes}
    if row.state == State.OPEN:
        if row.opens_on > today:
            return _("%(day)s 开始申报") % {"day": opens}
        left = (row.closes_on - today).days
        if left < 0:
            return _("申报已于 %(day)s 到期") % {"day": closes}
        told = {"day": closes, "n": left}
        return _("申报截止 %(day)s，还有 %(n)d 天") % told if left else _("申报今天截止")
    if row.state == State.REVIEW:
        return _("申报已截止（%(day)s）") % {"day": closes}
    if row.state == State.NOTICE and row.public_until:
        until = {"day": row.public_until.isoformat()}
        over = row.public_until < today
        return _("公示于 %(day)s 期满，待审定") % until if over else _("公示至 %(day)s") % until
    if row.approved_on:
        return _("%(day)s 审定") % {"day": row.approved_on.isoformat()}
    return ""


# --- Export ---------------------------------------------------------------------------------------
def _workbook(
    request: HttpRequest, rows: list[Round], scope: Scope, district: District
) -> HttpResponse:
    counted = tallies(rows, Application.objects.visible_to(scope))
    notes = [_("%(district)s资金批次") % {"district": district.name}]
    if not scope.all_streets:
        notes.append(_("申报数和金额只计本街道（镇）"))
    if any(row.is_sample for row in rows):
        notes.append(_("演示数据"))
    told = [_exported(row, counted[row.pk]) for row in rows]
    sheet = Sheet(title=_("资金批次"), columns=COLUMNS, rows=told, notes=notes)
    return workbook_answer(request, name="rounds", label=_("资金批次"), sheets=[sheet])


def _exported(row: Round, tally: Tally) -> dict[str, Any]:
    return {
        "year": row.year,
        "name": row.name,
        "policy": row.policy.name,
        "fund": row.policy.fund.name if row.policy.fund else "",
        "state": row.get_state_display(),
        "notice": row.notice_number,
        "opens_on": row.opens_on,
        "closes_on": row.closes_on,
        "filed": tally.filed,
        "undecided": tally.undecided,
        "held": tally.held,
        "amount": tally.amount,
        "public_from": row.public_from,
        "public_until": row.public_until,
        "approved_on": row.approved_on,
        "number": row.approval_number,
    }
