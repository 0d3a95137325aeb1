"""`/reports/`: who owes what, by when: offices × periods, 催报 and 批量审核通过 from it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Office
from accounts.offices import short_name
from core import policy
from core.audit import current_actor
from core.scope import Scope
from core.spreadsheets import Column as FileColumn
from core.spreadsheets.columns import Kind
from portal.ledger.lists import described, select
from portal.reporting.tables import exports, table_file
from portal.views.common import own_district, page, scope_of
from reports.models import Period, ProgressReport, ReportType
from reports.progress.overview import Cell, Column, Matrix, Row, matrix
from reports.progress.rates import Tally
from reports.progress.sending import accept_many
from reports.progress.urging import MOST_CHARACTERS, urge
from territory.models import District

KINDS = (Office.Kind.STREET, Office.Kind.DEPARTMENT, Office.Kind.COMMISSION)
State = ProgressReport.State


@page("reports.overview")
def overview(request: HttpRequest) -> HttpResponse:
    """The matrix of a year, of one form or of all."""
    scope = scope_of(request)
    district = own_district(scope)
    today = timezone.localdate()
    years = _years(district, today)
    year = _year(request, years, today)
    table = matrix(
        scope,
        district,
        year,
        request.GET.get("type", ""),
        office_kind=request.GET.get("kind", ""),
        today=today,
    )
    # The newest first: what is going on stands beside the names of the offices.
    table = newest_first(table)
    for row in table.rows:
        # One district, in hand already.
        row.office.district = district
    rows = [row for row in table.rows if _is_asked(row, request.GET.get("show", ""))]
    if "export" in request.GET:
        return _file(request, table, rows, year, today)
    context = {
        "crumbs": [{"label": district.name}, {"label": _("报送总览")}],
        "filters": _filters(request, district, years, year),
        "tools": {
            "count_text": _("%(offices)d 个单位 × %(periods)d 期")
            % {"offices": len(rows), "periods": len(table.columns)},
            "exports": exports(request),
        },
        "columns": [_head(column) for column in table.columns],
        "rows": [_line(row, table.columns, today) for row in rows],
        "total": _tally(table.total),
        "waiting": sum(
            cell.report.state == State.SUBMITTED for row in rows for cell in row.cells if cell
        ),
        "owed": table.owed,
        "overdue": table.overdue,
        "may_urge": policy.may(scope, "reports.urge"),
        "may_check": policy.may(scope, "reports.check"),
        "most_characters": MOST_CHARACTERS,
        "here": request.get_full_path(),
        "year": year,
    }
    return render(request, "reporting/overview.html", context)


@require_POST
@page("reports.overview")
def act(request: HttpRequest) -> HttpResponse:
    """催报 or 审核通过 of what was selected; each report has its own outcome."""
    scope = scope_of(request)
    seen = _selected(request)
    rows = ProgressReport.objects.visible_to(scope).filter(pk__in=seen)
    reports = list(rows.select_related("period__type", "office").order_by("due_on", "pk"))
    if not reports:
        messages.warning(request, _("请先在表中勾选报告。"))
    elif request.POST.get("do") == "accept":
        policy.require(scope, "reports.check")
        _accept(request, scope, [(report, seen[report.pk]) for report in reports])
    else:
        policy.require(scope, "reports.urge")
        _urge(request, scope, reports)
    return redirect(_back(request))


def _accept(
    request: HttpRequest, scope: Scope, seen: list[tuple[ProgressReport, int | None]]
) -> None:
    sent = [(report, version) for report, version in seen if report.state == State.SUBMITTED]
    outcomes = accept_many(reports=sent, by=current_actor(), scope=scope)
    passed = [one for one in outcomes if not one.error]
    if passed:
        messages.success(request, _("已审核通过 %(n)d 份。") % {"n": len(passed)})
    for one in outcomes:
        if one.error:
            messages.error(request, f"{one.report.office}：{one.error}")
    if skipped := len(seen) - len(sent):
        messages.warning(request, _("%(n)d 份不是“已报送”，未作审核。") % {"n": skipped})


def _urge(request: HttpRequest, scope: Scope, reports: list[ProgressReport]) -> None:
    text = request.POST.get("text", "")
    outcomes = urge(reports=reports, by=current_actor(), scope=scope, text=text)
    done = [one for one in outcomes if not one.why_not]
    if done:
        told = sum(one.told for one in done)
        messages.success(
            request, _("已催报 %(n)d 份，通知 %(people)d 人。") % {"n": len(done), "people": told}
        )
    for one in outcomes:
        if one.why_not:
            messages.warning(
                request, f"{one.report.office} {one.report.period.code}：{one.why_not}"
            )


def _selected(request: HttpRequest) -> dict[uuid.UUID, int | None]:
    """Report id → version that was seen, of the boxes that were ticked."""
    found: dict[uuid.UUID, int | None] = {}
    for value in request.POST.getlist("report"):
        key, _colon, version = value.partition(":")
        try:
            found[uuid.UUID(key)] = int(version) if version.isdecimal() else None
        except ValueError:
            continue
    return found


def _back(request: HttpRequest) -> str:
    """The matrix as it was filtered; nowhere else."""
    asked, here = request.POST.get("next", ""), reverse("reporting:overview")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if safe and asked.partition("?")[0] == here else here


def newest_first(table: Matrix) -> Matrix:
    """The same table with its columns the other way round."""
    rows = [replace(row, cells=row.cells[::-1]) for row in table.rows]
    return replace(table, columns=table.columns[::-1], rows=rows)


# --- What is shown -------------------------------------------------------------------------------
def _head(column: Column) -> dict[str, Any]:
    period = column.period
    return {
        "code": period.code,
        "form": period.type.name,
        "due": period.due_on,
        "url": reverse("reporting:period", args=[period.pk]),
        "owed": column.owed,
        "overdue": column.overdue,
        **_tally(column.tally),
    }


def _line(row: Row, columns: list[Column], today: dt.date) -> dict[str, Any]:
    cells = [
        _shown(cell, column.period, today) if cell else None
        for cell, column in zip(row.cells, columns, strict=True)
    ]
    return {
        "office": short_name(row.office),
        "full_name": row.office.name,
        "cells": cells,
        # On a phone only what somebody has to look at is spelt out.
        "quiet": sum(cell.tone == "good" for cell in row.cells if cell),
        "overdue": sum(cell.overdue for cell in row.cells if cell),
        **_tally(row.tally),
    }


def _shown(cell: Cell, period: Period, today: dt.date) -> dict[str, Any]:
    report = cell.report
    waits = report.state == State.SUBMITTED
    return {
        "pk": report.pk,
        "version": report.version,
        "label": f"{period.code} {period.type.name}",
        "status": "warn" if waits else cell.tone,
        "tone": "wait" if waits else cell.tone,
        "word": cell.word,
        "late": _late(cell, today),
        "no_change": report.no_change and report.state in _SENT,
        "url": reverse("desk:check", args=[report.pk]),
        "selectable": cell.owed or waits,
        "do": "accept" if waits else "urge",
    }


_SENT = frozenset({State.SUBMITTED, State.ACCEPTED, State.FINAL})


def _late(cell: Cell, today: dt.date) -> str:
    """逾期 n 天 while it is owed, 迟报 n 天 once it was sent late."""
    if cell.overdue:
        return _("逾期 %(n)d 天") % {"n": (today - cell.report.due_on).days}
    if cell.sent_on and cell.days_late:
        return _("迟报 %(n)d 天") % {"n": cell.days_late}
    return ""


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "expected": tally.expected,
        "on_time": tally.on_time,
        "late": tally.late,
        "missing": tally.missing,
        "on_time_share": _percent(tally.on_time_share),
        "complete_share": _percent(tally.complete_share),
    }


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


def _is_asked(row: Row, show: str) -> bool:
    """Whether a row holds a cell of the sort that is asked for."""
    cells = [cell for cell in row.cells if cell]
    if show == "overdue":
        return any(cell.overdue for cell in cells)
    if show == "owed":
        return any(cell.owed for cell in cells)
    if show == "submitted":
        return any(cell.report.state == State.SUBMITTED for cell in cells)
    return True


# --- Filters -------------------------------------------------------------------------------------
def _years(district: District, today: dt.date) -> list[int]:
    """The years that periods end in, the newest first; this year always."""
    days = Period.objects.filter(district=district).dates("ends_on", "year")
    return sorted({day.year for day in days} | {today.year}, reverse=True)


def _year(request: HttpRequest, years: list[int], today: dt.date) -> int:
    asked = request.GET.get("year", "")
    return int(asked) if asked in map(str, years) else today.year


def _filters(
    request: HttpRequest, district: District, years: list[int], year: int
) -> dict[str, Any]:
    forms = ReportType.objects.filter(district=district, periods__ends_on__year=year)
    named = dict(forms.order_by("code", "number").values_list("code", "name"))
    fields = [
        select(
            request, "year", _("年度"), [(str(one), _("%(y)d 年") % {"y": one}) for one in years]
        ),
        select(request, "type", _("报表"), list(named.items())),
        select(request, "kind", _("单位类型"), [(kind.value, kind.label) for kind in KINDS]),
        select(
            request,
            "show",
            _("显示"),
            [
                ("overdue", _("有逾期的单位")),
                ("owed", _("有待报的单位")),
                ("submitted", _("有待审核的单位")),
            ],
        ),
    ]
    # There is no “all years”.
    fields[0]["options"] = fields[0]["options"][1:]
    fields[0]["value"] = str(year)
    return described(request, fields)


def address_of(**conditions: Any) -> str:
    """The matrix under these conditions."""
    return f"{reverse('reporting:overview')}?{urlencode(conditions)}"


# --- As a file -----------------------------------------------------------------------------------
def _file(
    request: HttpRequest, table: Matrix, rows: list[Row], year: int, today: dt.date
) -> HttpResponse:
    head = [
        FileColumn(key="office", title=_("单位"), width=22),
        FileColumn(key="kind", title=_("单位类型"), width=12),
        FileColumn(key="expected", title=_("应报"), kind=Kind.INTEGER),
        FileColumn(key="on_time", title=_("按时"), kind=Kind.INTEGER),
        FileColumn(key="late", title=_("迟报"), kind=Kind.INTEGER),
        FileColumn(key="missing", title=_("未报"), kind=Kind.INTEGER),
        FileColumn(key="share", title=_("按时率")),
        *(
            FileColumn(
                key=str(column.period.pk),
                title=f"{column.period.code} {column.period.type.name}",
                width=18,
            )
            for column in table.columns
        ),
    ]
    name = _("%(y)d年进展报送总览") % {"y": year}
    return table_file(
        request, name=name, columns=head, rows=list(_lines(table, rows, today)), notes=[name]
    )


def _lines(table: Matrix, rows: list[Row], today: dt.date) -> Iterator[list[Any]]:
    for row in rows:
        cells = [_word(cell, today) if cell else "" for cell in row.cells]
        yield [row.office.name, row.office.get_kind_display(), *_sums(row.tally), *cells]
    if len(rows) == len(table.rows):
        shares = [_percent(column.tally.on_time_share) for column in table.columns]
        yield [_("按时率（截止日已过的）"), "", *_sums(table.total), *shares]


def _word(cell: Cell, today: dt.date) -> str:
    parts = [cell.word, _late(cell, today)]
    if cell.report.no_change and cell.report.state in _SENT:
        parts.append(_("无变化"))
    return " ".join(part for part in parts if part)


def _sums(tally: Tally) -> list[Any]:
    share = _percent(tally.on_time_share)
    return [tally.expected, tally.on_time, tally.late, tally.missing, share]
