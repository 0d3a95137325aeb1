"""`/survey/<code>/`: the questionnaire as residents fill it in. No sign-in, no cookie, no script.

The code in the address admits one answer. Who asks is nobody: the middleware takes their cookies
off (core.middleware.NamelessMiddleware), the code is written into no log, and nothing of the
request goes into the answer. How the page looks (large type, language) stands in its address.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation, ValidationError
from django.core.signals import got_request_exception
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.template.loader import get_template, render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.throttling import BaseThrottle

from assessments.models import AgeBand, Survey, SurveyToken
from assessments.services.answering import ClosedError, take_answer, without_skipped
from assessments.services.tokens import clean_code, find_token
from assessments.waves import Wave, wave_of
from core.windows import count
from portal.survey import asking

logger = logging.getLogger(__name__)
METHODS = ["GET", "HEAD", "POST"]
# Far more than the longest questionnaire filled to the brim.
MOST_SENT = 256 * 1024
STANDARD = "standard"
# A form that was broken off, or that no browser sends.
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)
Page = tuple[str, dict[str, Any], int]
View = Callable[..., HttpResponse]


def nameless(view: View) -> View:
    """A page for everyone and no one: nothing kept of who asks, nor of the address."""

    # The code is what another site cannot know, and no cookie speaks for whoever sends the form.
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **parts: Any) -> HttpResponse:
        with translation.override(_language(request)):
            response = _respond(view, request, parts)
            response["Content-Language"] = get_language() or settings.LANGUAGE_CODE
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        # Django writes the address of what it refuses into its log, but not twice.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    return guarded


def _respond(view: View, request: HttpRequest, parts: dict[str, Any]) -> HttpResponse:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_SENT:
            return _closed(request, "unreadable", 413)
        return view(request, **parts)
    except UNREADABLE:
        return _closed(request, "unreadable", 400)
    except Exception:
        got_request_exception.send(sender=None, request=request)
        logger.exception("a questionnaire could not be answered")
        return HttpResponse(get_template("500.html").render(), status=500)


@nameless
def enter(request: HttpRequest) -> HttpResponse:
    """Type a code instead of scanning it."""
    typed, errors = request.POST.get("code", "")[:100], []
    if request.method == "POST":
        if find_token(typed) is not None:
            path = reverse("survey:answer", args=[clean_code(typed)])
            return HttpResponseRedirect(path + _query(request), status=303)
        if _guesses_much(request):
            return _closed(request, "busy", 429)
        errors.append(_("没有这个问卷码，请对照纸条再输一遍。"))
    told = {"typed": typed, "errors": errors}
    return _page(request, "survey/enter.html", told, 400 if errors else 200)


@nameless
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """The questionnaire behind a code; sent, it is answered once and for all."""
    token = find_token(code)
    if token is None:
        return _closed(request, *(("busy", 429) if _guesses_much(request) else ("unknown", 404)))
    wave = wave_of(token.survey_id)
    if shut := _shut(wave.survey):
        return _closed(request, shut, 410 if shut == "closed" else 403, wave)
    if token.used:
        return _done(request, wave, again=True)
    busy = count(f"survey:{_address(request)}") > settings.SURVEY_REQUESTS_PER_MINUTE
    if request.method == "POST":
        return _sent(request, token, wave, busy=busy)
    if busy:
        return _closed(request, "busy", 429)
    return _form(request, token, wave, {})


def _sent(request: HttpRequest, token: SurveyToken, wave: Wave, *, busy: bool) -> HttpResponse:
    given = asking.given_in(wave.questions, request.POST)
    if request.POST.get("do") == "show":
        return _form(request, token, wave, given)
    if busy:
        told = {"": [_("现在提交的人太多，请过一分钟再点“提交”；已填内容都还在。")]}
        return _form(request, token, wave, given, told, 429)
    try:
        first = take_answer(
            token=token,
            given=without_skipped(wave.questions, given),
            age_band=request.POST.get("age_band", ""),
            seconds=asking.seconds_since(request.POST.get("started", ""), token),
        )
    except ValidationError as error:
        return _form(request, token, wave, given, error.message_dict, 400)
    except ClosedError:
        return _closed(request, "closed", 410, wave)
    return _done(request, wave, again=not first)


def _done(request: HttpRequest, wave: Wave, *, again: bool) -> HttpResponse:
    """The same for everyone who asks for it in this language and size."""
    key = f"done {get_language()} {_query(request)} {again}"
    if key not in wave.drawn:
        page = _page(request, "survey/done.html", {"wave": wave, "again": again})
        wave.drawn[key] = page.content.decode()
    return HttpResponse(wave.drawn[key])


def _form(
    request: HttpRequest,
    token: SurveyToken,
    wave: Wave,
    given: dict[str, Any],
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The questions with what was given so far, and with what is wrong."""
    errors = errors or {}
    age = request.POST.get("age_band", "")
    questions = asking.asked(wave.questions, given, errors) if given else []
    context = {
        "wave": wave,
        "circle": wave.circles.get(token.circle_id, ""),
        "minutes": asking.minutes_for(wave.questions),
        "how_many": len(wave.questions),
        "questions": _drawn(questions) if given else _untouched(wave),
        "ages": asking.age_options(age if age in AgeBand.values else ""),
        "age_errors": errors.get("age_band", []),
        "wrong": [question for question in questions if question["errors"]],
        "general": errors.get("", []),
        "count": sum(map(bool, errors)),
        "started": request.POST.get("started") or asking.started_stamp(token),
        "is_form": True,
        "fresh": request.method != "POST",
    }
    return _page(request, "survey/form.html", context, status)


