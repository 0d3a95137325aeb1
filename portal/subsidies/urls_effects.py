"""Addresses of the overview of subsidies and of the pages about effects."""

from django.urls import path, re_path

from portal.subsidies import effects, effects_files, home

urlpatterns = [
    path("", home.home, name="home"),
    path("effects/", effects.effects, name="effects"),
    path("effects/measure/", effects.measure, name="effects_measure"),
    re_path(
        r"^effects/self-assessment\.(?P<kind>docx|xlsx)$",
        effects_files.assess,
        name="self_assessment",
    ),
]
