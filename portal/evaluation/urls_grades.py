"""Addresses of the pages about grades."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