def _drawn(questions: list[dict[str, Any]]) -> SafeString:
    draw = get_template("survey/question.html").render
    return mark_safe("".join(draw({"question": question}) for question in questions))


def _untouched(wave: Wave) -> SafeString:
    """The questions as everyone first sees them: drawn once while the wave is kept in memory."""
    language = get_language() or ""
    if language not in wave.drawn:
        wave.drawn[language] = _drawn(asking.asked(wave.questions, {}, {}))
    return mark_safe(wave.drawn[language])


def _shut(survey: Survey) -> str:
    """Why the wave takes no answers: early, closed, or not at all ("")."""
    today = timezone.localdate()
    if survey.state == Survey.State.PREPARING:
        return "early"
    if survey.state != Survey.State.OPEN or today > survey.closes_on:
        return "closed"
    return "early" if today < survey.opens_on else ""


def _closed(request: HttpRequest, why: str, status: int, wave: Wave | None = None) -> HttpResponse:
    """A page without questions. why = unknown | early | closed | busy | unreadable"""
    return _page(request, "survey/closed.html", {"why": why, "wave": wave}, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Rendered without the frame of signed-in pages: nothing here depends on who asks."""
    wave: Wave | None = context.get("wave")
    shared = {
        "large": request.GET.get("size") != STANDARD,
        "is_sample": settings.DEMO or bool(wave and wave.survey.is_sample),
        "to_large": _query(request, size=""),
        "to_standard": _query(request, size=STANDARD),
        "to_chinese": _query(request, lang="zh-hans"),
        "to_english": _query(request, lang="en"),
    }
    return HttpResponse(render_to_string(template, shared | context), status=status)


# --- The address says how it looks ----------------------------------------------------------------
def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def _query(request: HttpRequest, **changed: str) -> str:
    """The address's query with these settings: `?size=standard&lang=en`, or `?` for none."""
    now = {
        "size": STANDARD if request.GET.get("size") == STANDARD else "",
        "lang": asked if (asked := request.GET.get("lang", "")) in dict(settings.LANGUAGES) else "",
    }
    return "?" + urlencode({name: value for name, value in (now | changed).items() if value})


# --- Counting -------------------------------------------------------------------------------------
def _address(request: HttpRequest) -> str:
    caller: Any = request
    return BaseThrottle().get_ident(caller)


def _guesses_much(request: HttpRequest) -> bool:
    """Count one more wrong code of the address; others of the address who have a code go on."""
    return count(f"survey:wrong:{_address(request)}") > settings.SURVEY_WRONG_CODES_PER_MINUTE
