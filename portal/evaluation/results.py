"""`/evaluation/surveys/<uuid>/results/`: what a wave found out."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from assessments.models import Survey
from portal.views.common import page, scope_of


@page("assessments.surveys")
def survey_results(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The results of a wave that was closed."""
    survey = get_object_or_404(Survey.objects.visible_to(scope_of(request)), pk=pk)
    return render(request, "evaluation/results.html", {"survey": survey})
