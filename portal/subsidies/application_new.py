"""`/subsidies/applications/new/`: whom, for which item of which round."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from core.scope import Scope
from outlets.models import Enterprise, Outlet
from portal.ledger.lists import errors_of, own_streets
from portal.views.common import own_district, page, scope_of
from subsidies.filing_rules import items_of, open_rounds
from subsidies.models import Application, PolicyItem, Round
from subsidies.services.filing import create_application
from territory.models import District

MOST_FOUND = 20
# Over and done with, or never more than a draft that was taken back: they stand in nobody's way.
ENDED = ("withdrawn", "not_accepted", "refused", "cancelled")


@dataclass
class Choice:
    """What was chosen: `what` is `round:item`, `who` is `enterprise` or `enterprise:outlet`."""

    what: str = ""
    who: str = ""
    street: str = ""
    q: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    # An application like it that is on its way.
    like: Application | None = None


@page("subsidies.file_application")
def new(request: HttpRequest) -> HttpResponse:
    """Choose, then go on with the draft; finding an enterprise keeps what was chosen."""
    scope = scope_of(request)
    district = own_district(scope)
    told = request.POST if request.method == "POST" else request.GET
    what, who, street, q = (told.get(name, "").strip() for name in ("what", "who", "street", "q"))
    choice = Choice(what, who, street, q)
    if request.method == "POST" and "find" not in request.POST:
        made = _create(request, choice, district)
        if made is not None:
            return redirect("subsidies:application_edit", pk=made.pk)
    # `?round=` from its page: it stands first, and where it calls for one item that is chosen.
    calls = _calls(scope, district)
    calls.sort(key=lambda call: str(call["round"].pk) != told.get("round", ""))
    if told.get("round") and not choice.what and calls and len(calls[0]["items"]) == 1:
        choice.what = calls[0]["items"][0]["value"]
    streets = own_streets(scope, district)
    context = {
        "crumbs": [
            {"label": _("扶持申报"), "url": reverse("subsidies:applications")},
            {"label": _("新建申报")},
        ],
        "choice": choice,
        "calls": calls,
        "found": _found(scope, choice),
        "most": MOST_FOUND,
        "streets": streets if len(streets) > 1 else [],
        "sees_all": scope.all_streets,
        "outlet_add": reverse("admin:outlets_outlet_add")
        if policy.may(scope, "outlets.change")
        else "",
    }
    return render(
        request, "subsidies/application_new.html", context, status=422 if choice.errors else 200
    )


def _calls(scope: Scope, district: District) -> list[dict[str, Any]]:
    """The rounds that can be filed in today, each with its items."""
    rounds = Round.objects.visible_to(scope).filter(district=district)
    rounds = open_rounds(rounds, timezone.localdate()).select_related("policy")
    return [
        {
            "round": round_,
            "items": [{"row": one, "value": f"{round_.pk}:{one.key}"} for one in items_of(round_)],
        }
        for round_ in rounds.order_by("closes_on", "id")
    ]


# --- Whom -----------------------------------------------------------------------------------------
def _found(scope: Scope, choice: Choice) -> list[dict[str, Any]] | None:
    """Enterprises of the register by name, credit code or outlet, with the outlets the caller
    sees; None when nothing was looked for."""
    rows = Enterprise.objects.visible_to(scope)
    enterprise = _pair(choice.who)[0]
    if choice.q:
        own = Outlet.objects.visible_to(scope).registered()
        by_outlet = own.search(choice.q).filter(enterprise__isnull=False).values("enterprise")
        rows = rows.filter(
            Q(name__icontains=choice.q) | Q(credit_code__icontains=choice.q) | Q(pk__in=by_outlet)
        )
    elif enterprise:
        rows = rows.filter(pk=enterprise)
    else:
        return None
    outlets = Outlet.objects.visible_to(scope).registered().select_related("street")
    outlets = outlets.defer("street__outline").order_by("code")
    rows = rows.prefetch_related(Prefetch("outlet_set", queryset=outlets, to_attr="own_outlets"))
    return [
        {
            "enterprise": row,
            "value": str(row.pk),
            "outlets": [{"row": one, "value": f"{row.pk}:{one.pk}"} for one in row.own_outlets],
        }
        for row in rows.order_by("name", "id")[:MOST_FOUND]
    ]


def _pair(text: str) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    first, _colon, second = text.partition(":")
    return _key(first), _key(second)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# --- The draft ------------------------------------------------------------------------------------
def _create(request: HttpRequest, choice: Choice, district: District) -> Application | None:
    """The draft; None with `choice.errors` when something is not chosen, or refused."""
    scope = scope_of(request)
    round_, item = _what(scope, choice, district)
    enterprise, outlet = _who(scope, choice)
    streets = own_streets(scope, district)
    chosen = [one for one in streets if one.code == choice.street]
    # Who works for one street files for it.
    street = chosen[0] if chosen else streets[0] if len(streets) == 1 else None
    if choice.errors or round_ is None or item is None or enterprise is None:
        return None
    like = (
        Application.objects.visible_to(scope)
        .filter(round=round_, item=item, enterprise=enterprise, outlet=outlet)
        .exclude(state__in=ENDED)
    )
    choice.like = like.order_by("-created_at").first()
    if choice.like is not None and "again" not in request.POST:
        choice.errors[""] = [_("这家企业在本批次已有同一事项的申报，请核对是否重复。")]
        return None
    try:
        with refusals():
            return create_application(
                round=round_,
                item=item,
                enterprise=enterprise,
                outlet=outlet,
                street=street,
                by=current_actor(),
                scope=scope,
            )
    except RefusedError as refusal:
        names = {"round": "what", "item": "what", "enterprise": "who", "outlet": "who"}
        for name, messages in errors_of(refusal.errors).items():
            choice.errors.setdefault(names.get(name, name), []).extend(messages)
    return None


def _what(
    scope: Scope, choice: Choice, district: District
) -> tuple[Round | None, PolicyItem | None]:
    pk, _colon, key = choice.what.partition(":")
    rounds = Round.objects.visible_to(scope).filter(district=district, pk=_key(pk))
    round_ = rounds.select_related("policy").first()
    items = [item for item in items_of(round_) if item.key == key] if round_ else []
    if not items:
        choice.errors["what"] = [_("请选择要申报的支持事项。")]
        return None, None
    return round_, items[0]


def _who(scope: Scope, choice: Choice) -> tuple[Enterprise | None, Outlet | None]:
    one, other = _pair(choice.who)
    enterprise = Enterprise.objects.visible_to(scope).filter(pk=one).first() if one else None
    if enterprise is None:
        choice.errors["who"] = [_("请先查找企业，再选择企业或其网点。")]
        return None, None
    outlet = None
    if other:
        outlets = Outlet.objects.visible_to(scope).registered().select_related("street")
        outlet = outlets.filter(pk=other, enterprise=enterprise).first()
        if outlet is None:
            choice.errors["who"] = [_("这个网点不属于所选企业，请重新选择。")]
    return enterprise, outlet
