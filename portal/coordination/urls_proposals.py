"""Addresses of the pages about proposals."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
