"""Codes of a wave: made for a circle, printed as slips, listed as links."""

import uuid

from django.http import HttpRequest, HttpResponse


def tokens(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How many codes each circle has; makes more."""
    raise NotImplementedError


def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A circle's slips to print."""
    raise NotImplementedError


def links(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A circle's links as a table."""
    raise NotImplementedError
