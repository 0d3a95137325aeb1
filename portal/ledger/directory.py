"""商业网点设施目录: the outlets in business, by street and format, for printing.

No personal data: neither contact nor telephone.
"""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from outlets.models import BusinessFormat, Outlet, Service
from portal.views.common import own_district, page, scope_of
from territory.models import Street


@page("outlets.view")
def directory(request: HttpRequest) -> HttpResponse:
    """`/ledger/directory/?street=CODE`: one street, or all that the caller sees."""
    scope = scope_of(request)
    district = own_district(scope)
    streets = Street.objects.filter(district=district).order_by("sort", "code")
    if not scope.all_streets:
        own: Any = scope.street_ids
        streets = streets.filter(pk__in=own)
    offered = [{"code": code, "name": name} for code, name in streets.values_list("code", "name")]
    chosen = request.GET.get("street", "")
    if chosen not in {one["code"] for one in offered}:
        # All streets at once is a book: the first is shown until one asks for it.
        chosen = "" if chosen == "all" and offered else (offered[0]["code"] if offered else "")
    rows = Outlet.objects.visible_to(scope).filter(district=district, street__isnull=False)
    rows = rows.open_on(timezone.localdate())
    if chosen:
        rows = rows.filter(street__code=chosen)
    parts = list(_parts(rows, dict(streets.values_list("id", "name"))))
    total = sum(part["count"] for part in parts)
    audit.note("outlets.directory", street=chosen or "all", rows=total)
    context = {
        "crumbs": [
            {"label": _("导出与目录"), "url": reverse("ledger:exports")},
            {"label": _("商业网点设施目录")},
        ],
        "subject": {"name": district.name},
        "streets": offered,
        "chosen": chosen,
        "parts": parts,
        "total_text": f"{total:,}",
        "day": timezone.localdate(),
        "is_sample": any(
            line["sample"] for part in parts for s in part["formats"] for line in s["lines"]
        ),
    }
    return render(request, "ledger/directory.html", context)


def _parts(rows: Any, streets: dict[Any, str]) -> Any:
    """Per street, per format, the numbered lines; three queries."""
    formats = dict(BusinessFormat.objects.values_list("id", "name"))
    services = list(Service.objects.order_by("bit").values_list("bit", "name"))
    columns = (
        "street_id", "main_format_id", "name", "address", "floor_room", "hours", "services",
        "open_24h", "is_sample",
    )  # fmt: skip
    order = ("street__sort", "street__code", "main_format__number", "code", "id")
    found = rows.order_by(*order).values(*columns)
    for street, of_street in groupby(found.iterator(), key=lambda row: row["street_id"]):
        number = 0
        sections = []
        for sort, lines in groupby(of_street, key=lambda row: row["main_format_id"]):
            told = [_line(row, services, number + at) for at, row in enumerate(lines, 1)]
            number += len(told)
            sections.append({"name": formats[sort], "lines": told})
        yield {"name": streets[street], "count": number, "formats": sections}


def _line(row: dict[str, Any], services: list[tuple[int, str]], number: int) -> dict[str, Any]:
    offered = [name for bit, name in services if row["services"] >> bit & 1]
    hours = _("24小时") if row["open_24h"] else row["hours"]
    return {
        "number": number,
        "name": row["name"],
        "address": f"{row['address']}{row['floor_room']}",
        "hours": hours,
        "services": "、".join(offered),
        "sample": row["is_sample"],
    }
