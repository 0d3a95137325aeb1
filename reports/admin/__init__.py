"""The admin pages of report forms and periods."""

from reports.admin import forms, periods

__all__ = ["forms", "periods"]
