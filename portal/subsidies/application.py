"""`/subsidies/applications/<id>/`: the case on the left, its computation and decision beside it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.scope import Scope
from portal.views.common import page, scope_of
from subsidies.models import Application


@page("subsidies.applications")
def application(request: HttpRequest, pk: Any) -> HttpResponse:
    """The case."""
    row = find(pk, scope_of(request))
    return render(request, "subsidies/application.html", {"application": row})


@page("subsidies.applications")
def paper(request: HttpRequest, pk: Any) -> HttpResponse:
    """审核表 (Word)."""
    row = find(pk, scope_of(request))
    return render(request, "subsidies/application.html", {"application": row})


def find(pk: Any, scope: Scope) -> Application:
    """The application, if the caller's scope holds it."""
    rows = Application.objects.visible_to(scope).select_related(
        "district", "round__policy__fund", "item", "enterprise", "outlet", "street", "circle"
    )
    found: Application | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这项申报，或者不在您的范围内。"))
    return found
