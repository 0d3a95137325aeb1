"""Questionnaires: the list, one in full, its drafts' editor, preview, comparing, publishing."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from assessments.models import Questionnaire
from portal.evaluation.skeleton import of_row
from portal.views.common import page

READ, CHANGE = "assessments.standards", "assessments.change_standards"


@page(READ)
def questionnaires(request: HttpRequest) -> HttpResponse:
    """All versions of the district's questionnaires."""
    return render(request, "evaluation/frame.html")


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    return render(request, "evaluation/frame.html")


@page(READ)
def questionnaire(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One version as a document."""
    return of_row(request, Questionnaire, pk)


@page(CHANGE)
def part(request: HttpRequest, pk: uuid.UUID, part: str) -> HttpResponse:
    """A part of a draft in its editor."""
    return of_row(request, Questionnaire, pk)


@page(READ)
def compare(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Two versions side by side."""
    return of_row(request, Questionnaire, pk)


@page(CHANGE)
def copy(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A new draft like this version."""
    return of_row(request, Questionnaire, pk)


@page(READ)
def preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The version as residents would see it."""
    return of_row(request, Questionnaire, pk)


@page(CHANGE)
def move(request: HttpRequest, pk: uuid.UUID, word: str) -> HttpResponse:
    """Publish or close it."""
    return of_row(request, Questionnaire, pk)
