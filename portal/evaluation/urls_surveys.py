"""Addresses of the pages about surveys."""

from django.urls import URLPattern, path

from portal.evaluation import (
    survey,
    survey_enter,
    survey_form,
    survey_import,
    survey_tokens,
    surveys,
)

urlpatterns: list[URLPattern] = [
    path("surveys/", surveys.surveys, name="surveys"),
    path("surveys/new/", survey_form.new, name="survey_new"),
    path("surveys/<uuid:pk>/", survey.survey, name="survey"),
    path("surveys/<uuid:pk>/edit/", survey_form.edit, name="survey_edit"),
    path("surveys/<uuid:pk>/preview/", survey.preview, name="survey_preview"),
    path("surveys/<uuid:pk>/enter/", survey_enter.enter, name="survey_enter"),
    path("surveys/<uuid:pk>/import/", survey_import.bring, name="survey_import"),
    path("surveys/<uuid:pk>/import/template.xlsx", survey_import.template, name="survey_template"),
    path("surveys/<uuid:pk>/import/<uuid:file>/undo/", survey_import.undo, name="survey_undo"),
    path("surveys/<uuid:pk>/move/<slug:word>/", survey.move, name="survey_move"),
    path("surveys/<uuid:pk>/tokens/", survey_tokens.tokens, name="survey_tokens"),
    path(
        "surveys/<uuid:pk>/tokens/<uuid:circle>/slips.pdf",
        survey_tokens.sheet,
        name="survey_token_sheet",
    ),
    path(
        "surveys/<uuid:pk>/tokens/<uuid:circle>/links.csv",
        survey_tokens.links,
        name="survey_token_links",
    ),
]
