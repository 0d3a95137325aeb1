"""What is done with grades: proposed, sent for decision, decided on, published."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.views.common import page


@require_POST
@page("assessments.propose_grades")
def propose(request: HttpRequest) -> HttpResponse:
    """Propose the grades of a year."""
    return redirect("evaluation:grades")


@require_POST
@page("assessments.grades")
def move_chosen(request: HttpRequest, word: str) -> HttpResponse:
    """One of the moves, with every ticked grade."""
    return redirect("evaluation:grades")


@require_POST
@page("assessments.grades")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """One of the moves of the table."""
    return redirect("evaluation:grade", pk=pk)
