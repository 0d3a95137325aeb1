"""`/coordination/proposals/`: the register, and the search over past replies."""

import datetime as dt
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.models import Proposal, ProposalOffice
from coordination.services.proposal_reminders import OWED
from coordination.services.proposals import register_proposal
from coordination.services.replies import search_replies
from core import policy
from core.scope import Scope
from core.workdays import Workdays, calendar
from portal.basis import offset_pager, with_query
from portal.coordination.acting import (
    ActPage,
    act_page,
    sent,
)
from portal.coordination.exports import proposals_workbook
from portal.coordination.proposal_forms import RegisterForm
from portal.coordination.tasks import whole
from portal.coordination.words import left_text, unit_name
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of

PER_PAGE = 30
MOST_FOUND = 60
State = Proposal.State
STATUS = {
    State.RECEIVED: "unknown",
    State.ASSIGNED: "unknown",
    State.DRAFTING: "warn",
    State.COUNTERSIGNING: "warn",
    State.REPLIED: "good",
    State.CLOSED: "good",
}
CONDITIONS = ("q", "state", "kind")


@page("coordination.proposals")
def proposals(request: HttpRequest) -> HttpResponse:
    """The register: what is owed first, soonest due first."""
    scope = scope_of(request)
    district = own_district(scope)
    today, days = timezone.localdate(), calendar()
    every = Proposal.objects.visible_to(scope).filter(district=district)
    found = _filtered(request, every)
    if request.GET.get("export") == "xlsx":
        return proposals_workbook(request, found, district)
    start = whole(request.GET.get("from", ""))
    total = found.count()
    rows = found[start : start + PER_PAGE]
    context = {
        "crumbs": [{"label": district.name}, {"label": _("提案建议")}],
        "figures": _figures(every, today),
        "filters": _filters(request),
        "tools": {
            "count_text": _("共 %(n)d 件") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": _actions(scope),
        },
        "proposals": [_line(row, scope, today, days) for row in rows],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "coordination/proposals.html", context)


@page("coordination.manage_proposals")
def register(request: HttpRequest) -> HttpResponse:
    """登记."""
    district = own_district(scope_of(request))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        made = register_proposal(district=district, values=given, **common)
        return reverse("coordination:proposal", args=[made.pk])

    return act_page(
        request,
        ActPage(
            title=_("登记提案建议"),
            submit=_("登记"),
            form=RegisterForm(sent(request)),
            run=run,
            done=_("已登记，请交办。"),
            back=reverse("coordination:proposals"),
            crumbs=crumbs({"label": _("登记")}),
        ),
    )


@page("coordination.proposals")
def replies(request: HttpRequest) -> HttpResponse:
    """Past replies, by words in any spelling."""
    words = request.GET.get("q", "")[:100]
    found = search_replies(scope_of(request), words)
    fields = [search(request, "q", _("搜索答复"), _("标题、提出人、提案内容、答复正文"))]
    context = {
        "crumbs": crumbs({"label": _("检索答复")}),
        "filters": described(request, fields),
        "words": words.strip(),
        "count": len(found),
        "found": found[:MOST_FOUND],
    }
    return render(request, "coordination/replies.html", context)


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    """The way here."""
    return [{"label": _("提案建议"), "url": reverse("coordination:proposals")}, *more]


def with_units(rows: "QuerySet[Proposal]") -> "QuerySet[Proposal]":
    """With the units that answer and help."""
    links = ProposalOffice.objects.select_related("office__district").order_by("-role", "id")
    return rows.select_related("district").prefetch_related(Prefetch("offices", queryset=links))


def own_part(row: Proposal, scope: Scope) -> ProposalOffice | None:
    """The caller's unit among those that help."""
    return next(
        (
            link
            for link in row.offices.all()
            if link.role == ProposalOffice.Role.HELP and link.office.code == scope.office_code
        ),
        None,
    )


def standing_of(row: Proposal, today: dt.date, days: Workdays) -> dict[str, str]:
    """components/status.html's dicts: the state, and how the due day stands."""
    left, left_word = left_text(row.due_on, today, days) if row.state in OWED else ("none", "")
    return {
        "status": STATUS[State(row.state)],
        "word": row.get_state_display(),
        "left": left,
        "left_word": left_word,
    }


def _filtered(request: HttpRequest, rows: "QuerySet[Proposal]") -> "QuerySet[Proposal]":
    get = request.GET.get
    for word in get("q", "").split():
        rows = rows.filter(
            Q(title__icontains=word) | Q(number__icontains=word) | Q(proposer__icontains=word)
        )
    state = get("state", "")
    if state == "open":
        rows = rows.filter(state__in=OWED)
    elif state in State.values:
        rows = rows.filter(state=state)
    if get("kind") in Proposal.Kind.values:
        rows = rows.filter(kind=get("kind"))
    # What is owed first, soonest due first; then the newest replies.
    owed: Any = with_units(rows).annotate(owed=Q(state__in=OWED))
    return owed.order_by("-owed", "-replied_on", "due_on", "-id")


def _filters(request: HttpRequest) -> dict[str, Any]:
    states = [("open", _("未答复")), *State.choices]
    fields = [
        search(request, "q", _("搜索"), _("标题、编号、提出人")),
        select(request, "state", _("状态"), states),
        select(request, "kind", _("类型"), Proposal.Kind.choices),
    ]
    return described(request, fields)


def _figures(rows: "QuerySet[Proposal]", today: dt.date) -> list[dict[str, str]]:
    told = rows.aggregate(
        open=Count("pk", filter=Q(state__in=OWED)),
        late=Count("pk", filter=Q(state__in=OWED, due_on__lt=today)),
        signing=Count("pk", filter=Q(state=State.COUNTERSIGNING)),
        answered=Count("pk", filter=Q(replied_on__year=today.year)),
    )
    here = reverse("coordination:proposals")
    return [
        {"label": _("未答复"), "value": str(told["open"]), "url": f"{here}?state=open"},
        {"label": _("逾期未答复"), "value": str(told["late"]), "url": f"{here}?state=open"},
        {
            "label": _("会签、待签发"),
            "value": str(told["signing"]),
            "url": f"{here}?state=countersigning",
        },
        {
            "label": _("今年已答复"),
            "value": str(told["answered"]),
            "url": reverse("coordination:replies"),
        },
    ]


def _actions(scope: Scope) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = [
        {"label": _("检索答复"), "url": reverse("coordination:replies")}
    ]
    if policy.may(scope, "coordination.manage_proposals"):
        url = reverse("coordination:proposal_register")
        actions.append({"label": _("登记提案建议"), "url": url, "main": True})
    return actions


def _line(row: Proposal, scope: Scope, today: dt.date, days: Workdays) -> dict[str, Any]:
    part = own_part(row, scope)
    return {
        "row": row,
        "units": "、".join(unit_name(link.office) for link in row.offices.all()),
        "asked": bool(part) and row.state == State.COUNTERSIGNING and not part.opinion
        if part
        else False,
        **standing_of(row, today, days),
    }
