"""`/subsidies/rounds/`: the rounds of the district, searched, filtered, exported."""

from django.http import HttpRequest, HttpResponse

from portal.views.common import page


@page("subsidies.rounds")
def rounds(request: HttpRequest) -> HttpResponse:
    """The list; being built."""
    return HttpResponse("")
