"""One 预算指标: its ledger, plan and unpaid instalments."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.budgets")
def line(request: HttpRequest, pk: Any) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()
