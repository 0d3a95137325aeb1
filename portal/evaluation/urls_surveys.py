"""Addresses of the pages about surveys."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
