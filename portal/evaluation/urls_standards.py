"""Addresses of the pages about standards."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
