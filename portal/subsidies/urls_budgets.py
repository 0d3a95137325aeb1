"""Addresses of the pages about budgets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
