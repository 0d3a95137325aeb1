"""`/subsidies/applications/review/`: accepted applications that wait for review."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import offset_pager, with_query
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.ledger.lists import described, own_streets, search, select
from portal.subsidies import case
from portal.views.common import own_district, page, scope_of
from subsidies.models import Application
from subsidies.services.assessing import Assessment, assess
from subsidies.services.reviewing import Seen, review_applications
from territory.models import District

PER_PAGE = 50
CONDITIONS = ("q", "round", "item", "street", "mark")
# What comes out → status component's, and what is said.
MARKS = {
    "met": ("good", gettext_lazy("可审核通过")),
    "unmet": ("bad", gettext_lazy("有不符合的条件")),
    "unknown": ("unknown", gettext_lazy("情况不明")),
}
COLUMNS = (
    Column(key="number", title=gettext_lazy("受理编号"), width=16),
    Column(key="title", title=gettext_lazy("项目名称"), width=36),
    Column(key="enterprise", title=gettext_lazy("申报企业"), width=32),
    Column(key="item", title=gettext_lazy("支持事项"), width=24),
    Column(key="round", title=gettext_lazy("资金批次"), width=24),
    Column(key="street", title=gettext_lazy("街道（镇）"), width=16),
    Column(key="accepted_on", title=gettext_lazy("受理日期"), kind=Kind.DATE),
    Column(key="computed", title=gettext_lazy("测算金额（元）"), kind=Kind.DECIMAL, width=16),
    Column(key="mark", title=gettext_lazy("核验"), width=16),
    Column(key="why", title=gettext_lazy("说明"), width=50),
)
Worked = tuple[Application, Assessment]


@page("subsidies.handle_application")
def queue(request: HttpRequest) -> HttpResponse:
    """The list, filtered, each worked out; `?export=xlsx` gives exactly what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    every = case.queue(scope).filter(district=district)
    found = list(_filtered(request, every))
    told = assess(found)
    rows: list[Worked] = [(row, told[row.pk]) for row in found]
    if (mark := request.GET.get("mark", "")) in MARKS:
        rows = [(row, one) for row, one in rows if one.state == mark]
    rows.sort(key=_SORTS.get(request.GET.get("sort", ""), _by_number))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, rows, district)
    start = whole(request.GET.get("from", ""))
    context = {
        "crumbs": [
            {"label": district.name},
            {"label": _("扶持申报"), "url": reverse("subsidies:applications")},
            {"label": _("待审核")},
        ],
        "filters": _filters(request, scope, district, every),
        "tools": {
            "count_text": _("共 %(n)d 件") % {"n": len(rows)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
        },
        "sorts": [
            {
                "label": label,
                "url": with_query(request, sort=name or None, **{"from": None}),
                "current": request.GET.get("sort", "") == name,
            }
            for name, label in (
                ("", _("按编号")),
                ("amount", _("按金额")),
                ("waiting", _("等待最久")),
            )
        ],
        "rows": [_line(row, one, scope) for row, one in rows[start : start + PER_PAGE]],
        "sums": _sums(rows),
        "pager": offset_pager(request, start, PER_PAGE, len(rows)),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "here": request.get_full_path(),
    }
    return render(request, "subsidies/review_queue.html", context)


@require_POST
@page("subsidies.handle_application")
def pass_chosen(request: HttpRequest) -> HttpResponse:
    """审核通过 as computed, all ticked or none."""
    scope = scope_of(request)
    try:
        with refusals():
            done = review_applications(
                applications=_ticked(request, scope),
                note=request.POST.get("note", ""),
                by=current_actor(),
                scope=scope,
            )
        messages.success(request, _("%(n)d 件已审核通过。") % {"n": len(done)})
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    own = safe and back.startswith("/")
    return redirect(back if own else reverse("subsidies:review_queue"))


def _ticked(request: HttpRequest, scope: Scope) -> list[Seen]:
    """The ticked ones with what was looked at: `application=<id>:<version>:<digest>`."""
    seen: dict[uuid.UUID, tuple[int | None, str]] = {}
    for value in request.POST.getlist("application"):
        pk, _colon, rest = value.partition(":")
        version, _colon, digest = rest.partition(":")
        try:
            seen[uuid.UUID(pk)] = (whole(version) or None, digest)
        except ValueError:
            continue
    rows = Application.objects.visible_to(scope).filter(pk__in=list(seen))
    return [(row, *seen[row.pk]) for row in rows]


def _filtered(request: HttpRequest, rows: "QuerySet[Application]") -> "QuerySet[Application]":
    get = request.GET.get
    for word in get("q", "").split():
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(title__icontains=word)
            | Q(enterprise__name__icontains=word)
        )
    if (found := _id(get("round", ""))) is not None:
        rows = rows.filter(round=found)
    if item := get("item"):
        rows = rows.filter(item__key=item)
    if street := get("street"):
        rows = rows.filter(street__code=street)
    rows = rows.select_related("enterprise", "item", "round", "street")
    return rows.defer("street__outline", "eligibility", "computation")


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _by_number(one: Worked) -> Any:
    return one[0].number, str(one[0].pk)


