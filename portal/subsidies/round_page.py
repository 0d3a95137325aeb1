"""`/subsidies/rounds/<id>/`: one round: where it stands, what comes next, its applications."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.attachments import attachments_of
from core.scope import Scope
from core.workflow import open_moves
from portal.basis import offset_pager, sort_heads
from portal.coordination.tasks import whole
from portal.coordination.trails import trail_of
from portal.ledger.lists import described, own_streets, search, select
from portal.subsidies.round_next import next_of, steps_of
from portal.subsidies.rounds import STATUS, deadline_text
from portal.views.common import page, scope_of
from subsidies.filing_rules import items_of
from subsidies.models import Application, Objection, Round
from subsidies.publicity import period_of
from subsidies.querysets import ApplicationQuerySet
from subsidies.round_rules import ENDED, line_of, tallies, wanted_of
from subsidies.services.proposing import LISTING
from subsidies.workflow.rounds import ROUND

PER_PAGE = 200
CONDITIONS = ("q", "state", "item", "street")
State, Case = Round.State, Application.State
CASE_STATUS = {
    Case.SUBMITTED: "warn",
    Case.SUPPLEMENT: "warn",
    Case.ACCEPTED: "warn",
    Case.REVIEWED: "warn",
    Case.PROPOSED: "good",
    Case.APPROVED: "good",
    Case.PAYING: "good",
    Case.DONE: "good",
    Case.NOT_ACCEPTED: "bad",
    Case.REFUSED: "bad",
    Case.CANCELLED: "bad",
}
OUTCOMES = {"open": "warn", "upheld": "bad", "dismissed": "good"}
SORTS = {"number": ("number",), "amount": ("amount",), "state": ("state",)}
OTHER_ACTS = {
    "subsidies.create_round": gettext_lazy("新建"),
    "subsidies.change_round": gettext_lazy("修改"),
    "subsidies.record_meeting": gettext_lazy("登记集体审议"),
}
# Moves that are the next step stand out; the others are plain.
FORWARD = frozenset({"open", "close", "announce", "approve", "pay", "finish"})


@page("subsidies.rounds")
def round_(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page; streets see the call, the list's days, and their own applications."""
    row, scope = find(request, pk), scope_of(request)
    today = timezone.localdate()
    found = cases_of(request, row)
    start, total = whole(request.GET.get("from", "")), found.count()
    cases = list(found[start : start + PER_PAGE])
    tally = tallies([row], Application.objects.visible_to(scope))[row.pk]
    period = period_of(row, today)
    ticking = _ticking(row, scope)
    context = {
        "crumbs": crumbs({"label": row.name}),
        "round": row,
        "status": STATUS[State(row.state)],
        "when": deadline_text(row, today),
        "steps": steps_of(row),
        "items": items_of(row),
        "filters": _filters(request, row, scope),
        "tools": {
            "count_text": _("共 %(n)d 项申报") % {"n": total},
            "exports": _exports(request, row),
        },
        "heads": sort_heads(request, SORTS, "number"),
        "lines": [_line(case, ticking) for case in cases],
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
        "pager": offset_pager(request, start, PER_PAGE, total),
        "here": request.get_full_path(),
        "tally": tally,
        "period": period,
        "papers": _papers(row, scope),
        "may_file": policy.may(scope, "subsidies.file_application") and row.state == State.OPEN,
        "sees_all": scope.all_streets,
    }
    if scope.all_streets:
        line = line_of(row)
        wanted = wanted_of(row) if row.state in LISTING else Decimal(0)
        context |= {
            "next": next_of(row, today, tally, line, period),
            "acts": _acts(row, scope, today),
            "line": line,
            "wanted": wanted,
            "is_short": bool(line and wanted > line.free),
            "may_manage": policy.may(scope, "subsidies.manage_rounds", row),
            "listing": _listing(row, scope),
            "cancelling": _cancelling(row, scope),
            "files": attachments_of(row),
            "objections": _objections(row),
            "trail": trail_of(row, ROUND, others=OTHER_ACTS),
        }
    return render(request, "subsidies/round.html", context)


def find(request: HttpRequest, pk: Any) -> Round:
    """The round, if the caller's scope holds it."""
    rows = Round.objects.visible_to(scope_of(request)).select_related("policy__fund", "district")
    found: Round | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这个资金批次，或者不在您的范围内。"))
    return found


