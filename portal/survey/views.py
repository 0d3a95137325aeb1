"""`/survey/<code>/`: the questionnaire as residents fill it in. No sign-in, no cookie."""

from django.http import HttpRequest, HttpResponse


def enter(request: HttpRequest) -> HttpResponse:
    """Type a code instead of scanning it."""
    raise NotImplementedError


def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The questionnaire behind a code."""
    raise NotImplementedError
