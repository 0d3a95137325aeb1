"""`/ledger/`: how healthy the ledger is, and what to do next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.views.common import own_district, page, scope_of


@page("outlets.view")
def home(request: HttpRequest) -> HttpResponse:
    """The ledger of the caller's street, or of the district."""
    district = own_district(scope_of(request))
    return render(request, "ledger/home.html", {"subject": {"name": district.name}})