def crumbs(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """The way here."""
    return [{"label": _("资金批次"), "url": reverse("subsidies:rounds")}, *more]


# --- Its applications -----------------------------------------------------------------------------
def cases_of(request: HttpRequest, row: Round) -> "QuerySet[Application]":
    """What was filed in the round and the caller may see, as the address asks."""
    own = Application.objects.visible_to(scope_of(request)).filter(round=row)
    return _sorted(request, _filtered(request, own.exclude(state=Case.DRAFT)))


def _filtered(request: HttpRequest, rows: ApplicationQuerySet) -> ApplicationQuerySet:
    get = request.GET.get
    rows = rows.matching(get("q", ""))
    if get("state", "") in Case.values:
        rows = rows.filter(state=get("state"))
    if key := get("item", ""):
        rows = rows.filter(item__key=key)
    if code := get("street", ""):
        rows = rows.filter(street__code=code)
    return rows.select_related("enterprise", "item", "street").defer(
        "facts", "checked", "eligibility", "computation", "street__outline"
    )


def _sorted(request: HttpRequest, rows: "QuerySet[Application]") -> "QuerySet[Application]":
    asked = request.GET.get("sort", "number")
    columns = SORTS.get(asked.removeprefix("-"), SORTS["number"])
    down = "-" if asked.startswith("-") else ""
    return rows.order_by(*(f"{down}{column}" for column in columns), "number", "id")


def _filters(request: HttpRequest, row: Round, scope: Scope) -> dict[str, Any]:
    items = [(one.key, one.name) for one in row.policy.items.all()]
    streets = [(one.code, one.name) for one in own_streets(scope, row.district)]
    fields = [
        search(request, "q", _("搜索"), _("编号、项目、企业")),
        select(request, "state", _("状态"), Case.choices[1:]),
    ]
    if len(items) > 1:
        fields.append(select(request, "item", _("支持事项"), items))
    if len(streets) > 1:
        fields.append(select(request, "street", _("街道（镇）"), streets))
    return described(request, fields)


def _listing(row: Round, scope: Scope) -> bool:
    """Whether the caller may put applications on the list, or take them off."""
    return row.state in LISTING and policy.may(scope, "subsidies.handle_application", row)


def _ticking(row: Round, scope: Scope) -> frozenset[str]:
    """The states whose applications the caller may tick."""
    if _listing(row, scope):
        return frozenset({Case.REVIEWED, Case.PROPOSED})
    return frozenset({Case.PROPOSED, Case.APPROVED}) if _cancelling(row, scope) else frozenset()


def _line(case: Application, ticking: frozenset[str]) -> dict[str, Any]:
    return {
        "row": case,
        "status": CASE_STATUS.get(Case(case.state), "none"),
        "ticks": case.state in ticking,
        # What was reviewed and not supported after all is no support.
        "amount": None if case.state in ENDED and case.state != Case.DONE else case.amount,
    }


def _cancelling(row: Round, scope: Scope) -> bool:
    """Whether the caller may end the support of what is on the public list, or decided on."""
    late = row.state in (State.NOTICE, State.APPROVED, State.PAYING)
    return late and policy.may(scope, "subsidies.handle_application", row)


# --- Beside them ----------------------------------------------------------------------------------
def _acts(row: Round, scope: Scope, today: Any) -> list[dict[str, Any]]:
    acts = [
        {
            "label": move.label,
            "url": reverse("subsidies:round_move", args=[row.pk, move.word]),
            "word": move.word,
            "forward": move.word in FORWARD,
        }
        for move in open_moves(ROUND, row, scope)
    ]
    if row.state == State.REVIEW and policy.may(scope, "subsidies.manage_rounds", row):
        label = _("登记集体审议") if row.meeting_on is None else _("更正集体审议")
        url = reverse("subsidies:round_move", args=[row.pk, "meeting"])
        acts.insert(0, {"label": label, "url": url, "word": "meeting", "forward": False})
    return acts


def _objections(row: Round) -> list[dict[str, Any]]:
    rows = Objection.objects.filter(application__round=row).select_related("application")
    return [
        {"row": one, "status": OUTCOMES[one.outcome]} for one in rows.order_by("-received_on", "id")
    ]


def papers_of(row: Round, scope: Scope) -> dict[str, str]:
    """The papers that the caller may take away, as far as there is something to print: names."""
    told = {"call": _("申报通知")}
    reviewed = row.state not in (State.DRAFT, State.OPEN)
    if scope.all_streets and reviewed:
        told["decision"] = _("支持项目审定表") if row.approved_on else _("拟支持名单审议表")
    if row.public_from or (scope.all_streets and reviewed):
        told["list"] = _("拟支持名单公示")
    return told


def _papers(row: Round, scope: Scope) -> list[dict[str, str]]:
    return [
        {"label": label, "url": reverse("subsidies:round_paper", args=[row.pk, kind])}
        for kind, label in papers_of(row, scope).items()
    ]


def _exports(request: HttpRequest, row: Round) -> list[dict[str, str]]:
    """The workbook of exactly what is shown."""
    url = reverse("subsidies:round_workbook", args=[row.pk])
    query = request.GET.urlencode()
    return [{"label": _("申报汇总表（Excel）"), "url": f"{url}?{query}" if query else url}]
