"""Addresses of the pages about effects."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
