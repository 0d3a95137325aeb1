"""`/ledger/changes/`: 疑似变化清单, what each source says beside what the register says."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core import policy
from core.audit import current_actor
from core.scope import Scope
from core.versions import StaleVersionError
from outlets.fieldwork import suspicions as acts
from outlets.fieldwork.answers import STATED
from outlets.models import BusinessFormat, IndustryCode, Outlet, Suspicion
from portal.basis import offset_pager, with_query
from portal.ledger.lists import (
    csv_answer,
    described,
    errors_in,
    errors_of,
    own_streets,
    search,
    select,
)
from portal.views.common import own_district, page, scope_of
from territory.models import District, Street

PER_PAGE = 25
MONTHS_SHOWN = 24
ACTION_WORDS = {
    acts.CLOSE: gettext_lazy("登记关闭"),
    acts.MOVE: gettext_lazy("登记迁出"),
    acts.SUSPEND: gettext_lazy("登记停业"),
    acts.CHANGE: gettext_lazy("更正台账"),
    acts.CREATE: gettext_lazy("登记新网点"),
    acts.DONE: gettext_lazy("台账已另行更新"),
}
# What each kind usually leads to; offered first.
LIKELY = {
    Suspicion.Kind.LICENCE_GONE: acts.CLOSE,
    Suspicion.Kind.LICENCE_CHANGED: acts.CHANGE,
    Suspicion.Kind.LICENCE_NEW: acts.CREATE,
    Suspicion.Kind.STALE: acts.CLOSE,
}
MAP_WORDS = {
    "closed": gettext_lazy("已关店"),
    "moved": gettext_lazy("已搬走"),
    "wrong": gettext_lazy("信息有误"),
    "missing": gettext_lazy("缺少网点"),
}
SIGNS = {"open": "warn", "confirmed": "good", "dismissed": "none"}


# --- The list -------------------------------------------------------------------------------------
@page("outlets.view")
def changes(request: HttpRequest) -> HttpResponse:
    """The list, open ones first of all; as CSV exactly what is filtered."""
    scope = scope_of(request)
    district = own_district(scope)
    rows = _filtered(request, scope, district)
    if request.GET.get("export") == "csv":
        return csv_answer(request, "suspected-changes", _table(rows.iterator(chunk_size=1000)))
    total = rows.count()
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0
    shown = list(rows[start : start + PER_PAGE])
    _dress(shown)
    context = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": _("疑似变化")},
        ],
        "rows": shown,
        "filters": _filters(request, scope, district),
        "tools": {
            "count_text": _("共 %(n)d 项") % {"n": total},
            "exports": [{"label": _("导出 CSV"), "url": with_query(request, export="csv")}],
        },
        "pager": offset_pager(request, start, PER_PAGE, total),
        "may_decide": policy.may(scope, "outlets.suspicions"),
        "months": acts.stale_months(),
    }
    return render(request, "ledger/suspicions.html", context)


def _filtered(request: HttpRequest, scope: Scope, district: District) -> "QuerySet[Any]":
    get = request.GET.get
    rows = Suspicion.objects.visible_to(scope).filter(district=district)
    state = get("state") or Suspicion.State.OPEN
    if state != "all":
        rows = rows.filter(state=state)
    if kind := get("kind"):
        rows = rows.filter(kind=kind)
    if street := get("street"):
        rows = (
            rows.filter(street__isnull=True)
            if street == "none"
            else rows.filter(street__code=street)
        )
    if month := _month(get("month", "")):
        rows = rows.filter(month=month)
    if words := get("q", "").strip():
        rows = rows.filter(
            Q(outlet__name__icontains=words)
            | Q(outlet__code__iexact=words)
            | Q(content__name__icontains=words)
            | Q(external_id__iexact=words)
        )
    rows = rows.select_related("outlet__main_format", "outlet__enterprise", "street")
    return rows.defer("street__outline").order_by("-month", "-at", "-pk")


def _filters(request: HttpRequest, scope: Scope, district: District) -> dict[str, Any]:
    months = (
        Suspicion.objects.visible_to(scope)
        .filter(district=district)
        .order_by("-month")
        .values_list("month", flat=True)
        .distinct()[:MONTHS_SHOWN]
    )
    streets = [(street.code, street.name) for street in own_streets(scope, district)]
    if scope.all_streets:
        streets.append(("none", _("街道（镇）不详")))
    fields = [
        search(request, "q", _("搜索"), _("网点名称、编码或来源编号")),
        select(request, "month", _("月份"), [(f"{m:%Y-%m}", f"{m:%Y-%m}") for m in months]),
        select(request, "street", _("街道（镇）"), streets),
        select(request, "kind", _("类型"), Suspicion.Kind.choices),
        select(request, "state", _("状态"), Suspicion.State.choices, default="open"),
    ]
    return described(request, fields)


def _month(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None


def _table(rows: Iterator[Any]) -> Iterator[list[Any]]:
    yield [
        _("月份"),
        _("类型"),
        _("状态"),
        _("街道（镇）"),
        _("网点编码"),
        _("网点名称"),
        _("台账地址"),
        _("来源"),
        _("来源编号"),
        _("来源所述名称"),
        _("来源所述地址"),
        _("统一社会信用代码"),
        _("说明"),
        _("处理人"),
        _("处理说明"),
    ]
    for row in rows:
        outlet, content = row.outlet, row.content
        yield [
            f"{row.month:%Y-%m}",
            row.get_kind_display(),
            row.get_state_display(),
            row.street.name if row.street else "",
            outlet.code if outlet else "",
            outlet.name if outlet else "",
            outlet.address if outlet else "",
            row.source,
            row.external_id,
            content.get("name", ""),
            content.get("address", ""),
            content.get("credit_code", ""),
            content.get("note", ""),
            row.decided_by_label,
            row.comment,
        ]


# --- One of them ----------------------------------------------------------------------------------
class DecisionForm(forms.Form):
    """What somebody who looked says of it."""

    verdict = forms.CharField(required=False)
    comment = forms.CharField(required=False, max_length=300)
    on = forms.DateField(required=False)
    seen_version = forms.IntegerField(required=False)
    outlet_version = forms.IntegerField(required=False)
    name = forms.CharField(required=False, max_length=120)
    address = forms.CharField(required=False, max_length=200)
    hours = forms.CharField(required=False, max_length=100)
    licence_name = forms.CharField(required=False, max_length=120)
    main_format = forms.ModelChoiceField(
        BusinessFormat.objects.all(),
        required=False,
        to_field_name="code",
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择业态")},
    )
    street = forms.ModelChoiceField(
        Street.objects.none(),
        required=False,
        to_field_name="code",
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择街道（镇）")},
    )

    def __init__(self, data: Any, streets: Sequence[Street]) -> None:
        super().__init__(data)
        field: Any = self.fields["street"]
        field.queryset = Street.objects.filter(pk__in=[street.pk for street in streets])

    def values(self, outlet: Outlet | None) -> dict[str, Any]:
        """The fields that differ from the outlet's, or all that were filled in for a new one."""
        names = (*STATED, "licence_name", *(("street",) if outlet is None else ()))
        given = {name: self.cleaned_data[name] for name in names}
        if outlet is None:
            return {name: value for name, value in given.items() if value}
        return {
            name: value for name, value in given.items() if value and value != getattr(outlet, name)
        }


