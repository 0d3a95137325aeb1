"""`/subsidies/applications/`: the applications that the caller may see."""

import uuid
from typing import Any

from django.db.models import Count, F, QuerySet
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
from portal.ledger.lists import described, own_streets, search, select
from portal.subsidies.case import STATUS
from portal.views.common import own_district, page, scope_of
from subsidies.filing_rules import WITH_APPLICANT, open_rounds
from subsidies.models import Application, PolicyItem, Round
from subsidies.querysets import ApplicationQuerySet
from territory.models import District

PER_PAGE = 50
CONDITIONS = ("q", "year", "round", "item", "street", "state")
State = Application.State
# Word of the address → column.
SORTS = {
    "number": "number",
    "enterprise": "enterprise__name",
    "filed": "submitted_at",
    "amount": "amount",
    "updated": "updated_at",
}
COLUMNS = (
    Column(key="number", title=gettext_lazy("受理编号"), width=16),
    Column(key="title", title=gettext_lazy("项目名称"), width=36),
    Column(key="enterprise", title=gettext_lazy("申报企业"), width=30),
    Column(key="credit_code", title=gettext_lazy("统一社会信用代码"), width=22),
    Column(key="round", title=gettext_lazy("资金批次"), width=24),
    Column(key="item", title=gettext_lazy("支持事项"), width=24),
    Column(key="outlet", title=gettext_lazy("网点编码"), width=16),
    Column(key="outlet_name", title=gettext_lazy("网点"), width=26),
    Column(key="street", title=gettext_lazy("街道（镇）"), width=16),
    Column(key="circle", title=gettext_lazy("便民生活圈"), width=24),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="filed", title=gettext_lazy("申报日期"), kind=Kind.DATE),
    Column(key="due", title=gettext_lazy("补正截止"), kind=Kind.DATE),
    Column(key="accepted", title=gettext_lazy("受理日期"), kind=Kind.DATE),
    Column(key="computed", title=gettext_lazy("测算金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="amount", title=gettext_lazy("支持金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="note", title=gettext_lazy("办理意见"), width=36),
)


@page("subsidies.applications")
def applications(request: HttpRequest) -> HttpResponse:
    """The list, filtered; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    every = Application.objects.visible_to(scope).filter(district=district)
    within = _within(request, every)
    state = request.GET.get("state", "")
    of_state = within.filter(state=state) if state in State.values else within
    found = _sorted(request, of_state.select_related("item", "round", "enterprise", "street"))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, found, district)
    start, total = whole(request.GET.get("from", "")), found.count()
    shown = found.defer("facts", "checked", "eligibility", "computation", "street__outline")
    rounds = Round.objects.visible_to(scope).filter(district=district)
    may_file = policy.may(scope, "subsidies.file_application")
    context = {
        "crumbs": [{"label": district.name}, {"label": _("扶持申报")}],
        "states": _states(request, within, state),
        "filters": _filters(request, scope, district, rounds),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [
                {"label": _("新建申报"), "url": reverse("subsidies:application_new"), "main": True}
            ]
            if may_file
            else [],
        },
        "heads": sort_heads(request, SORTS, "-updated"),
        "lines": [_line(row, scope) for row in shown[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "may_file": may_file,
        "open_rounds": open_rounds(rounds, timezone.localdate()).count(),
        "sees_all": scope.all_streets,
    }
    return render(request, "subsidies/applications.html", context)


def _within(request: HttpRequest, rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """By everything but the state."""
    get = request.GET.get
    rows = rows.matching(get("q", ""))
    if year := whole(get("year", "")):
        rows = rows.filter(round__year=year)
    if pk := _key(get("round", "")):
        rows = rows.filter(round=pk)
    if item := get("item", ""):
        rows = rows.filter(item__key=item)
    if street := get("street", ""):
        rows = rows.filter(street__code=street)
    return rows


def _key(text: str) -> uuid.UUID | None:
    """An id as the address carries it; None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _sorted(request: HttpRequest, rows: "QuerySet[Application]") -> "QuerySet[Application]":
    asked = request.GET.get("sort", "-updated")
    column = F(SORTS.get(asked.removeprefix("-"), "updated_at"))
    down = asked.startswith("-")
    order = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    return rows.order_by(order, "id")


