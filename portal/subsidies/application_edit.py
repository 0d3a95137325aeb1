"""`/subsidies/applications/<id>/edit/`: facts, evidence, account; sent when complete."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.views.common import page, scope_of
from subsidies.models import Application


@page("subsidies.file_application")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """The form of a draft, or of one that is to be completed."""
    get_object_or_404(Application.objects.visible_to(scope_of(request)), pk=pk)
    return render(request, "subsidies/frame.html")
