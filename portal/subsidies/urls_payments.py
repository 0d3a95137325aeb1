"""Addresses of the pages about payments."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
