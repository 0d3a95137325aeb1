"""`/subsidies/payments/`: the desk of who pays."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import page


@page("subsidies.payments")
def payments(request: HttpRequest) -> HttpResponse:
    """What can be listed, what waits, what is unpaid."""
    return render(request, "subsidies/payments.html", {})
