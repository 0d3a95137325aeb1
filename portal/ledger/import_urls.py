"""Addresses of the pages that take ledgers in, below `/ledger/imports/`."""

from django.urls import path

from portal.ledger import import_acts as acts
from portal.ledger import import_page as pages
from portal.ledger import imports

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("template/<slug:subject>/", imports.import_template, name="import_template"),
    path("<uuid:pk>/", pages.import_page, name="import"),
    path("<uuid:pk>/progress/", pages.import_progress, name="import_progress"),
    path("<uuid:pk>/layout/", acts.import_layout, name="import_layout"),
    path("<uuid:pk>/discard/", acts.import_discard, name="import_discard"),
    path("<uuid:pk>/cells/", acts.import_cells, name="import_cells"),
    path("<uuid:pk>/check/", acts.import_check, name="import_check"),
    path("<uuid:pk>/problems/", acts.import_problems, name="import_problems"),
    path("<uuid:pk>/corrections/", acts.import_corrections, name="import_corrections"),
    path("<uuid:pk>/decisions/", acts.import_decisions, name="import_decisions"),
    path("<uuid:pk>/confirm/", acts.import_confirm, name="import_confirm"),
    path("<uuid:pk>/undo/", acts.import_undo, name="import_undo"),
]
