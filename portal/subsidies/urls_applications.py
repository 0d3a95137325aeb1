"""Addresses of the pages about applications: the list, filing, evidence, 受理."""

from django.urls import URLPattern, path

from portal.subsidies import application_acts, application_edit, application_new, applications

urlpatterns: list[URLPattern] = [
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", application_new.new, name="application_new"),
    path("applications/<uuid:pk>/edit/", application_edit.edit, name="application_edit"),
    path("applications/<uuid:pk>/paper/", application_acts.paper, name="application_paper"),
    # submit, withdraw, ask, accept, decline.
    path(
        "applications/<uuid:pk>/handle/<slug:word>/",
        application_acts.handle,
        name="application_handle",
    ),
    path(
        "applications/<uuid:pk>/evidence/<uuid:line>/",
        application_acts.provide,
        name="evidence_provide",
    ),
    path(
        "applications/<uuid:pk>/evidence/<uuid:line>/mark/",
        application_acts.mark,
        name="evidence_mark",
    ),
    path(
        "applications/<uuid:pk>/evidence/<uuid:line>/<uuid:file>/",
        application_acts.file,
        name="evidence_file",
    ),
    path(
        "applications/<uuid:pk>/evidence/<uuid:line>/<uuid:file>/remove/",
        application_acts.remove,
        name="evidence_remove",
    ),
]
