"""Addresses of the public questionnaire."""

from django.urls import URLPattern

app_name = "survey"
urlpatterns: list[URLPattern] = []