_SORTS = {
    "amount": lambda one: (-(one[1].computed or 0), one[0].number),
    "waiting": lambda one: (str(one[0].accepted_on or ""), one[0].number),
}


def _filters(
    request: HttpRequest, scope: Scope, district: District, rows: "QuerySet[Application]"
) -> dict[str, Any]:
    rounds = rows.order_by("round__name").values_list("round_id", "round__name").distinct()
    items = rows.order_by("item__name").values_list("item__key", "item__name").distinct()
    streets = [(one.code, one.name) for one in own_streets(scope, district)]
    marks = [(name, word) for name, (_status, word) in MARKS.items()]
    fields = [
        search(request, "q", _("搜索"), _("编号、项目或企业")),
        select(request, "mark", _("核验"), marks),
        select(request, "round", _("资金批次"), [(str(pk), name) for pk, name in rounds]),
        select(request, "item", _("支持事项"), items),
        select(request, "street", _("街道（镇）"), streets),
    ]
    return described(request, fields)


def why(told: Assessment) -> str:
    """What stands in the way, in words."""
    texts = [f"{one['label']}：{one['text']}" for one in told.eligibility if one["state"] != "met"]
    return "；".join([*texts, *told.computation["missing"]])


def _line(row: Application, told: Assessment, scope: Scope) -> dict[str, Any]:
    status, word = MARKS[told.state]
    own = not {str(one) for one in scope.persons}.isdisjoint(row.submitted_by_ids)
    waited = (timezone.localdate() - row.accepted_on).days if row.accepted_on else None
    return {
        "row": row,
        "computed": told.computed,
        "status": status,
        "word": word,
        "why": why(told),
        "own": own,
        "passable": told.state == "met" and not own,
        "value": f"{row.pk}:{row.version}:{told.sha256}",
        "waited": waited,
    }


def _sums(rows: list[Worked]) -> dict[str, Any]:
    """How many pass, and what they come to together."""
    passing = [one.computed or 0 for _row, one in rows if one.state == "met"]
    return {
        "met": len(passing),
        "unmet": sum(one.state == "unmet" for _row, one in rows),
        "unknown": sum(one.state == "unknown" for _row, one in rows),
        "amount": sum(passing),
    }


def _workbook(request: HttpRequest, rows: list[Worked], district: District) -> HttpResponse:
    today = timezone.localdate()
    lines = [
        {
            "number": row.number,
            "title": row.title,
            "enterprise": row.enterprise.name,
            "item": row.item.name,
            "round": row.round.name,
            "street": row.street.name if row.street else "",
            "accepted_on": row.accepted_on,
            "computed": told.computed,
            "mark": MARKS[told.state][1],
            "why": why(told),
        }
        for row, told in rows
    ]
    notes = [_("%(district)s待审核扶持申报，按当前数据测算") % {"district": district.name}]
    if any(row.is_sample for row, _told in rows):
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("待审核申报"), columns=COLUMNS, rows=lines, notes=notes)
    label = _("待审核申报") + f"{today:%Y%m%d}"
    return workbook_answer(request, name="reviews", label=label, sheets=[sheet])
