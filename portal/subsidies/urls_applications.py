"""Addresses of the pages about applications: the list, filing, evidence, 受理."""

from django.urls import URLPattern, path

from portal.subsidies import application_acts, application_edit, application_new, applications

CASE = "applications/<uuid:pk>/"
urlpatterns: list[URLPattern] = [
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", application_new.new, name="application_new"),
    path(f"{CASE}edit/", application_edit.edit, name="application_edit"),
    path(f"{CASE}paper/", application_acts.paper, name="application_paper"),
    # withdraw, ask, accept, decline; files are sent and filed from the form itself.
    path(f"{CASE}handle/<slug:word>/", application_acts.handle, name="application_handle"),
    path(f"{CASE}evidence/<uuid:line>/<uuid:file>/", application_acts.file, name="evidence_file"),
]
