"""Addresses of the pages about standards and questionnaires."""

from django.urls import URLPattern, path

from portal.evaluation import questionnaires, standards

urlpatterns: list[URLPattern] = [
    path("standards/", standards.standards, name="standards"),
    path("standards/new/", standards.new, name="standard_new"),
    path("standards/import/", standards.bring, name="standard_import"),
    path("standards/<uuid:pk>/", standards.standard, name="standard"),
    path("standards/<uuid:pk>/edit/<slug:part>/", standards.part, name="standard_part"),
    path("standards/<uuid:pk>/compare/", standards.compare, name="standard_compare"),
    path("standards/<uuid:pk>/copy/", standards.copy, name="standard_copy"),
    path("standards/<uuid:pk>/standard.xlsx", standards.export, name="standard_export"),
    path("standards/<uuid:pk>/<slug:word>/", standards.move, name="standard_move"),
    path("questionnaires/", questionnaires.questionnaires, name="questionnaires"),
    path("questionnaires/new/", questionnaires.new, name="questionnaire_new"),
    path("questionnaires/import/", questionnaires.bring, name="questionnaire_import"),
    path("questionnaires/<uuid:pk>/", questionnaires.questionnaire, name="questionnaire"),
    path(
        "questionnaires/<uuid:pk>/edit/<slug:part>/",
        questionnaires.part,
        name="questionnaire_part",
    ),
    path("questionnaires/<uuid:pk>/preview/", questionnaires.preview, name="questionnaire_preview"),
    path("questionnaires/<uuid:pk>/compare/", questionnaires.compare, name="questionnaire_compare"),
    path("questionnaires/<uuid:pk>/copy/", questionnaires.copy, name="questionnaire_copy"),
    path(
        "questionnaires/<uuid:pk>/questionnaire.xlsx",
        questionnaires.export,
        name="questionnaire_export",
    ),
    path("questionnaires/<uuid:pk>/<slug:word>/", questionnaires.move, name="questionnaire_move"),
]
