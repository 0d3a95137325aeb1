"""Addresses of the pages about duties per clause, the roster, the lines of work."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
