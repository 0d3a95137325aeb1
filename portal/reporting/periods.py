"""`/reports/periods/`: the district's report over a period: reckoned, written, 定稿, taken out."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.offices import short_name
from core import audit, policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from core.word import word_response
from portal.basis import offset_pager
from portal.ledger.lists import described, select
from portal.reporting.tables import KINDS, attachment
from portal.views.common import own_district, page, scope_of
from reports.models import Consolidation, Period, ProgressReport, ReportItem, ReportType
from reports.progress import consolidating
from reports.progress.overview import Cell, matrix
from reports.progress.writing import (
    consolidation_word,
    consolidation_workbook,
    coverage,
    offices_text,
    period_name,
    report_word,
    report_workbook,
    shown,
)

PER_PAGE = 30


@page("reports.overview")
def periods(request: HttpRequest) -> HttpResponse:
    """Every period with how far its reports are, the newest first."""
    scope = scope_of(request)
    district = own_district(scope)
    rows = Period.objects.visible_to(scope).filter(district=district)
    if code := request.GET.get("type"):
        rows = rows.filter(type_code=code)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0
    total = rows.count()
    found = rows.select_related("type").annotate(**_counts()).order_by("-ends_on", "type_code")
    forms = ReportType.objects.filter(district=district).order_by("code", "number")
    named = dict(forms.values_list("code", "name"))
    context = {
        "crumbs": [{"label": district.name}, {"label": _("全区汇总")}],
        "filters": described(request, [select(request, "type", _("报表"), list(named.items()))]),
        "periods": [
            {"period": row, "name": period_name(row)} for row in found[start : start + PER_PAGE]
        ],
        "pager": offset_pager(request, start, PER_PAGE, total),
    }
    return render(request, "reporting/periods.html", context)


def _counts() -> dict[str, Any]:
    final = Q(consolidations__state=Consolidation.State.FINAL)
    passed = Q(reports__state__in=consolidating.PASSED)
    return {
        "expected": Count("reports", distinct=True),
        "passed": Count("reports", filter=passed, distinct=True),
        "waiting": Count("reports", filter=Q(reports__state="submitted"), distinct=True),
        "last": Max("consolidations__revision"),
        "last_final": Max("consolidations__revision", filter=final),
    }


@page("reports.overview")
def period(request: HttpRequest, pk: Any) -> HttpResponse:
    """One period: its offices, and the district's report in its newest or the asked revision."""
    scope = scope_of(request)
    return _page(request, _period(scope, pk), scope)


@require_POST
@page("reports.consolidate")
def act(request: HttpRequest, pk: Any) -> HttpResponse:
    """重新汇总, 保存文字 or 定稿."""
    scope = scope_of(request)
    row = _period(scope, pk)
    do, by = request.POST.get("do", ""), current_actor()
    try:
        with refusals():
            if do == "draft":
                consolidating.draft(period=row, by=by, scope=scope)
                messages.success(request, _("已按现有审核通过的报告汇总。"))
            else:
                _write(request, row, scope, final=do == "finalise")
    except RefusedError as refused:
        messages.error(request, "；".join(refused.errors.messages))
        typed = _typed(request)
        if typed and row.consolidations.filter(state=Consolidation.State.DRAFT).exists():
            return _page(request, row, scope, typed)
    return redirect("reporting:period", pk=row.pk)


def _typed(request: HttpRequest) -> dict[str, str]:
    """The passages as the form holds them, by item key."""
    return {
        name.removeprefix("text-"): value.replace("\r\n", "\n")
        for name, value in request.POST.items()
        if name.startswith("text-") and isinstance(value, str)
    }


def _write(request: HttpRequest, row: Period, scope: Scope, *, final: bool) -> None:
    """Keep the passages as they were typed; then, if asked, freeze everything."""
    by = current_actor()
    draft = row.consolidations.filter(state=Consolidation.State.DRAFT).first()
    if draft is None:
        raise ValidationError(_("本期没有草稿，请先生成全区汇总或另起新的修订。"))
    version = request.POST.get("version", "")
    saved = consolidating.edit_texts(
        consolidation=draft,
        texts=_typed(request),
        by=by,
        scope=scope,
        seen_version=int(version) if version.isdecimal() else None,
    )
    if not final:
        messages.success(request, _("已保存。"))
        return
    consolidating.finalise(consolidation=saved, by=by, scope=scope, seen_version=saved.version)
    messages.success(request, _("已定稿。"))


@page("reports.overview")
def consolidation_file(request: HttpRequest, pk: Any, revision: int, kind: str) -> HttpResponse:
    """A revision of the district's report in Word or Excel."""
    row = _period(scope_of(request), pk)
    made = get_object_or_404(
        Consolidation.objects.select_related("period__type"), period=row, revision=revision
    )
    name = _("%(period)s%(form)s全区汇总") % {"period": period_name(row), "form": row.type.name}
    audit.note("reports.export_consolidation", id=str(made.pk), kind=kind)
    if kind == "word":
        return word_response(consolidation_word(made), name)
    if kind == "excel":
        return attachment(consolidation_workbook(made), f"{name}.xlsx", KINDS["xlsx"])
    raise Http404


