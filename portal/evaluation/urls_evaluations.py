"""Addresses of the pages about evaluations."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