@page("outlets.view")
def change(request: HttpRequest, pk: Any) -> HttpResponse:
    """One suspected change: both sides, and the decision."""
    scope = scope_of(request)
    rows = Suspicion.objects.visible_to(scope).select_related(
        "outlet__main_format", "outlet__enterprise", "outlet__street", "street", "district"
    )
    row: Suspicion = get_object_or_404(
        rows.defer("street__outline", "outlet__street__outline", "district__outline"), pk=pk
    )
    if request.method != "POST":
        return _shown(request, scope, row)
    policy.require(scope, "outlets.suspicions", row)
    form = DecisionForm(request.POST, own_streets(scope, row.district))
    if not form.is_valid():
        return _shown(request, scope, row, errors_in(form))
    try:
        said = _decide(row, form)
    except ValidationError as error:
        return _shown(request, scope, row, errors_of(error))
    except StaleVersionError as error:
        return _shown(request, scope, row, {"": [str(error)]})
    messages.success(request, said)
    return redirect("ledger:change", pk=row.pk)


def _decide(row: Suspicion, form: DecisionForm) -> str:
    given = form.cleaned_data
    if given["verdict"] == "dismiss":
        acts.dismiss_suspicion(
            suspicion=row,
            comment=given["comment"],
            by=current_actor(),
            seen_version=given["seen_version"],
        )
        return _("已登记为不属实。")
    acts.confirm_suspicion(
        suspicion=row,
        action=given["verdict"],
        by=current_actor(),
        on=given["on"] or timezone.localdate(),
        comment=given["comment"],
        values=form.values(row.outlet),
        seen_version=given["seen_version"],
        outlet_version=given["outlet_version"],
    )
    return _("已登记为属实，台账已更新。")


