"""Addresses of the ledger's pages, by what they are about."""

from django.urls import include, path

from portal.ledger import (
    acts,
    changes,
    checks,
    directory,
    exports,
    home,
    merging,
    outlet,
    outlets,
    places,
    quality,
    visits,
)

app_name = "ledger"
urlpatterns = [
    path("", home.home, name="home"),
    path("imports/", include("portal.ledger.import_urls")),
    path("completeness/", home.completeness, name="completeness"),
    path("outlets/", outlets.outlets, name="outlets"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.export, name="export"),
    path("exports/<uuid:pk>/", exports.one, name="export_one"),
    path("exports/<uuid:pk>/file/", exports.download, name="export_file"),
    path("directory/", directory.directory, name="directory"),
    path("quality/", quality.quality, name="quality"),
    path("quality/<uuid:pk>/waive/", quality.waive, name="quality_waive"),
    path("outlets/<path:code>/visit/", visits.visit, name="visit"),
    path("visits/photos/<uuid:pk>/", visits.photo, name="visit_photo"),
    path("checks/", checks.rounds, name="rounds"),
    path("checks/<uuid:pk>/", checks.one_round, name="round"),
    path("checks/<uuid:pk>/links/", checks.links, name="round_links"),
    path("checks/sheets/<uuid:pk>/", checks.sheet, name="sheet"),
    path("checks/sheets/<uuid:pk>/paper/", checks.sheet_paper, name="sheet_paper"),
    path("changes/", changes.changes, name="changes"),
    path("changes/<uuid:pk>/", changes.change, name="change"),
    # A code may hold a slash; so these stand last, the outlet itself behind its acts.
    path("outlets/<path:code>/contact/", outlet.contact, name="outlet_contact"),
    path("outlets/<path:code>/change/", acts.change, name="outlet_change"),
    path("outlets/<path:code>/move/", acts.move, name="outlet_move"),
    path("outlets/<path:code>/place/", places.place, name="outlet_place"),
    path("outlets/<path:code>/close/", acts.close, name="outlet_close"),
    path("outlets/<path:code>/merge/", merging.merge, name="outlet_merge"),
    path("outlets/<path:code>/void/", acts.void, name="outlet_void"),
    path("outlets/<path:code>/", outlet.outlet, name="outlet"),
]
