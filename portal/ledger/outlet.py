"""`/ledger/outlets/<code>/`: all that is known of one outlet, what was, and where it is from."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import audit, policy
from core.admin.describing import shown_as
from core.admin.versions import PAGE, versions_of
from core.geo import CRS
from core.models import AuditEvent
from core.scope import Scope
from outlets.admin.outlets import is_present, is_trading
from outlets.listing import FACT_COLUMNS
from outlets.models import Import, Outlet, QualityFinding, Visit
from outlets.quality.registry import words_of
from outlets.services.coordinates import LABELS
from outlets.telling import MASKED, told
from portal.ledger.columns import PLACE_SIGNS
from portal.maps import collection, feature, point
from portal.views.common import own_district, page, scope_of

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("身份"), ("code", "name", "licence_name", "enterprise", "industry_code")),
    (
        gettext_lazy("经营"),
        (
            "status", "main_format", "services", "brand", "chain_kind", "facility_form",
            "breakfast_kind", "opened_on", "closed_on", "hours", "employees", "business_area",
            "building_area", "ownership", "licences", "licence_until", "credit_grade",
        ),
    ),
    (
        gettext_lazy("位置"),
        (
            "street", "neighbourhood", "address", "floor_room", "declared_circles", "lon", "lat",
            "place_state", "x_in", "y_in", "crs_in", "outside",
        ),
    ),
    (
        gettext_lazy("服务"),
        (
            "open_24h", "elderly_friendly", "cash_accepted", "supply", "mother_infant", "delivery",
            "dark_store", "rent_subsidy",
        ),
    ),
    (gettext_lazy("采集"), ("data_source", "collected_by", "collected_on")),
)  # fmt: skip
VISITS_SHOWN = 20


def find(request: HttpRequest, code: str) -> Outlet:
    """The caller's outlet of that code; among void ones of the same code the newest. Or 404."""
    scope = scope_of(request)
    rows = Outlet.objects.visible_to(scope).filter(district=own_district(scope), code=code)
    related = ("street", "neighbourhood", "main_format", "brand", "enterprise", "merged_into")
    row: Outlet | None = (
        rows.select_related(*related, "district").order_by("void", "-updated_at").first()
    )
    if row is None:
        raise Http404(_("您的工作范围内没有编码为 %(code)s 的网点。") % {"code": code})
    return row


@page("outlets.view")
def outlet(request: HttpRequest, code: str) -> HttpResponse:
    """The outlet, its contact masked."""
    return _page(request, find(request, code), revealed=False)


@require_POST
@never_cache
@page("outlets.contact")
def contact(request: HttpRequest, code: str) -> HttpResponse:
    """The same with the contact in clear; who read it is kept in the log."""
    row = find(request, code)
    policy.require(scope_of(request), "outlets.contact", row)
    audit.note("outlets.contact_read", outlet=row.pk)
    return _page(request, row, revealed=True)


def _page(request: HttpRequest, row: Outlet, *, revealed: bool) -> HttpResponse:
    scope = scope_of(request)
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 else 1
    versions = versions_of(
        row, max(number, 1), told=lambda name, value: told(name, value, contacts=False)
    )
    context = {
        "crumbs": [*crumbs(row), {"label": row.name}],
        "outlet": row,
        "state": _state(row),
        "acts": _acts(scope, row),
        "groups": list(_groups(row)),
        "contacts": _contacts(scope, row, revealed=revealed),
        "map": map_of(row),
        "findings": _findings(row),
        "labels": list(row.labels.select_related("label").order_by("-year", "label__sort")),
        "visits": _visits(row),
        "timeline": _timeline(row),
        "versions": versions[:PAGE],
        "older": f"?page={number + 1}#history" if len(versions) > PAGE else "",
        "newer": f"?page={number - 1}#history" if number > 1 else "",
        "imports": _imports(row),
        "doubles": Outlet.objects.filter(merged_into=row).order_by("code"),
    }
    return render(request, "ledger/outlet.html", context)


def crumbs(row: Outlet) -> list[dict[str, str]]:
    """District › street › the list it stands in."""
    found = [{"label": row.district.name, "url": reverse("ledger:outlets")}]
    if row.street:
        url = f"{reverse('ledger:outlets')}?street={row.street.code}"
        found.append({"label": row.street.name, "url": url})
    return found


def _state(row: Outlet) -> dict[str, Any]:
    words = []
    if row.void:
        words.append(_("已作废"))
    elif row.merged_into:
        words.append(_("已并入"))
    else:
        words.append(row.get_status_display())
    return {
        "word": "".join(map(str, words)),
        "place": row.get_place_state_display(),
        "place_sign": PLACE_SIGNS.get(row.place_state, "unknown"),
        "updated": timezone.localtime(row.updated_at),
    }


def _acts(scope: Scope, row: Outlet) -> list[dict[str, Any]]:
    """What the caller may do with the row as it stands."""
    offers = (
        ("ledger:visit", _("现场核查"), "outlets.visit", is_present(row)),
        ("ledger:outlet_change", _("修改"), "outlets.change", is_present(row)),
        ("ledger:outlet_move", _("移动位置"), "outlets.change", is_present(row)),
        ("ledger:outlet_close", _("关闭／迁出"), "outlets.close", is_trading(row)),
        ("ledger:outlet_merge", _("并入"), "outlets.change", is_present(row)),
        ("ledger:outlet_void", _("作废"), "outlets.change", is_present(row)),
    )
    found = []
    for name, label, gate, fits in offers:
        try:
            url = reverse(name, args=[row.code])
        except NoReverseMatch:
            continue
        if fits and policy.may(scope, gate, row):
            found.append({"label": label, "url": url, "main": name == "ledger:outlet_change"})
    return found