@page("reports.view")
def report_file(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """One office's report in Word or Excel, to those who see it."""
    rows = ProgressReport.objects.visible_to(scope_of(request))
    report: ProgressReport = get_object_or_404(
        rows.select_related("period__type", "office").prefetch_related("answers"), pk=pk
    )
    name = f"{report.office.name}{period_name(report.period)}{report.period.type.name}"
    audit.note("reports.export_report", id=str(report.pk), kind=kind)
    if kind == "word":
        return word_response(report_word(report), name)
    if kind == "excel":
        return attachment(report_workbook(report), f"{name}.xlsx", KINDS["xlsx"])
    raise Http404


# --- The page ------------------------------------------------------------------------------------
def _period(scope: Scope, pk: Any) -> Period:
    rows: QuerySet[Any] = Period.objects.visible_to(scope)
    row: Period = get_object_or_404(rows.select_related("type", "district"), pk=pk)
    return row


def _page(
    request: HttpRequest, row: Period, scope: Scope, typed: Mapping[str, str] | None = None
) -> HttpResponse:
    """With `typed`, what was refused stands in the fields, beside what is kept instead."""
    revisions = list(row.consolidations.order_by("-revision"))
    chosen = _chosen(revisions, request.GET.get("revision", ""))
    may_write = policy.may(scope, "reports.consolidate", row)
    is_draft = chosen is not None and chosen.state == Consolidation.State.DRAFT
    stale = False
    if chosen is not None and is_draft:
        fresh = consolidating.content_of(row)
        stale = consolidating.figures_in(fresh) != consolidating.figures_in(chosen.content)
    context = {
        "crumbs": [
            {"label": _("全区汇总"), "url": reverse("reporting:periods")},
            {"label": f"{period_name(row)} {row.type.name}"},
        ],
        "period": row,
        "name": period_name(row),
        "offices": _offices(row, scope),
        "revisions": revisions,
        "chosen": chosen,
        "figures": [_figure(one) for one in chosen.content["items"]] if chosen else [],
        "texts": _texts(chosen, typed or {}) if chosen else [],
        "offices_text": offices_text(chosen.content) if chosen else "",
        "partial": consolidating.is_partial(chosen.content) if chosen else False,
        "is_draft": is_draft,
        "stale": stale,
        "may_write": may_write,
        "has_draft": any(one.state == Consolidation.State.DRAFT for one in revisions),
    }
    return render(request, "reporting/period.html", context, status=409 if typed else 200)


def _texts(chosen: Consolidation, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The passages; `kept` is what stands where something else was typed."""
    found = []
    for passage in chosen.content["texts"]:
        kept = passage["text"]
        text = typed.get(passage["key"], kept)
        found.append(passage | {"text": text, "kept": kept if text.strip() != kept else ""})
    return found


def _chosen(revisions: list[Consolidation], asked: str) -> Consolidation | None:
    """The asked revision, or the newest."""
    named = [one for one in revisions if str(one.revision) == asked]
    return next(iter(named or revisions), None)


def _offices(row: Period, scope: Scope) -> list[dict[str, Any]]:
    table = matrix(scope, row.district, row.ends_on.year, row.type_code)
    at = [column.period.pk for column in table.columns].index(row.pk)
    cells: list[Cell] = [cell for line in table.rows if (cell := line.cells[at])]
    for cell in cells:
        cell.report.office.district = row.district
    return [
        {
            "name": short_name(cell.report.office),
            "word": cell.word,
            "status": {"good": "good", "bad": "bad", "none": "none"}.get(cell.tone, "warn"),
            "url": reverse("desk:check", args=[cell.report.pk]),
            "no_change": cell.report.no_change,
        }
        for cell in cells
    ]


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    """A line of the table of totals, with the offices behind it."""
    added_up = figure["gather"] != ReportItem.Gather.NONE
    return {
        "section": figure["section"],
        "label": figure["label"],
        "unit": figure["unit"],
        "total": shown(figure["total"], figure["decimals"]) if added_up else _("不合计"),
        "coverage": coverage(figure),
        "partial": added_up and figure["known"] < figure["expected"],
        "parts": [
            {
                "office": part["office_name"],
                "value": shown(part["value"], figure["decimals"]),
                "note": _part_note(part),
                "url": reverse("desk:check", args=[part["report"]]),
            }
            for part in figure["parts"]
        ],
    }


def _part_note(part: dict[str, Any]) -> str:
    if part["since"]:
        return _("无变化，沿用 %(period)s") % {"period": part["since"]}
    return _("无变化") if part["no_change"] else ""
