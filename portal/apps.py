"""Portal: faces that show several rooms at once."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("工作台")

    def ready(self) -> None:
        from portal import policy  # noqa: F401
