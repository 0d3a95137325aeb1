"""Addresses of coordination's pages, by what they are about."""

from django.urls import include, path

from portal.coordination import home

app_name = "coordination"
urlpatterns = [
    path("", home.home, name="home"),
    path("", include("portal.coordination.urls_duties")),
    path("", include("portal.coordination.urls_tasks")),
    path("", include("portal.coordination.urls_meetings")),
    path("", include("portal.coordination.urls_proposals")),
]
