"""`/ledger/checks/`: rounds of check sheets: sent out, followed up, merged into the register."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import policy
from core.audit import current_actor
from core.scope import Scope
from core.versions import StaleVersionError
from outlets.fieldwork.answers import STATED
from outlets.fieldwork.merging import APPLY, CLOSE, KEEP, VOID, Decision, merge_sheet
from outlets.fieldwork.rounds import Link, renew_links, start_round, unlisted
from outlets.models import BusinessFormat, CheckLine, CheckRound, CheckSheet
from outlets.models.fieldwork import Finding
from portal.basis import offset_pager
from portal.ledger.lists import errors_of, own_streets, select
from portal.views.check import paper_of
from portal.views.common import own_district, page, scope_of
from territory.models import Street

PER_PAGE = 20
DUE_DAYS = 7
STATE_SIGNS = {"open": "warn", "returned": "warn", "merged": "good"}


# --- All rounds -----------------------------------------------------------------------------------
@page("outlets.view")
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of the caller's streets, the newest first; a new one."""
    scope = scope_of(request)
    if request.method == "POST":
        policy.require(scope, "outlets.rounds")
        return _start(request, scope)
    return _rounds_page(request, scope)


def _start(request: HttpRequest, scope: Scope) -> HttpResponse:
    streets = {street.code: street for street in own_streets(scope, own_district(scope))}
    street = streets.get(request.POST.get("street", ""))
    if street is None:
        return _rounds_page(request, scope, {"street": [_("请选择街道（镇）")]})
    policy.require(scope, "outlets.rounds", _own(street))
    try:
        due_on = dt.date.fromisoformat(request.POST.get("due_on", ""))
    except ValueError:
        return _rounds_page(request, scope, {"due_on": [_("请填写截止日期")]})
    try:
        started = start_round(
            street=street,
            due_on=due_on,
            by=current_actor(),
            title=request.POST.get("title", ""),
        )
    except ValidationError as error:
        return _rounds_page(request, scope, errors_of(error))
    return _links_page(request, started.round, started.links, started.unlisted)


def _own(street: Street) -> Any:
    """The street as `in_own_street` judges rows."""
    return CheckRound(district_id=street.district_id, street_id=street.pk)


