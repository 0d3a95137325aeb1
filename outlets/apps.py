"""Outlets: formats, enterprises, brands, the register and its ledgers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutletsConfig(AppConfig):
    name = "outlets"
    verbose_name = _("商业网点")

    def ready(self) -> None:
        from outlets import policy  # noqa: F401
