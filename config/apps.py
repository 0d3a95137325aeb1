"""Which admin site the project has."""

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with our own site in front of it."""

    default = False
    default_site = "core.console.ConsoleSite"