def _rounds_page(
    request: HttpRequest, scope: Scope, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    district = own_district(scope)
    streets = own_streets(scope, district)
    rows = CheckRound.objects.visible_to(scope).filter(district=district)
    if code := request.GET.get("street"):
        rows = rows.filter(street__code=code)
    total = rows.count()
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() else 0
    counted = rows.select_related("street").defer("street__outline").annotate(**_counts())
    shown = list(counted.order_by("-at", "-pk")[start : start + PER_PAGE])
    today = timezone.localdate()
    for row in shown:
        row.overdue = row.due_on < today and row.out > 0
    may_start = policy.may(scope, "outlets.rounds")
    context = {
        "crumbs": [{"label": _("网点台账"), "url": reverse("ledger:home")}, {"label": _("核对")}],
        "rounds": shown,
        "filters": [select(request, "street", _("街道（镇）"), _named(streets))],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "streets": streets if may_start else [],
        "due_on": request.POST.get("due_on") or today + dt.timedelta(days=DUE_DAYS),
        "today": today,
        "given": request.POST,
        "errors": errors or {},
    }
    return render(request, "ledger/rounds.html", context, status=400 if errors else 200)


def _named(streets: Sequence[Street]) -> list[tuple[str, str]]:
    return [(street.code, street.name) for street in streets]


def _counts() -> dict[str, Any]:
    out, returned, merged = (
        CheckSheet.State.OPEN,
        CheckSheet.State.RETURNED,
        CheckSheet.State.MERGED,
    )
    return {
        "sheet_count": Count("sheets"),
        "out": Count("sheets", filter=Q(sheets__state=out)),
        "back": Count("sheets", filter=Q(sheets__state__in=[returned, merged])),
        "merged": Count("sheets", filter=Q(sheets__state=merged)),
    }


# --- One round ------------------------------------------------------------------------------------
@page("outlets.view")
def one_round(request: HttpRequest, pk: Any) -> HttpResponse:
    """Who has handed in and who has not."""
    scope = scope_of(request)
    row = _round(scope, pk)
    today = timezone.localdate()
    answered = Q(lines__outlet__isnull=False) & ~Q(lines__finding="")
    sheets = list(
        row.sheets.select_related("neighbourhood")
        .defer("neighbourhood__outline")
        .annotate(
            listed=Count("lines", filter=Q(lines__outlet__isnull=False)),
            answered=Count("lines", filter=answered),
            added=Count("lines", filter=Q(lines__outlet__isnull=True)),
            held=Count("lines", filter=Q(lines__merged=False) & ~Q(lines__outcome="")),
        )
        .order_by("neighbourhood__sort", "neighbourhood__code")
    )
    for sheet in sheets:
        _describe(sheet, row, today)
    back = sum(sheet.state != CheckSheet.State.OPEN for sheet in sheets)
    context = {
        "crumbs": _crumbs({"label": row.title}),
        "round": row,
        "sheets": sheets,
        "back": back,
        "out": len(sheets) - back,
        "overdue": row.due_on < today and back < len(sheets),
        "may_act": policy.may(scope, "outlets.rounds", row),
        "unlisted": unlisted(row.street).count(),
    }
    return render(request, "ledger/round.html", context)


def _describe(sheet: Any, row: CheckRound, today: dt.date) -> None:
    """What the table says of a sheet: sign, word, whether its link still holds."""
    late = (today - row.due_on).days
    sheet.sign = STATE_SIGNS[sheet.state]
    sheet.word = sheet.get_state_display()
    if sheet.state == CheckSheet.State.OPEN and late > 0:
        sheet.sign, sheet.word = "bad", _("逾期 %(n)d 天") % {"n": late}
    elif sheet.state == CheckSheet.State.RETURNED and sheet.held:
        sheet.word = _("%(n)d 行待决定") % {"n": sheet.held}
    elif sheet.state == CheckSheet.State.RETURNED:
        sheet.word = _("已交回，待并入")
    sheet.expired = sheet.valid_until <= timezone.now()


@page("outlets.rounds")
@require_POST
def links(request: HttpRequest, pk: Any) -> HttpResponse:
    """New links for sheets that are still out: the chosen ones, or all."""
    scope = scope_of(request)
    row = _round(scope, pk)
    policy.require(scope, "outlets.rounds", row)
    sheets = row.sheets.filter(state=CheckSheet.State.OPEN)
    if chosen := request.POST.get("sheet"):
        sheets = row.sheets.filter(pk=_uuid(chosen))
    found = list(sheets)
    try:
        if not found:
            raise ValidationError(_("没有需要催办的核对表"))
        renewed = renew_links(sheets=found, by=current_actor())
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("ledger:round", pk=row.pk)
    return _links_page(request, row, renewed, unlisted(row.street).count())


def _links_page(
    request: HttpRequest, row: CheckRound, made: Sequence[Link], missing: int
) -> HttpResponse:
    """Links as they are sent on; shown this once, kept nowhere."""
    items = []
    for link in sorted(made, key=lambda one: (one.sheet.neighbourhood.sort, one.sheet.pk)):
        address = request.build_absolute_uri(reverse("portal:check", args=[link.secret]))
        items.append(
            {
                "hood": link.sheet.neighbourhood.name,
                "url": address,
                "paper_url": reverse("portal:check_paper", args=[link.secret]),
                "message": _(
                    "【%(street)s】%(hood)s：请核对辖区网点，%(due)s前交回；"
                    "点开链接填写，7 天内有效：%(url)s"
                )
                % {
                    "street": row.street,
                    "hood": link.sheet.neighbourhood,
                    "due": f"{row.due_on.month}月{row.due_on.day}日",
                    "url": address,
                },
            }
        )
    context = {
        "crumbs": _crumbs(
            {"label": row.title, "url": reverse("ledger:round", args=[row.pk])},
            {"label": _("核对链接")},
        ),
        "round": row,
        "links": items,
        "all_text": "\n".join(item["message"] for item in items),
        "unlisted": missing,
    }
    response = render(request, "ledger/round_links.html", context)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


# --- One sheet ------------------------------------------------------------------------------------
@page("outlets.view")
def sheet(request: HttpRequest, pk: Any) -> HttpResponse:
    """What came back, beside what the register says; and merging it."""
    scope = scope_of(request)
    row = _sheet(scope, pk)
    if request.method == "POST":
        policy.require(scope, "outlets.rounds", row.round)
        return _merge(request, row)
    lines: list[Any] = list(
        row.lines.select_related("outlet__main_format").order_by(
            "outlet__address", "outlet__code", "pk"
        )
    )
    formats = dict(BusinessFormat.objects.order_by("number").values_list("code", "name"))
    groups = _groups(row, lines, formats)
    context = {
        "crumbs": _crumbs(
            {"label": row.round.title, "url": reverse("ledger:round", args=[row.round_id])},
            {"label": row.neighbourhood.name},
        ),
        "sheet": row,
        "groups": groups,
        "same": [line for line in lines if line.finding == Finding.SAME and not line.doubtful],
        "unanswered": [line for line in lines if not line.finding],
        "formats": formats.items(),
        "may_merge": row.state == CheckSheet.State.RETURNED
        and policy.may(scope, "outlets.rounds", row.round),
        "decisions_waiting": sum(line.doubtful for line in lines),
    }
    return render(request, "ledger/sheet.html", context)


@page("outlets.view")
def sheet_paper(request: HttpRequest, pk: Any) -> HttpResponse:
    """The sheet on paper; without the code of its link, which nobody here knows."""
    return paper_of(request, _sheet(scope_of(request), pk))


def _merge(request: HttpRequest, row: CheckSheet) -> HttpResponse:
    seen = request.POST.get("seen_version", "")
    try:
        outcome = merge_sheet(
            sheet=row,
            by=current_actor(),
            decisions=_decisions(request),
            seen_version=int(seen) if seen.isdecimal() else None,
        )
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    except StaleVersionError as error:
        messages.error(request, str(error))
    else:
        said = _("已并入：更新 %(written)d 条，与台账一致 %(unchanged)d 条，保留现状 %(kept)d 条")
        messages.success(request, said % vars(outcome))
        if outcome.held:
            messages.warning(
                request, _("有 %(n)d 条须由您决定，列在最前面") % {"n": len(outcome.held)}
            )
    return redirect("ledger:sheet", pk=row.pk)


def _decisions(request: HttpRequest) -> dict[int, Decision]:
    """`decide-<line>` and `format-<line>` of the form."""
    made = {}
    for name, action in request.POST.items():
        line = name.removeprefix("decide-")
        if line != name and line.isdecimal() and action in (APPLY, KEEP, CLOSE, VOID):
            made[int(line)] = Decision(action, request.POST.get(f"format-{line}", ""))
    return made


def _groups(row: CheckSheet, lines: Sequence[Any], formats: dict[str, str]) -> list[dict[str, Any]]:
    """Lines that say something else than the register, those to decide first."""
    for line in lines:
        line.reason = _reason(line)
        line.doubtful = bool(line.reason) and not line.merged
        line.choices = _choices(line) if line.doubtful else []
        line.rows = _beside(line, formats)
    telling = [line for line in lines if line.finding and line.finding != Finding.SAME]
    held = [line for line in lines if line.doubtful]
    rest = [line for line in telling if not line.doubtful and not line.merged]
    done = [line for line in telling if line.merged]
    groups = [
        {"title": _("须决定"), "lines": held},
        {"title": _("将更新台账") if row.state == "returned" else _("已填写"), "lines": rest},
        {"title": _("已并入"), "lines": done},
    ]
    return [group for group in groups if group["lines"]]


def _reason(line: CheckLine) -> str:
    """Why the line needs somebody's decision ("" = it does not)."""
    if line.merged or not line.finding:
        return ""
    if line.outcome:
        return line.outcome
    if line.outlet is None:
        return "" if line.stated.get("main_format") else _("新增网点未填业态，请选择业态")
    if line.finding == Finding.ABSENT:
        return _("查无此店：请决定登记关闭、作废，或保留台账现状")
    if line.outlet.version != line.seen_version:
        return _("下发核对表后，台账中该网点又有变更")
    return ""


def _choices(line: CheckLine) -> list[tuple[str, str]]:
    keep = (KEEP, _("保留台账现状"))
    if line.outlet is None:
        return [(APPLY, _("登记为新网点")), (KEEP, _("不登记"))]
    if line.finding == Finding.ABSENT:
        return [(CLOSE, _("登记关闭")), (VOID, _("作废（从未存在）")), keep]
    return [(APPLY, _("按核对表更新")), keep]


def _beside(line: CheckLine, formats: dict[str, str]) -> list[dict[str, Any]]:
    """Column by column: what the register says now, what the sheet says."""
    outlet = line.outlet
    labels = {
        "name": _("店名"),
        "main_format": _("业态"),
        "address": _("地址"),
        "hours": _("营业时间"),
    }
    rows = []
    for name in STATED:
        now = "" if outlet is None else str(getattr(outlet, name) or "")
        said = line.stated.get(name, "")
        said = formats.get(said, said) if name == "main_format" else said
        other = bool(said) and said != now
        rows.append({"label": labels[name], "now": now, "said": said or now, "other": other})
    return rows


# --- Finding --------------------------------------------------------------------------------------
def _round(scope: Scope, pk: Any) -> CheckRound:
    rows = CheckRound.objects.visible_to(scope).select_related("street", "district")
    made: CheckRound = get_object_or_404(rows.defer("street__outline", "district__outline"), pk=pk)
    return made


def _sheet(scope: Scope, pk: Any) -> CheckSheet:
    rounds: QuerySet[Any] = CheckRound.objects.visible_to(scope)
    rows = CheckSheet.objects.filter(round__in=rounds).select_related(
        "round__street", "round__district", "neighbourhood"
    )
    return get_object_or_404(
        rows.defer("round__street__outline", "round__district__outline", "neighbourhood__outline"),
        pk=pk,
    )


def _uuid(text: str) -> Any:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def _crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"label": _("网点台账"), "url": reverse("ledger:home")},
        {"label": _("核对"), "url": reverse("ledger:rounds")},
        *more,
    ]
