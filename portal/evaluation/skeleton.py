"""Pages that are not built yet."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.views.common import scope_of


def of_row(request: HttpRequest, model: Any, pk: uuid.UUID) -> HttpResponse:
    """The frame alone, for a row that the caller sees."""
    get_object_or_404(model.objects.visible_to(scope_of(request)), pk=pk)
    return render(request, "evaluation/frame.html")
