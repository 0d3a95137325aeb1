"""Addresses of a person's messages."""

from django.urls import path

from portal.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.notices, name="list"),
    path("read/", views.read, name="read"),
    path("<uuid:pk>/", views.opened, name="open"),
]
