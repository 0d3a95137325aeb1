"""`/subsidies/applications/<id>/`: the case on the left, its computation and decision beside it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.attachments import attachments_of_rows
from core.scope import Scope
from core.word import word_response
from core.workflow import open_moves
from portal.coordination.trails import trail_of
from portal.ledger.outlet import map_of
from portal.subsidies import case
from portal.views.common import page, scope_of
from subsidies.models import Application, Check, Evidence
from subsidies.review_papers import review_form
from subsidies.rules.eligibility import UNKNOWN
from subsidies.services.assessing import assessment_of, is_frozen
from subsidies.services.reviewing import CHECKING
from subsidies.shown import account_number_for, phone_for, sees_whole
from subsidies.workflow.applications import APPLICATION, HANDLE

# Acts that are no moves.
ACTS = {
    "subsidies.create_application": gettext_lazy("建立草稿"),
    "subsidies.change_application": gettext_lazy("修改申报"),
    "subsidies.provide_evidence": gettext_lazy("上传材料"),
    "subsidies.remove_evidence": gettext_lazy("移除材料"),
    "subsidies.mark_evidence": gettext_lazy("核验材料"),
    "subsidies.correct_facts": gettext_lazy("填写审定数据"),
    "subsidies.record_check": gettext_lazy("登记核查记录"),
}
MARKS = {
    Evidence.State.MISSING: "bad",
    Evidence.State.PROVIDED: "warn",
    Evidence.State.CHECKED: "good",
    Evidence.State.LACKING: "bad",
}
State = Application.State


@page("subsidies.applications")
def application(request: HttpRequest, pk: Any) -> HttpResponse:
    """The case."""
    return show(request, find(pk, scope_of(request)))


@page("subsidies.applications")
def paper(request: HttpRequest, pk: Any) -> HttpResponse:
    """审核表 (Word), for the commission."""
    if not scope_of(request).all_streets:
        raise PermissionDenied(_("审核表由区商务委使用。"))
    row = find(pk, scope_of(request))
    name = _("审核表") + f"{row.number or row.title}.docx"
    return word_response(review_form(row, assessment_of(row)), name)


def show(
    request: HttpRequest, row: Application, refused: dict[str, Any] | None = None
) -> HttpResponse:
    """The page; `refused` {word, why, …}: an act that was refused, with what was typed into it."""
    scope, refused = scope_of(request), refused or {}
    told = assessment_of(row)
    moves = {move.word: move for move in open_moves(APPLICATION, row, scope)}
    handles = policy.may(scope, HANDLE, row)
    own = not {str(one) for one in scope.persons}.isdisjoint(row.submitted_by_ids)
    context = {
        "crumbs": _crumbs(row),
        "application": row,
        "status": case.STATUS[State(row.state)],
        "assessment": told,
        "paper": case.paper(row, told, scope),
        "frozen": is_frozen(row),
        "conditions": case.conditions(row, told),
        "unclear": any(one["state"] == UNKNOWN for one in told.eligibility),
        "facts": case.facts(row, refused if refused.get("word") == "facts" else None),
        "budget": case.budget(row, told, scope),
        "known": case.known_of(row, scope),
        "evidence": _evidence(row),
        "checks": case.checks(row),
        "kinds": Check.Kind.choices,
        "outcomes": Check.Outcome.choices,
        "instalments": case.instalments(row) if row.attempt else [],
        "trail": trail_of(row, APPLICATION, others=ACTS),
        "map": map_of(row.outlet) if row.outlet else None,
        "moves": moves,
        "may_correct": handles and not own and row.state == State.ACCEPTED,
        "may_check": handles and not own and row.state in CHECKING,
        "own": handles and own and row.state == State.ACCEPTED,
        "queue": case.neighbours(row, scope) if handles else None,
        "waits": "" if "accept" in moves else case.waits_for(row),
        "sees_all": scope.all_streets,
        "account": account_number_for(row, scope),
        "phone": phone_for(row, scope),
        "whole": sees_whole(row, scope),
        "today": timezone.localdate(),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "subsidies/application.html", context, status=status)


def find(pk: Any, scope: Scope) -> Application:
    """The application, if the caller's scope holds it."""
    rows = Application.objects.visible_to(scope).select_related(
        "district",
        "round__policy__fund",
        "round__policy__clause",
        "item",
        "enterprise",
        "outlet__main_format",
        "outlet__street",
        "street",
        "circle",
    )
    found: Application | None = (
        rows.defer("district__outline", "circle__boundary").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("没有这项申报，或者不在您的范围内。"))
    return found


def _crumbs(row: Application) -> list[dict[str, str]]:
    """区 › 街道（镇） › 资金批次 › the case."""
    crumbs = [{"label": row.district.name}]
    if row.street:
        crumbs.append({"label": row.street.name})
    crumbs.append({"label": _("扶持申报"), "url": reverse("subsidies:applications")})
    return [*crumbs, {"label": row.number or row.title}]


def _evidence(row: Application) -> list[dict[str, Any]]:
    lines = list(row.evidence.all())
    files = attachments_of_rows(lines)
    return [
        {"row": line, "status": MARKS[Evidence.State(line.state)], "files": files[line.pk]}
        for line in lines
    ]
