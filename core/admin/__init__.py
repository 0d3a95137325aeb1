"""The admin: its bases, for every room's admin.py, and the pages of the ground floor's tables."""

from core.admin import calendars, registers
from core.admin.acts import ActPage, button
from core.admin.base import BaseAdmin, BaseInline, BaseStackedInline, ReadOnlyAdmin
from core.admin.forms import ActForm, DatedForm, GatedForm, ReasonedForm, TableForm, WordsField
from core.admin.gated import scope_of
from core.admin.labels import label_acts, label_moves

__all__ = [
    "ActForm",
    "ActPage",
    "BaseAdmin",
    "BaseInline",
    "BaseStackedInline",
    "DatedForm",
    "GatedForm",
    "ReadOnlyAdmin",
    "ReasonedForm",
    "TableForm",
    "WordsField",
    "button",
    "calendars",
    "label_acts",
    "label_moves",
    "registers",
    "scope_of",
]
