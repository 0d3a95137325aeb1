"""The admin pages of report forms and periods, and what this room's acts are called."""

from reports.admin import forms, labels, periods

__all__ = ["forms", "labels", "periods"]
