"""Addresses of the pages about policies."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
