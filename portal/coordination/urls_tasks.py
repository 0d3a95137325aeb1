"""Addresses of the pages about tasks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
