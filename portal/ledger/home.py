"""`/ledger/`: how healthy the ledger is, and what to do next."""

import datetime as dt
from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import policy
from core.audit import current_actor
from core.scope import Scope
from outlets.models import (
    BusinessFormat,
    CheckSheet,
    Import,
    LedgerCompleteness,
    Outlet,
    QualityFinding,
    Suspicion,
)
from outlets.models.outlet import PlaceState, Status
from outlets.services.completeness import confirm_completeness, withdraw_completeness
from portal.views.common import own_district, page, scope_of
from territory.models import District, Street

# From this share of located outlets on the register is fit for the map.
WELL_LOCATED = 0.9


@page("outlets.view")
def home(request: HttpRequest) -> HttpResponse:
    """The caller's street, or the district with its streets compared; `?street=` looks into one."""
    scope = scope_of(request)
    district = own_district(scope)
    street = _street(request, scope, district)
    rows = Outlet.objects.visible_to(scope).filter(district=district)
    if street:
        rows = rows.filter(street=street)
    context: dict[str, Any] = {
        "subject": {"name": street.name if street else district.name},
        "crumbs": _crumbs(district, street, scope),
        "cards": _cards(scope, district, street, rows),
        "steps": _steps(scope, street),
    }
    if street:
        context["complete"] = _completeness(scope, street)
    else:
        context["streets"] = _streets(scope, district)
    return render(request, "ledger/home.html", context)


@require_POST
@page("outlets.change")
def completeness(request: HttpRequest) -> HttpResponse:
    """Confirm that a street's ledger of a format is complete, or take that back."""
    scope = scope_of(request)
    district = own_district(scope)
    street = Street.objects.filter(district=district, code=request.POST.get("street", "")).first()
    chosen = BusinessFormat.objects.filter(code=request.POST.get("format", "")).first()
    if street is None or chosen is None:
        messages.error(request, _("请选择街道（镇）和业态。"))
        return redirect("ledger:home")
    if not scope.covers(street.pk):
        raise PermissionDenied(_("只能确认本街道（镇）的台账。"))
    told = {"name": chosen.name}
    try:
        if request.POST.get("act") == "withdraw":
            withdraw_completeness(street=street, format=chosen, by=current_actor())
            messages.success(request, _("已撤回“%(name)s”台账完整的确认。") % told)
        else:
            day = _day(request.POST.get("on", ""))
            confirm_completeness(street=street, format=chosen, on=day, by=current_actor())
            messages.success(request, _("已确认“%(name)s”的台账完整。") % told)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect(f"{reverse('ledger:home')}?street={street.code}#complete")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("请填写日期")) from None


def _street(request: HttpRequest, scope: Scope, district: District) -> Street | None:
    streets = Street.objects.filter(district=district).defer("outline")
    if not scope.all_streets:
        own: Any = scope.street_ids
        return streets.filter(pk__in=own).order_by("sort").first()
    return streets.filter(code=request.GET.get("street", "")).first()


def _crumbs(district: District, street: Street | None, scope: Scope) -> list[dict[str, str]]:
    if street and scope.all_streets:
        return [{"label": district.name, "url": reverse("ledger:home")}, {"label": street.name}]
    return []


