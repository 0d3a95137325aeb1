"""`/coordination/roster/`: who sits where, on a day; with 备案日期, and as Excel."""

import datetime as dt
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Mechanism, RosterEntry
from coordination.services.roster import as_of, phone_for, vacancies
from core import policy
from core.scope import Scope
from core.spreadsheets import Column, Kind, Sheet
from portal.basis import with_query
from portal.coordination.files import workbook_answer
from portal.coordination.words import unit_name, units_of
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of
from territory.models import District

COLUMNS = (
    Column(key="mechanism", title=gettext_lazy("工作机制"), width=40),
    Column(key="place", title=gettext_lazy("职责"), width=12),
    Column(key="office", title=gettext_lazy("单位"), width=24),
    Column(key="person", title=gettext_lazy("姓名"), width=12),
    Column(key="post", title=gettext_lazy("职务"), width=20),
    Column(key="phone", title=gettext_lazy("电话"), width=16),
    Column(key="valid_from", title=gettext_lazy("任职自"), kind=Kind.DATE),
    Column(key="filed_on", title=gettext_lazy("备案日期"), kind=Kind.DATE),
)
# In the order that a list of an organisation has.
PLACES = list(RosterEntry.Place.values)


@page("coordination.roster")
def roster(request: HttpRequest) -> HttpResponse:
    """The list by mechanism, filtered; `?export=xlsx` gives what is shown."""
    scope = scope_of(request)
    district = own_district(scope)
    on = _day(request.GET.get("on", "")) or timezone.localdate()
    found = _ordered(_filtered(request, scope, district, on))
    if request.GET.get("export") == "xlsx":
        return _workbook(request, scope, district, on, found)
    groups = [
        {"mechanism": mechanism, "rows": [seat_shown(row, scope) for row in rows]}
        for mechanism, rows in groupby(found, key=lambda row: row.mechanism)
    ]
    may = policy.may(scope, "coordination.change_roster")
    context = {
        "crumbs": [{"label": district.name}, {"label": _("名册")}],
        "on": on,
        "today": on == timezone.localdate(),
        "filters": _filters(request, scope, district),
        "tools": {
            "count_text": _("共 %(n)d 席，待报 %(m)d 席")
            % {"n": len(found), "m": vacancies(found)},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": [
                {"label": _("新增席位"), "url": reverse("coordination:roster_new"), "main": True}
            ]
            if may
            else [],
        },
        "groups": groups,
        "may_change": may,
    }
    return render(request, "coordination/roster.html", context)


def seat_shown(row: RosterEntry, scope: Scope) -> dict[str, Any]:
    """A row as the pages show it, the telephone masked for those outside the commission."""
    return {
        "pk": row.pk,
        "place": row.get_place_display(),
        "unit": unit_name(row.office) if row.office else "",
        "person": row.person,
        "post": row.post,
        "phone": phone_for(row, scope),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "filed_on": row.filed_on,
        "is_sample": row.is_sample,
        "by_label": row.by_label,
    }


def _filtered(
    request: HttpRequest, scope: Scope, district: District, on: dt.date
) -> "QuerySet[RosterEntry]":
    rows = as_of(RosterEntry.objects.visible_to(scope).filter(district=district), on)
    get = request.GET.get
    if mechanism := get("mechanism"):
        rows = rows.filter(mechanism__code=mechanism)
    if unit := get("unit"):
        rows = rows.filter(office__code=unit)
    if get("vacant") == "1":
        rows = rows.filter(person="")
    for word in get("q", "").split():
        rows = rows.filter(
            Q(person__icontains=word) | Q(post__icontains=word) | Q(office__name__icontains=word)
        )
    return rows.select_related("mechanism", "office__district")


def _ordered(rows: "QuerySet[RosterEntry]") -> list[RosterEntry]:
    """In the order of an official list: places, then units as the document named them."""

    def order(row: RosterEntry) -> tuple[Any, ...]:
        return (
            row.mechanism.sort,
            row.mechanism.code,
            PLACES.index(row.place),
            str(row.office_id or ""),
            row.pk,
        )

    return sorted(rows, key=order)


def _filters(request: HttpRequest, scope: Scope, district: District) -> dict[str, Any]:
    mechanisms = Mechanism.objects.visible_to(scope).filter(district=district)
    names = list(mechanisms.order_by("sort", "code").values_list("code", "name"))
    fields = [
        search(request, "q", _("搜索"), _("姓名、职务或单位")),
        select(request, "mechanism", _("工作机制"), names),
        select(request, "unit", _("单位"), [(u.code, unit_name(u)) for u in units_of(district.pk)]),
        select(request, "vacant", _("人员"), [("1", _("仅看待报"))]),
        {"name": "on", "label": _("时点"), "kind": "date", "value": request.GET.get("on", "")},
    ]
    return described(request, fields)


def _workbook(
    request: HttpRequest,
    scope: Scope,
    district: District,
    on: dt.date,
    found: list[RosterEntry],
) -> HttpResponse:
    rows = [
        seat_shown(row, scope)
        | {
            "mechanism": row.mechanism.name,
            "office": unit_name(row.office) if row.office else "",
            "person": row.person or _("待报"),
        }
        for row in found
    ]
    told = {"district": district.name, "day": on.isoformat()}
    notes = [_("%(district)s一刻钟便民生活圈组织机构名册（%(day)s）") % told]
    if any(row.is_sample for row in found):
        notes.append(_("演示数据"))
    sheet = Sheet(title=_("名册"), columns=COLUMNS, rows=rows, notes=notes)
    return workbook_answer(request, name="roster", label=_("组织机构名册"), sheets=[sheet])


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
