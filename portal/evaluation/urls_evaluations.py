"""Addresses of the pages about evaluations."""

from django.urls import URLPattern, path

from portal.evaluation import checklist, evaluation, register, starting

urlpatterns: list[URLPattern] = [
    path("", register.home, name="home"),
    path("start/", starting.start, name="start"),
    path("fill/", starting.fill, name="fill"),
    path("draw/", starting.draw, name="draw"),
    path("<uuid:pk>/", evaluation.evaluation, name="evaluation"),
    path("<uuid:pk>/kind/", evaluation.kind, name="evaluation_kind"),
    path("<uuid:pk>/checklist/", checklist.checklist, name="checklist"),
    path("<uuid:pk>/checklist/<slug:word>/", checklist.move, name="checklist_move"),
    path("<uuid:pk>/checklist/lines/<uuid:line>/", checklist.line, name="checklist_line"),
    path("<uuid:pk>/checklist/lines/<uuid:line>/clear/", checklist.clear, name="checklist_clear"),
    path(
        "<uuid:pk>/checklist/lines/<uuid:line>/<uuid:file>/",
        checklist.file,
        name="checklist_file",
    ),
]
