"""`/accounts/delegations/`: give and end 授权代办, and see who acts for whom."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.delegations import delegate, revoke
from accounts.models import Delegation, User
from accounts.querysets import delegations_visible_to, people_visible_to
from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from core.scope import Scope
from portal.basis import offset_pager
from portal.people.forms import DelegationForm
from portal.views.common import page, scope_of

PER_PAGE = 30


@page("accounts.delegate")
def delegations(request: HttpRequest) -> HttpResponse:
    """The caller's own, given and held; administrators see and give those of their district."""
    scope = scope_of(request)
    principal = _principal(request, scope)
    colleagues = _colleagues(principal)
    form = DelegationForm(request.POST or None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with refusals():
                row = delegate(principal=principal, by=current_actor(), **given)
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            told = {"delegate": row.delegate, "from": row.valid_from, "until": row.valid_until}
            messages.success(
                request, _("已授权“%(delegate)s”自 %(from)s 至 %(until)s 代为办理。") % told
            )
            return redirect("people:delegations")
    return render(
        request,
        "people/delegations.html",
        _context(request, scope, principal, form),
        status=400 if form.errors else 200,
    )


@page("accounts.delegate")
@require_POST
def end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one at once: by who gave it, who holds it, or an administrator."""
    scope = scope_of(request)
    rows = _visible(scope).select_related("principal__office", "delegate")
    row = get_object_or_404(rows, pk=pk)
    policy.require(scope, "accounts.delegate", row)
    revoke(delegation=row, by=current_actor())
    messages.success(request, _("已终止授权代办。"))
    return redirect("people:delegations")


def _visible(scope: Scope) -> "QuerySet[Delegation]":
    everyone = policy.may(scope, "accounts.view")
    rows = delegations_visible_to(scope, all_of_district=everyone)
    return rows.order_by("-valid_until", "-id")


def _principal(request: HttpRequest, scope: Scope) -> User:
    """The caller; for administrators also whoever `?for=` names."""
    asked = request.GET.get("for", "")
    if not asked or not policy.may(scope, "accounts.change"):
        return request.user  # type: ignore[return-value]
    try:
        return people_visible_to(scope, all_of_district=True).get(pk=uuid.UUID(asked))
    except (ValueError, User.DoesNotExist) as error:
        raise Http404(_("没有这个人员。")) from error


def _colleagues(principal: User) -> "QuerySet[User]":
    rows = User.objects.filter(office=principal.office_id, is_active=True, is_superuser=False)
    return rows.exclude(pk=principal.pk).order_by("display_name", "username", "id")


def _context(
    request: HttpRequest, scope: Scope, principal: User, form: DelegationForm
) -> dict[str, Any]:
    rows = _visible(scope)
    total = rows.count()
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 8 else 0
    shown = rows.select_related("principal__office", "delegate")[start : start + PER_PAGE]
    today = timezone.localdate()
    return {
        "principal": principal,
        "for_another": principal.pk != scope.user_id,
        "form": form,
        "administers": policy.may(scope, "accounts.view"),
        "rows": [_row(row, scope, today) for row in shown],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "handover_url": reverse("people:handover", args=[principal.pk]),
    }


def _row(row: Delegation, scope: Scope, today: dt.date) -> dict[str, Any]:
    status, word = _state(row, today)
    return {
        "pk": row.pk,
        "principal": str(row.principal),
        "delegate": str(row.delegate),
        "office": str(row.principal.office or "—"),
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "reason": row.reason,
        "by": row.by_label,
        "status": status,
        "status_word": word,
        "may_end": status in ("good", "warn") and policy.may(scope, "accounts.delegate", row),
    }


def _state(row: Delegation, today: dt.date) -> tuple[str, str]:
    if row.revoked_at is not None:
        ended = timezone.localtime(row.revoked_at).date()
        return "none", _("已于 %(day)s 终止") % {"day": ended}
    if row.valid_until < today:
        return "none", _("已到期")
    if row.valid_from > today:
        return "warn", _("未开始")
    return "good", _("代办中")
