"""Two rows of one shop: search for the other, compare side by side, keep one."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from core.geo import geodesic_m
from core.versions import require_version
from outlets.models import Outlet
from outlets.services import merge_outlets
from portal.ledger.forms import MergeForm
from portal.ledger.outlet import GROUPS, crumbs, find, word_of
from portal.views.common import page, scope_of

MOST = 20
# About 150 m, for suggesting rows near by.
_NEAR_DEGREES = 0.0015
_COMPARED = [*(name for _title, names in GROUPS for name in names), "contact", "phone"]


@page("outlets.change")
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """`?q=`: search; `?with=CODE`: compare, and merge when sent."""
    row = find(request, code)
    policy.require(scope_of(request), "outlets.change", row)
    back = reverse("ledger:outlet", args=[row.code])
    context: dict[str, Any] = {
        "crumbs": [*crumbs(row), {"label": row.name, "url": back}, {"label": _("并入")}],
        "outlet": row,
        "back": back,
    }
    if request.GET.get("with"):
        return _compare(request, row, context)
    text = request.GET.get("q", "").strip()
    rows = _candidates(request, row)
    found = rows.search(text) if text else rows.filter(_likely(row))
    context |= {
        "q": text,
        "found": [
            {"outlet": one, "away": _away(row, one)}
            for one in found.select_related("street", "main_format").defer("street__outline")[:MOST]
        ],
        "most": MOST,
    }
    return render(request, "ledger/merge_search.html", context)


def _candidates(request: HttpRequest, row: Outlet) -> Any:
    rows = Outlet.objects.visible_to(scope_of(request)).registered()
    return rows.filter(district=row.district_id).exclude(pk=row.pk).order_by("name", "id")


def _likely(row: Outlet) -> Q:
    """Of the same name or address, or of the same format close by."""
    likely = Q(name_key=row.name_key) & ~Q(name_key="")
    if row.address:
        likely |= Q(address=row.address)
    if row.lon is not None and row.lat is not None:
        likely |= Q(
            main_format=row.main_format_id,
            lon__range=(row.lon - _NEAR_DEGREES, row.lon + _NEAR_DEGREES),
            lat__range=(row.lat - _NEAR_DEGREES, row.lat + _NEAR_DEGREES),
        )
    return likely


def _away(one: Outlet, other: Outlet) -> str:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return ""
    metres = float(geodesic_m(one.lon, one.lat, other.lon, other.lat))
    return _("相距 %(m)s 米") % {"m": f"{metres:,.0f}"}


def _compare(request: HttpRequest, row: Outlet, context: dict[str, Any]) -> HttpResponse:
    other = find(request, request.GET["with"])
    policy.require(scope_of(request), "outlets.change", other)
    initial = {
        "keep": str(other.pk),
        "seen_version": row.version,
        "other_version": other.version,
    }
    form = MergeForm(request.POST or None, initial=initial, pair=(other, row))
    if request.method == "POST" and form.is_valid():
        try:
            with refusals(), transaction.atomic():
                kept = _merged(row, other, form.cleaned_data)
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            said = _("已合并，保留 %(code)s %(name)s。") % {"code": kept.code, "name": kept.name}
            messages.success(request, said)
            return redirect("ledger:outlet", code=kept.code)
    lines = [
        {"label": Outlet._meta.get_field(name).verbose_name, "words": words}  # type: ignore[union-attr]
        for name in _COMPARED
        if (words := (word_of(row, name), word_of(other, name))) != ("—", "—")
    ]
    context |= {
        "other": other,
        "away": _away(row, other),
        "form": form,
        "lines": [line | {"differs": line["words"][0] != line["words"][1]} for line in lines],
    }
    return render(request, "ledger/merge.html", context)


def _merged(row: Outlet, other: Outlet, given: dict[str, Any]) -> Outlet:
    pair = {str(row.pk): row, str(other.pk): other}
    seen = {str(row.pk): given["seen_version"], str(other.pk): given["other_version"]}
    keep = pair.pop(given["keep"])
    [gone] = pair.values()
    require_version(gone, seen[str(gone.pk)])
    return merge_outlets(
        keep=keep,
        others=[gone],
        seen_version=seen[str(keep.pk)],
        reason=given["reason"],
        by=current_actor(),
    )