def _link(name: str, **query: str) -> str:
    """The address of a page with its query; empty while there is no such page."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return ""
    text = "&".join(f"{key}={value}" for key, value in query.items() if value)
    return f"{url}?{text}" if text else url


def _of(street: Street | None) -> dict[str, str]:
    return {"street": street.code} if street else {}


def _cards(
    scope: Scope, district: District, street: Street | None, rows: Any
) -> list[dict[str, Any]]:
    here = _of(street)
    return [
        _state_card(rows.registered(), here),
        _place_card(rows.registered(), here),
        _findings_card(scope, district, street, here),
        _import_card(scope, district, street),
        _rounds_card(scope, district, street),
        _suspicions_card(scope, district, street, here),
    ]


def _state_card(rows: Any, here: dict[str, str]) -> dict[str, Any]:
    counts = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    total = sum(counts.values())
    return {
        "title": _("在册网点"),
        "value": f"{total:,}",
        "parts": [
            {
                "label": str(label),
                "text": f"{counts[value]:,}",
                "url": _link("ledger:outlets", status=value, **here),
            }
            for value, label in Status.choices
            if counts.get(value)
        ],
        "status": "unknown" if not total else "none",
        "word": _("还没有网点") if not total else "",
        "url": _link("ledger:outlets", **here) if total else _link("ledger:imports"),
        "next": _("查看网点") if total else _("导入台账"),
    }


def _place_card(rows: Any, here: dict[str, str]) -> dict[str, Any]:
    trading = rows.filter(status=Status.OPEN)
    total = trading.count()
    sure = trading.filter(place_state=PlaceState.VERIFIED, lon__isnull=False).count()
    share = sure / total if total else None
    word = "" if share is None else _("较好") if share >= WELL_LOCATED else _("待完善")
    return {
        "title": _("位置已核实"),
        "value": "—" if share is None else f"{share * 100:.1f}%",
        "note": _("营业网点 %(n)s 个，已核实 %(m)s 个") % {"n": f"{total:,}", "m": f"{sure:,}"},
        "status": "unknown" if share is None else "good" if share >= WELL_LOCATED else "warn",
        "word": word,
        "url": _link("ledger:outlets", status="open", place_state="unverified", **here)
        if sure < total
        else "",
        "next": _("核实位置"),
    }


def _findings_card(
    scope: Scope, district: District, street: Street | None, here: dict[str, str]
) -> dict[str, Any]:
    found = QualityFinding.objects.visible_to(scope).filter(
        district=district, waived_at__isnull=True
    )
    found = found.filter(street=street) if street else found
    counts = Counter(dict(found.order_by().values_list("rule__severity").annotate(n=Count("pk"))))
    errors, total = counts["error"], sum(counts.values())
    return {
        "title": _("数据质量问题"),
        "value": f"{total:,}",
        "note": _("其中须更正 %(n)s 个") % {"n": f"{errors:,}"} if total else "",
        "status": "bad" if errors else "warn" if total else "good",
        "word": _("待处理") if total else _("没有问题"),
        "url": _link("ledger:quality", **here),
        "next": _("逐条处理") if total else _("查看规则"),
    }


def _import_card(scope: Scope, district: District, street: Street | None) -> dict[str, Any]:
    done = Import.objects.visible_to(scope).filter(district=district, subject="outlets")
    done = done.filter(Q(street=street) | Q(street__isnull=True)) if street else done
    last = done.filter(state=Import.State.DONE).order_by("-at").first()
    waiting = done.filter(
        state__in=(Import.State.UPLOADED, Import.State.CHECKING, Import.State.CHECKED)
    ).count()
    may = policy.may(scope, "outlets.import")
    return {
        "title": _("最近导入"),
        "value": f"{timezone.localtime(last.at):%Y-%m-%d}" if last else _("尚未导入"),
        "note": f"{last.file_name}　{last.by_label}" if last else "",
        "status": "warn" if waiting else "none",
        "word": _("%(n)d 份未完成") % {"n": waiting} if waiting else "",
        "url": _link("ledger:imports") if may else "",
        "next": _("继续导入") if waiting else _("导入台账"),
    }


def _rounds_card(scope: Scope, district: District, street: Street | None) -> dict[str, Any]:
    sheets = CheckSheet.objects.filter(round__district=district, state=CheckSheet.State.OPEN)
    if street:
        sheets = sheets.filter(round__street=street)
    today = timezone.localdate()
    told = sheets.aggregate(n=Count("pk"), late=Count("pk", filter=Q(round__due_on__lt=today)))
    waiting, late = told["n"], told["late"]
    return {
        "title": _("核对表未交回"),
        "value": f"{waiting:,}",
        "note": _("其中逾期 %(n)d 份") % {"n": late} if late else "",
        "status": "bad" if late else "warn" if waiting else "none",
        "word": _("已逾期") if late else _("待交回") if waiting else "",
        "url": _link("ledger:rounds"),
        "next": _("查看并催办") if waiting else _("下发核对表"),
    }


def _suspicions_card(
    scope: Scope, district: District, street: Street | None, here: dict[str, str]
) -> dict[str, Any]:
    rows = Suspicion.objects.visible_to(scope).filter(district=district, state=Suspicion.State.OPEN)
    rows = rows.filter(street=street) if street else rows
    told = rows.aggregate(n=Count("pk"), since=Max("month"))
    return {
        "title": _("疑似变化待核实"),
        "value": f"{told['n']:,}",
        "note": "",
        "status": "warn" if told["n"] else "good",
        "word": _("待核实") if told["n"] else _("无待核实"),
        "url": _link("ledger:changes", **here),
        "next": _("逐条核实") if told["n"] else _("查看清单"),
    }


def _steps(scope: Scope, street: Street | None) -> list[dict[str, str]]:
    """What one comes here to do."""
    here = _of(street)
    steps = [
        (_("导入台账"), "ledger:imports", "outlets.import", {}),
        (_("打印设施目录"), "ledger:directory", "outlets.view", here),
    ]
    return [
        {"label": label, "url": url}
        for label, name, gate, query in steps
        if (url := _link(name, **query)) and policy.may(scope, gate)
    ]


def _completeness(scope: Scope, street: Street) -> dict[str, Any]:
    """Per format: how many outlets there are, and since when the street says these are all."""
    counts = dict(
        Outlet.objects.filter(street=street, status=Status.OPEN)
        .registered()
        .order_by()
        .values_list("main_format")
        .annotate(n=Count("pk"))
    )
    words: dict[Any, LedgerCompleteness] = {
        row.format_id: row
        for row in LedgerCompleteness.objects.filter(street=street).order_by("on")
    }
    formats = BusinessFormat.objects.filter(is_official=True).order_by("number")
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "category": one.get_category_display(),
            "count": counts.get(one.pk, 0),
            "url": _link("ledger:outlets", street=street.code, main_format=one.code),
            "on": words[one.pk].on if one.pk in words else None,
            "by": words[one.pk].by_label if one.pk in words else "",
        }
        for one in formats
    ]
    return {
        "rows": rows,
        "done": sum(row["on"] is not None for row in rows),
        "street": street,
        "may": policy.may(scope, "outlets.change") and scope.covers(street.pk),
        "today": timezone.localdate(),
    }


def _streets(scope: Scope, district: District) -> dict[str, Any]:
    """components/table.html's dict: the streets side by side; a fixed number of queries."""
    streets = Street.objects.filter(district=district).defer("outline").order_by("sort", "code")
    rows = Outlet.objects.filter(district=district).registered().filter(status=Status.OPEN)
    trading = _per_street(rows)
    sure = _per_street(rows.filter(place_state=PlaceState.VERIFIED, lon__isnull=False))
    findings = _per_street(QualityFinding.objects.filter(district=district, waived_at__isnull=True))
    open_ones = _per_street(Suspicion.objects.filter(district=district, state=Suspicion.State.OPEN))
    sheets: dict[Any, int] = dict(
        CheckSheet.objects.filter(round__district=district, state=CheckSheet.State.OPEN)
        .order_by()
        .values_list("round__street")
        .annotate(n=Count("pk"))
    )
    complete: dict[Any, int] = dict(
        LedgerCompleteness.objects.filter(street__district=district)
        .order_by()
        .values_list("street")
        .annotate(n=Count("format", distinct=True))
    )
    imported: dict[Any, dt.datetime] = dict(
        Import.objects.filter(district=district, subject="outlets", state=Import.State.DONE)
        .order_by()
        .values_list("street")
        .annotate(last=Max("at"))
    )
    formats = BusinessFormat.objects.filter(is_official=True).count()
    lines = []
    for street in streets:
        total, pk = trading.get(street.pk, 0), street.pk
        share = sure.get(pk, 0) / total * 100 if total else None
        last = imported.get(pk)
        lines.append(
            {
                "cells": [
                    {"text": street.name, "url": _link("ledger:home", street=street.code)},
                    _number(total),
                    {
                        "bar": {
                            "text": "—" if share is None else f"{share:.1f}%",
                            "percent": share,
                        },
                        "sort_value": -1 if share is None else share,
                    },
                    _number(findings.get(pk, 0)),
                    _number(open_ones.get(pk, 0)),
                    _number(sheets.get(pk, 0)),
                    {
                        "text": f"{complete.get(pk, 0)} / {formats}",
                        "numeric": True,
                        "sort_value": complete.get(pk, 0),
                    },
                    {"text": f"{timezone.localtime(last):%Y-%m-%d}" if last else "—"},
                ]
            }
        )
    heads = (
        (_("街道（镇）"), False), (_("营业网点"), True), (_("位置已核实"), False),
        (_("质量问题"), True), (_("疑似变化"), True), (_("核对表未交回"), True),
        (_("已确认完整的业态"), True), (_("最近导入"), False),
    )  # fmt: skip
    return {
        "caption": _("各街道（镇）台账情况"),
        "columns": [{"label": label, "numeric": numeric} for label, numeric in heads],
        "rows": lines,
        "client_sort": True,
    }


def _per_street(rows: "QuerySet[Any]") -> dict[Any, int]:
    return dict(rows.order_by().values_list("street").annotate(n=Count("pk")))


def _number(value: int) -> dict[str, Any]:
    return {"text": f"{value:,}", "numeric": True, "sort_value": value}
