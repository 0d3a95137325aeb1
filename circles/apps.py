"""Circles: compounds, living circles, pilot batches."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CirclesConfig(AppConfig):
    name = "circles"
    verbose_name = _("便民生活圈")

    def ready(self) -> None:
        from circles import policy  # noqa: F401