def _shown(
    request: HttpRequest, scope: Scope, row: Suspicion, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    _dress([row])
    streets = own_streets(scope, row.district)
    likely = LIKELY.get(Suspicion.Kind(row.kind))
    actions = [
        {"value": action, "label": ACTION_WORDS[action], "likely": action == likely}
        for action in acts.allowed_actions(row)
    ]
    context = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": _("疑似变化"), "url": reverse("ledger:changes")},
            {"label": row.subject},  # type: ignore[attr-defined]
        ],
        "row": row,
        "actions": sorted(actions, key=lambda one: not one["likely"]),
        "dismiss_word": _("不属实（在营，信息无误）") if row.kind == "stale" else _("不属实"),
        "prefilled": request.POST or _prefilled(row),
        "formats": list(BusinessFormat.objects.order_by("number").values_list("code", "name")),
        "streets": [(street.code, street.name) for street in streets],
        "candidates": _candidates(scope, row),
        "today": timezone.localdate(),
        "may_decide": row.state == Suspicion.State.OPEN
        and policy.may(scope, "outlets.suspicions", row),
        "errors": errors or {},
    }
    return render(request, "ledger/suspicion.html", context, status=400 if errors else 200)


def _prefilled(row: Suspicion) -> dict[str, Any]:
    """What the source says, to be corrected before it is written."""
    content = row.content
    suggested = (
        IndustryCode.objects.filter(code=content.get("industry_code") or "")
        .values_list("suggests__code", flat=True)
        .first()
    )
    return {
        "name": content.get("name", "") if row.outlet is None else "",
        "licence_name": content.get("name", ""),
        "address": content.get("address", ""),
        "main_format": suggested if row.outlet is None else "",
        "street": row.street.code if row.street else "",
    }


def _candidates(scope: Scope, row: Suspicion) -> list[Outlet]:
    """Outlets between which a notice could not choose."""
    codes = row.content.get("candidates") or []
    if not codes or row.outlet is not None:
        return []
    found = Outlet.objects.visible_to(scope).filter(district=row.district, code__in=codes)
    return list(found.select_related("main_format").order_by("code"))


# --- Both sides -----------------------------------------------------------------------------------
def _dress(rows: Sequence[Any]) -> None:
    """What source and register say, line by line, for all rows at once."""
    codes = {row.source for row in rows}
    offices = dict(Office.objects.filter(code__in=codes).values_list("code", "name"))
    for row in rows:
        outlet, content = row.outlet, row.content
        row.source_name = offices.get(row.source, row.source)
        row.source_known = row.source in offices
        row.subject = outlet.name if outlet else content.get("name") or row.get_kind_display()
        row.sign = SIGNS[row.state]
        row.told = _told(row)
        row.registered = _registered(outlet) if outlet else []
        known = {line["label"]: line["text"] for line in row.registered}
        for line in row.told:
            line["other"] = line["label"] in known and known[line["label"]] != line["text"]


def _told(row: Any) -> list[dict[str, Any]]:
    content = row.content
    if row.kind == Suspicion.Kind.STALE:
        pairs = [
            (_("上次核实"), content.get("last", "")),
            (_("已超过"), _("%(n)d 个月") % {"n": content.get("months", 0)}),
        ]
    elif row.kind == Suspicion.Kind.MAP_CORRECTION:
        word = MAP_WORDS.get(content.get("said", ""), content.get("said", ""))
        pairs = [(_("反馈"), str(word)), (_("说明"), content.get("note", ""))]
        if content.get("lon") is not None:
            pairs.append((_("位置"), f"{content['lon']:.5f}, {content['lat']:.5f}"))
    else:
        pairs = [
            (_("名称"), content.get("name", "")),
            (_("信用代码"), content.get("credit_code", "")),
            (_("地址"), content.get("address", "")),
            (_("行业代码"), content.get("industry_code", "")),
            (_("日期"), content.get("on") or ""),
            (_("说明"), content.get("note", "")),
        ]
    return [{"label": label, "text": text} for label, text in pairs if text]


def _registered(outlet: Outlet) -> list[dict[str, Any]]:
    code = outlet.enterprise.credit_code if outlet.enterprise else ""
    collected = outlet.collected_on
    pairs = [
        (_("名称"), outlet.licence_name or outlet.name),
        (_("信用代码"), code or ""),
        (_("地址"), outlet.address),
        (_("业态"), outlet.main_format.name),
        (_("状态"), outlet.get_status_display()),
        (_("采集日期"), collected.isoformat() if collected else ""),
    ]
    return [{"label": label, "text": text or "—"} for label, text in pairs]
