"""Standards: the list, one as a document, its drafts' editor, comparing, publishing, files."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments.models import Standard
from portal.evaluation.skeleton import of_row
from portal.views.common import page

READ, CHANGE = "assessments.standards", "assessments.change_standards"


@page(READ)
def standards(request: HttpRequest) -> HttpResponse:
    """All versions of the district's standards."""
    return render(request, "evaluation/frame.html")


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    return render(request, "evaluation/frame.html")


@page(CHANGE)
def bring(request: HttpRequest) -> HttpResponse:
    """A draft from a workbook."""
    return render(request, "evaluation/frame.html")


@page(READ)
def standard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One version as a document."""
    return of_row(request, Standard, pk)


@page(CHANGE)
def part(request: HttpRequest, pk: uuid.UUID, part: str) -> HttpResponse:
    """A part of a draft in its editor."""
    return of_row(request, Standard, pk)


@page(READ)
def compare(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Two versions side by side."""
    return of_row(request, Standard, pk)


@page(CHANGE)
def copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A new draft like this version."""
    return of_row(request, Standard, pk)


@page(READ)
def export(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The version as a workbook."""
    return of_row(request, Standard, pk)


@page(CHANGE)
def move(request: HttpRequest, pk: uuid.UUID, word: str) -> HttpResponse:
    """Publish or close it."""
    return of_row(request, Standard, pk)
