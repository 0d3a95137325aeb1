"""What reviewers do with a case: 审定数据, 核查记录, 审核通过, 退回, 不予支持."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.admin.refusals import RefusedError
from core.attachments import attachment_of, serve
from core.money import MoneyFormField
from portal.coordination.acting import common_of, run_here, seen_in
from portal.subsidies.application import find, show
from portal.views.common import page, scope_of
from subsidies.services import proposing, reviewing

# Word of a move → what is said when it is done.
DONE = {
    "review": gettext_lazy("已审核通过。"),
    "return": gettext_lazy("已退回，按当前数据重新测算。"),
    "refuse": gettext_lazy("已办理不予支持，并告知申报经手人。"),
    "stop": gettext_lazy("已终止剩余拨付，已安排的资金随即释放，并告知申报经手人。"),
}


@require_POST
@page("subsidies.handle_application")
def facts(request: HttpRequest, pk: Any) -> HttpResponse:
    """审定数据: what review found instead of what was declared."""
    checked = {
        name.removeprefix("fact-"): str(value).strip()
        for name, value in request.POST.items()
        if name.startswith("fact-")
    }

    def run(common: dict[str, Any]) -> Any:
        return reviewing.correct_facts(
            checked=checked, reason=request.POST.get("reason", ""), **common
        )

    return _act(request, pk, "facts", _("已保存审定数据，并重新测算。"), run)


@require_POST
@page("subsidies.handle_application")
def check(request: HttpRequest, pk: Any) -> HttpResponse:
    """第三方审计、信用核查、联审、现场核验."""

    def run(common: dict[str, Any]) -> Any:
        return reviewing.record_check(
            kind=request.POST.get("kind", ""),
            unit=request.POST.get("unit", ""),
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", ""),
            on=_day(request.POST.get("on", "")),
            document_number=request.POST.get("document_number", ""),
            files=request.FILES.getlist("files"),
            **common,
        )

    return _act(request, pk, "check", _("已登记核查记录。"), run)


@page("subsidies.applications")
def check_file(request: HttpRequest, pk: Any, check: Any, file: Any) -> Any:
    """A file of a check."""
    row = get_object_or_404(find(pk, scope_of(request)).checks, pk=check)
    return serve(attachment_of(row, file))


@require_POST
@page("subsidies.handle_application")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """审核通过, 退回审核, 不予支持, 终止剩余拨付."""
    if word not in DONE:
        raise Http404(_("没有这项办理。"))
    said = {name: request.POST.get(name, "").strip() for name in ("comment", "reason", "note")}

    def review(common: dict[str, Any]) -> Any:
        return reviewing.review_application(
            amount=_amount(request.POST.get("amount", "")),
            reason=said["reason"],
            note=said["note"],
            seen_digest=request.POST.get("seen_digest", ""),
            **common,
        )

    runs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "review": review,
        "return": lambda common: reviewing.return_application(comment=said["comment"], **common),
        "refuse": lambda common: reviewing.refuse_application(comment=said["comment"], **common),
        "stop": lambda common: proposing.stop_application(comment=said["comment"], **common),
    }
    return _act(request, pk, word, DONE[word], runs[word])


def _act(
    request: HttpRequest, pk: Any, word: str, done: Any, run: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Done, and back to the case; refused, the case comes back with what was typed."""
    row = find(pk, scope_of(request))
    common = common_of(request, seen_in(request)) | {"application": row}

    def again(refusal: RefusedError) -> HttpResponse:
        told = {**request.POST.dict(), "word": word, "why": refusal}
        return show(request, find(pk, scope_of(request)), refused=told)

    back = reverse("subsidies:application", args=[row.pk])
    return run_here(request, back, done, lambda: run(common), again)


def _amount(text: str) -> Decimal | None:
    """Yuan; nothing = as computed."""
    try:
        found: Decimal | None = MoneyFormField(required=False).clean(text)
    except ValidationError as error:
        raise ValidationError({"amount": error.messages}) from error
    return found


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValidationError({"on": _("请填写日期，如 2026-03-01。")}) from None
