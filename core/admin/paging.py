"""Long lists: counted up to a limit, so that a page never waits for a full count."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.views import ChangeList

COUNTED = 50_000


class CappedPaginator(Paginator):
    """Counts at most `COUNTED` rows; what lies beyond is reached by filters."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or `COUNTED` when there are more."""
        return min(self._counted, COUNTED)

    @cached_property
    def capped(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._counted > COUNTED

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: COUNTED + 1].count()


class CountedList(ChangeList):
    """A list that speaks of “all” rows only when something narrows it."""

    def get_results(self, request: HttpRequest) -> None:
        """The page's rows; an unfiltered list is its own whole."""
        super().get_results(request)
        if not (self.query or self.has_active_filters):
            self.full_result_count = self.result_count