def _states(
    request: HttpRequest, rows: "QuerySet[Application]", chosen: str
) -> list[dict[str, Any]]:
    """Chips: each state with how many there are; those without any are left out."""
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    chips: list[dict[str, Any]] = [
        {"label": _("全部"), "n": sum(counted.values()), "on": not chosen, "value": None}
    ]
    chips += [
        {"label": label, "n": counted.get(value, 0), "on": value == chosen, "value": value}
        for value, label in State.choices
        if counted.get(value) or value == chosen
    ]
    for chip in chips:
        chip["url"] = with_query(request, state=chip["value"], **{"from": None})
    return chips


def _filters(
    request: HttpRequest, scope: Scope, district: District, rounds: "QuerySet[Round]"
) -> dict[str, Any]:
    streets = [(street.code, street.name) for street in own_streets(scope, district)]
    listed = list(rounds.order_by("-year", "-id"))
    named = [(str(one.pk), f"{one.year} {one.name}") for one in listed]
    years = dict.fromkeys(str(one.year) for one in listed)
    items = PolicyItem.objects.filter(policy__rounds__in=rounds).order_by("sort", "id")
    by_key: dict[str, str] = {}
    for key, name in items.values_list("key", "name"):
        by_key.setdefault(key, name)
    fields = [
        search(request, "q", _("搜索"), _("企业、编号、项目名称、网点")),
        select(request, "year", _("年度"), [(year, year) for year in years]),
        select(request, "round", _("资金批次"), named),
        select(request, "item", _("支持事项"), by_key.items()),
    ]
    if len(streets) > 1:
        fields.append(select(request, "street", _("街道（镇）"), streets))
    # Kept by the form; the chips above choose it.
    state = request.GET.get("state", "")
    if state in State.values:
        fields.append({"name": "state", "label": "", "kind": "hidden", "value": state})
    told = described(request, fields)
    told["chips"] = [chip for chip in told["chips"] if not chip["label"].startswith("：")]
    return told


def _line(row: Application, scope: Scope) -> dict[str, Any]:
    today = timezone.localdate()
    due = row.supplement_due if row.state == State.SUPPLEMENT else None
    may_edit = row.state in WITH_APPLICANT and policy.may(scope, "subsidies.file_application", row)
    return {
        "row": row,
        "status": STATUS[State(row.state)],
        "url": reverse(
            "subsidies:application_edit" if may_edit else "subsidies:application", args=[row.pk]
        ),
        "filed": timezone.localtime(row.submitted_at).date() if row.submitted_at else None,
        "due": due,
        "overdue": bool(due and today > due),
    }


# --- Export ---------------------------------------------------------------------------------------
def _workbook(
    request: HttpRequest, rows: "QuerySet[Application]", district: District
) -> HttpResponse:
    found = list(rows.select_related("outlet", "circle").defer("circle__boundary"))
    notes = [_("%(district)s扶持申报") % {"district": district.name}]
    if any(row.is_sample for row in found):
        notes.append(_("演示数据"))
    told = [_exported(row) for row in found]
    sheet = Sheet(title=_("扶持申报"), columns=COLUMNS, rows=told, notes=notes)
    return workbook_answer(
        request, name="subsidy-applications", label=_("扶持申报"), sheets=[sheet]
    )


def _exported(row: Application) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": row.title,
        "enterprise": row.enterprise.name,
        "credit_code": row.enterprise.credit_code or "",
        "round": row.round.name,
        "item": row.item.name,
        "outlet": row.outlet.code if row.outlet else "",
        "outlet_name": row.outlet.name if row.outlet else "",
        "street": row.street.name if row.street else "",
        "circle": row.circle.name if row.circle else "",
        "state": row.get_state_display(),
        "filed": timezone.localtime(row.submitted_at).date() if row.submitted_at else None,
        "due": row.supplement_due,
        "accepted": row.accepted_on,
        "computed": row.computed,
        "amount": row.amount,
        "note": row.decision_note,
    }
