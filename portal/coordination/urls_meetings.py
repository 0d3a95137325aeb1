"""Addresses of the pages about joint meetings."""

from django.urls import URLPattern, path

from portal.coordination import meeting, meetings, minutes

urlpatterns: list[URLPattern] = [
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.plan, name="meeting_plan"),
    path("meetings/suggest/", meetings.suggest, name="meeting_suggest"),
    path("meetings/<uuid:pk>/", meeting.meeting, name="meeting"),
    path("meetings/<uuid:pk>/countersign/", meeting.countersign, name="meeting_countersign"),
    path("meetings/<uuid:pk>/minutes/", minutes.editor, name="minutes"),
    path("meetings/<uuid:pk>/minutes.docx", minutes.document, name="minutes_document"),
    path("meetings/<uuid:pk>/settle/<uuid:opinion>/", meeting.settle, name="meeting_settle"),
    path(
        "meetings/<uuid:pk>/resolutions/<uuid:resolution>/<slug:word>/",
        minutes.resolution,
        name="resolution",
    ),
    path("meetings/<uuid:pk>/<slug:word>/", meeting.act, name="meeting_act"),
]
