"""A circle's evaluation as a Word document."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from assessments.models import Grade
from assessments.papers import evaluation_document
from core import audit
from core.word import word_response
from portal.views.common import page, scope_of


@page("assessments.grades")
def document(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """分级分类评价报告 of one grade, as it was kept; to who may see the grade."""
    grade = get_object_or_404(
        Grade.objects.visible_to(scope_of(request)).select_related(
            "circle__lead_street", "evaluation"
        ),
        pk=pk,
    )
    audit.note("assessments.export_grade", grade=str(grade.pk), version=grade.version)
    name = _("%(circle)s%(year)d年度分级分类评价报告") % {
        "circle": grade.circle.name,
        "year": grade.year,
    }
    return word_response(evaluation_document(grade), name)
