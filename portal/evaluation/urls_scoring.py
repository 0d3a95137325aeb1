"""Addresses of the pages about scoring."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
