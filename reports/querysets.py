"""Which reports and work items a caller sees."""

import datetime as dt
from typing import Any, Self

from django.db import models

from core.scope import Scope


class OfficeRows(models.QuerySet[Any]):
    """Rows that an office owes or wrote, with `district` and `office`."""

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission, else those of the caller's own office."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        if not scope.office_code or not (scope.street_ids or scope.department):
            return self.none()
        return rows.filter(office__code=scope.office_code)


class ReportQuerySet(OfficeRows):
    """Progress reports."""

    def owed(self) -> Self:
        """Not yet sent, or sent back: somebody has to do something in the office."""
        return self.filter(state__in=["todo", "draft", "returned"])

    def to_check(self) -> Self:
        """Sent and waiting for the commission."""
        return self.filter(state="submitted")

    def overdue(self, today: dt.date) -> Self:
        """Owed, and the due day is over."""
        return self.owed().filter(due_on__lt=today)
