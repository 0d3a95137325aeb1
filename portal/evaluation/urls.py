"""Addresses of evaluation's pages, by what they are about."""

from django.urls import include, path

app_name = "evaluation"
urlpatterns = [
    path("", include("portal.evaluation.urls_standards")),
    path("", include("portal.evaluation.urls_scoring")),
    path("", include("portal.evaluation.urls_surveys")),
    path("", include("portal.evaluation.urls_results")),
    path("", include("portal.evaluation.urls_grades")),
    # Last: its pages stand directly below /evaluation/.
    path("", include("portal.evaluation.urls_evaluations")),
]
