"""Addresses of the pages about rounds."""

from django.urls import path

from portal.subsidies import round_acts, round_edit, round_files, round_page, rounds

urlpatterns = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", round_edit.new, name="round_new"),
    path("rounds/<uuid:pk>/", round_page.round_, name="round"),
    path("rounds/<uuid:pk>/edit/", round_edit.edit, name="round_edit"),
    path("rounds/<uuid:pk>/do/<slug:word>/", round_acts.move, name="round_move"),
    path("rounds/<uuid:pk>/list/<slug:word>/", round_acts.applications, name="round_applications"),
    path("rounds/<uuid:pk>/objections/", round_acts.objection_new, name="objection_new"),
    path("rounds/<uuid:pk>/papers/<slug:kind>/", round_files.paper, name="round_paper"),
    path("rounds/<uuid:pk>/workbook/", round_files.workbook, name="round_workbook"),
    path("rounds/<uuid:pk>/files/<uuid:file>/", round_files.file, name="round_file"),
    path("objections/<uuid:pk>/<slug:word>/", round_acts.objection, name="objection_move"),
]
