"""Addresses of the pages about applications."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
