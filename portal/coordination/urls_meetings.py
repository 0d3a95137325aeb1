"""Addresses of the pages about joint meetings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
