"""What the pages' scripts ask for: map layers, map values, a job's progress."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.querysets import jobs_visible_to
from circles.models import Circle
from core import jobs
from core.models import Job
from metrics.models import Run
from outlets.models import BusinessFormat
from portal.maps import SHADES, circle_layer, compound_layer, shade_values
from portal.views.common import own_district, page, scope_of
from portal.views.figure import require_readable


@page("portal.figures")
def map_layer(request: HttpRequest, level: str) -> HttpResponse:
    """`/map-data/layers/<level>/`: circles of the district, or the compounds the caller may see."""
    scope = scope_of(request)
    district = own_district(scope)
    if level == "circle":
        return JsonResponse(circle_layer(Circle.objects.filter(district=district).order_by("code")))
    return JsonResponse(compound_layer(scope, district))


@page("portal.figures")
def map_values(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    """`/map-data/values/<run>/?indicator=…&business_format=…`."""
    scope = scope_of(request)
    district = own_district(scope)
    found = get_object_or_404(Run, pk=run, district=district)
    require_readable(scope, found, district)
    code = request.GET.get("indicator", "")
    if code not in SHADES:
        raise Http404(_("没有名为 %(code)s 的指标。") % {"code": code})
    part = 0
    if business_format := request.GET.get("business_format"):
        part = get_object_or_404(BusinessFormat, code=business_format).number
    return JsonResponse({"values": shade_values(found, code, part, scope)})


@page("portal.figures")
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/jobs/<id>/`: how far a job is, for those whose it is (`jobs_visible_to`)."""
    row = get_object_or_404(jobs_visible_to(scope_of(request)), pk=pk)
    told = jobs.progress_of(row) or {}
    ended = row.state in (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
    total = told.get("total") or 0
    return JsonResponse(
        {
            "state": {"done": "done", "failed": "failed", "cancelled": "done"}.get(
                row.state, "running"
            ),
            "percent": 100 if ended else round(told["done"] / total * 100) if total else None,
            "detail": row.error or told.get("text", "") or row.get_state_display(),
        }
    )
