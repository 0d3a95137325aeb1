"""预算指标 by year."""

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.budgets")
def budgets(request: HttpRequest) -> HttpResponse:
    """Nothing yet."""
    return HttpResponse()
