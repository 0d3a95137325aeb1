"""Addresses of the pages about results."""

from django.urls import path

from portal.evaluation.results import survey_results

urlpatterns = [
    path("surveys/<uuid:pk>/results/", survey_results, name="survey_results"),
]