def _groups(row: Outlet) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for title, names in GROUPS:
        yield str(title), [(_label(name), word_of(row, name)) for name in names]


def _label(name: str) -> str:
    return str(Outlet._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def word_of(row: Any, name: str) -> str:
    """A column of an outlet, or of its facts, in words; contacts masked."""
    field: Any = Outlet._meta.get_field(name)
    if name == "enterprise" and row.enterprise:
        code = row.enterprise.credit_code
        return f"{row.enterprise.name}（{code}）" if code else str(row.enterprise.name)
    value = getattr(row, name)
    if name == "crs_in" and value in CRS.__members__.values():
        return LABELS[CRS(value)]
    words = told(name, value, contacts=False)
    return shown_as(field, value) if words is None else words


def _contacts(scope: Scope, row: Outlet, *, revealed: bool) -> dict[str, Any]:
    words = {
        name: (getattr(row, name) if revealed else mask(getattr(row, name))) or "—"
        for name, mask in MASKED.items()
    }
    return {
        **words,
        "revealed": revealed,
        "may": bool(row.contact or row.phone) and policy.may(scope, "outlets.contact", row),
    }


def map_of(row: Outlet) -> dict[str, Any] | None:
    """components/map.html's dict: the outlet within its street; None = it has no place."""
    if row.lon is None or row.lat is None:
        return None
    outline = row.street.outline if row.street else None
    streets = [feature(outline, name=row.street.name)] if outline and row.street else []
    place = feature(
        point(row.lon, row.lat),
        name=row.name,
        format_label=row.main_format.name,
        kind=row.main_format.category,
        sure=row.place_state == "verified",
    )
    return {
        "id": "outlet-map",
        "label": _("网点的位置"),
        "kind": "outlets",
        "attribution": _("示意边界（演示数据）") if row.is_sample else " ",
        "config": {
            "streets": collection(streets),
            "outlets": collection([place]),
            "near": True,
            "words": {
                "unsure": str(_("位置待核实")),
                "street": str(_("街道（镇）边界")),
            },
        },
    }


def _findings(row: Outlet) -> list[dict[str, Any]]:
    found = QualityFinding.objects.filter(outlet=row, waived_at__isnull=True)
    return [
        {
            "name": one.rule.name,
            "text": words_of(one.rule_id, one.detail),
            "remedy": one.rule.remedy,
            "error": one.rule.severity == "error",
            "since": one.since,
        }
        for one in found.select_related("rule").order_by("rule__sort", "since")
    ]


def _visits(row: Outlet) -> list[dict[str, Any]]:
    visits: Any = Visit.objects.filter(outlet=row).order_by("-at").prefetch_related("photos")
    return [
        {
            "at": timezone.localtime(visit.at),
            "who": visit.by_label,
            "word": visit.get_finding_display(),
            "note": visit.note,
            "away": None if visit.away is None else round(visit.away),
            "photos": [
                {"url": url, "label": _("照片 %(n)d") % {"n": at}}
                for at, photo in enumerate(visit.photos.all(), 1)
                if (url := _photo_url(photo.pk))
            ],
        }
        for visit in visits[:VISITS_SHOWN]
    ]


def _photo_url(pk: Any) -> str:
    try:
        return reverse("ledger:visit_photo", args=[pk])
    except NoReverseMatch:
        return ""


def _timeline(row: Outlet) -> list[dict[str, Any]]:
    """The dated facts, the newest first, each with what it changed."""
    facts = list(row.facts.order_by("valid_from").select_related("street", "main_format", "brand"))
    acts = {
        event.act: event
        for event in AuditEvent.objects.filter(act__in={one.act for one in facts if one.act})
    }
    fields: Any = {field.attname: field for field in Outlet._meta.concrete_fields}
    periods = []
    for before, one in zip([None, *facts], facts, strict=False):
        changed = [
            {
                "label": str(fields[column].verbose_name),
                "before": word_of(before, fields[column].name) if before else "",
                "after": word_of(one, fields[column].name),
            }
            for column in FACT_COLUMNS
            if before is None or getattr(before, column) != getattr(one, column)
        ]
        event = acts.get(one.act) if one.act else None
        periods.append(
            {
                "since": one.valid_from,
                "until": one.valid_to,
                "first": before is None,
                "changes": [one for one in changed if one["before"] or one["after"] != "—"],
                "who": event.actor_label if event else "",
                "source": one.source,
            }
        )
    return periods[::-1]


def _imports(row: Outlet) -> list[dict[str, Any]]:
    """The ledgers that wrote the row."""
    acts = set(row.history.values_list("act", flat=True)) - {None}
    batches = Import.objects.filter(act__in=acts).order_by("-at")
    return [
        {
            "name": batch.file_name,
            "at": timezone.localtime(batch.at),
            "who": batch.by_label,
            "row": line,
            "url": _import_url(batch.pk),
        }
        for batch in batches
        for line in [
            batch.rows.filter(target_id=row.pk, written_version__isnull=False)
            .values_list("no", flat=True)
            .first()
        ]
    ]


def _import_url(pk: Any) -> str:
    try:
        return reverse("ledger:import", args=[pk])
    except NoReverseMatch:
        return ""


__all__ = ["contact", "crumbs", "find", "outlet", "word_of"]
