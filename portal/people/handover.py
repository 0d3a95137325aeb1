"""`/accounts/handover/<person>/`: all that is open in a person's hands, passed on in one act."""

import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.handover import Item, hand_over, open_items
from accounts.models import User
from accounts.policy import HEADS
from accounts.querysets import people_visible_to
from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from core.scope import Scope
from portal.basis import offset_pager
from portal.people.forms import HandoverForm
from portal.views.common import page, scope_of

PER_PAGE = 30


@page("accounts.hand_over")
def people(request: HttpRequest) -> HttpResponse:
    """Whose work the caller may hand over; who has only their own goes straight there."""
    scope = scope_of(request)
    administers = policy.may(scope, "accounts.view")
    if not administers and not scope.has_role(*HEADS):
        return redirect("people:handover", pk=request.user.pk)
    rows = people_visible_to(scope, all_of_district=administers)
    asked = request.GET.get("q", "").strip()
    if asked:
        rows = rows.filter(
            Q(display_name__icontains=asked)
            | Q(username__icontains=asked)
            | Q(office__name__icontains=asked)
        )
    at = request.GET.get("from", "")
    start = int(at) if at.isascii() and at.isdecimal() and len(at) < 8 else 0
    ordered = rows.select_related("office").order_by("office__name", "display_name", "id")
    return render(
        request,
        "people/handovers.html",
        {
            "asked": asked,
            "rows": list(ordered[start : start + PER_PAGE]),
            "pager": offset_pager(request, start, PER_PAGE, rows.count()),
        },
    )


@page("accounts.hand_over")
def one(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One person's open work, the successor, and whether the account is closed."""
    scope = scope_of(request)
    person = _person(scope, pk)
    may_close = policy.may(scope, "accounts.change") and person.pk not in scope.persons
    successors = _successors(person)
    form = HandoverForm(request.POST or None, successors=successors, may_close=may_close)
    ticked = set(request.POST.getlist("item"))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with refusals():
                number = hand_over(
                    user=person,
                    successor=given["successor"],
                    keys=ticked,
                    reason=given["reason"],
                    by=current_actor(),
                    close_account=given.get("close_account", False),
                )
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已交接 %(n)d 项工作。") % {"n": number})
            return redirect("people:handover", pk=person.pk)
    items = open_items(person)
    context = {
        "crumbs": [{"label": _("工作交接"), "url": reverse("people:handovers")}, {"label": person}],
        "person": person,
        "roles": _roles(person),
        "is_self": person.pk == scope.user_id,
        "groups": _grouped(items, ticked if request.method == "POST" else None),
        "item_count": len(items),
        "form": form,
        "may_close": may_close,
        "has_successors": successors.exists(),
    }
    status = 400 if form.errors else 200
    return render(request, "people/handover.html", context, status=status)


def _person(scope: Scope, pk: uuid.UUID) -> User:
    found = User.objects.select_related("office").filter(
        pk=pk, office__district__in=scope.district_ids, is_superuser=False
    )
    person = found.first()
    if person is None:
        raise Http404(_("没有这个人员。"))
    if not policy.may(scope, "accounts.hand_over", person):
        raise PermissionDenied(
            _("只能交接本人的工作；他人的工作由本单位分管领导、系统管理员或安全管理员办理交接。")
        )
    return person


def _successors(person: User) -> "QuerySet[User]":
    rows = User.objects.filter(office=person.office_id, is_active=True, is_superuser=False)
    return rows.exclude(pk=person.pk).order_by("display_name", "username", "id")


def _roles(person: User) -> str:
    held = sorted(person.groups.values_list("name", flat=True))
    return "、".join(str(policy.ROLE_NAMES.get(role, role)) for role in held)


def _grouped(items: list[Item], ticked: set[str] | None) -> list[dict[str, Any]]:
    """Items by their kind, in the rooms' order; all ticked until the person says otherwise."""
    return [
        {
            "kind": kind,
            "items": [
                {"item": item, "ticked": ticked is None or item.key in ticked} for item in group
            ],
        }
        for kind, group in groupby(items, key=lambda item: str(item.kind))
    ]
