"""Addresses of the overview of subsidies and of the pages about effects."""

from django.urls import path

from portal.subsidies import effects, home

urlpatterns = [
    path("", home.home, name="home"),
    path("effects/", effects.effects, name="effects"),
]
