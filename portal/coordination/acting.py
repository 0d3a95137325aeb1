"""One act on a meeting or a proposal: its form on a page of its own, done or refused with why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from core.versions import StaleVersionError
from portal.coordination.words import unit_name
from portal.views.common import scope_of


@dataclass(frozen=True, kw_only=True)
class ActPage:
    """What an act's page says and does.

    run    gets the form's cleaned data and {by, scope, seen_version}; answers where to go then, or
           None = back
    fresh  (version, text) that stand now: who was not the first is told of the other text, and
           may send theirs once more; None = the page is to be opened anew
    """

    title: Any
    submit: Any
    form: Any
    run: Callable[[dict[str, Any], dict[str, Any]], str | None]
    done: Any
    back: str
    crumbs: list[dict[str, str]]
    explanation: Any = ""
    danger: bool = False
    template: str = "coordination/act.html"
    fresh: Callable[[], tuple[int, str]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def act_page(request: HttpRequest, act: ActPage) -> HttpResponse:
    """Show the form; sent, do it and go on, or say why not with what was typed kept."""
    form = act.form
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        common = common_of(request, given.pop("seen_version", None))
        try:
            with refusals(), transaction.atomic():
                following = act.run(given, common)
        except RefusedError as refusal:
            add_refusal(form, refusal)
            if act.fresh and is_stale(refusal):
                _show_fresh(form, *act.fresh())
        else:
            if act.done:
                messages.success(request, act.done)
            return redirect(following or act.back)
    context = {"act": act, "form": form, "crumbs": act.crumbs, **act.extra}
    refused = request.method == "POST"
    return render(request, act.template, context, status=422 if refused else 200)


def is_stale(refusal: RefusedError) -> bool:
    """Whether somebody else was first."""
    return isinstance(refusal.__cause__, StaleVersionError)


def _show_fresh(form: Any, version: int, text: str) -> None:
    if text:
        form.add_error(None, f"{_('对方填写的')}：{text}")
    form.data = form.data.copy()
    form.data["seen_version"] = str(version)


def sent(request: HttpRequest) -> Any:
    """What a form was sent with, were it nothing; None when it is only shown."""
    return request.POST if request.method == "POST" else None


def common_of(request: HttpRequest, seen_version: int | None = None) -> dict[str, Any]:
    """Who acts, within what, on which version: for the services."""
    return {"by": current_actor(), "scope": scope_of(request), "seen_version": seen_version}


def run_here(
    request: HttpRequest,
    back: str,
    done: Any,
    run: Callable[[], Any],
    again: Callable[[RefusedError], HttpResponse] | None = None,
) -> HttpResponse:
    """An act without a form of its own: done, and back to the page; or refused with why.

    again  shows the page with what was typed into it; None = nothing is typed, so back as well
    """
    try:
        with refusals():
            run()
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
        if again:
            return again(refusal)
    else:
        messages.success(request, done)
    return redirect(back)


def seen_in(request: HttpRequest, name: str = "seen_version") -> int | None:
    """A number that the page sent along."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


# --- Fields that the forms share ------------------------------------------------------------------
class SeenForm(forms.Form):
    """Pinned to the version that was looked at."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CommentForm(SeenForm):
    """Only why."""

    comment = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class DayField(forms.DateField):
    """A day by the browser's own control; today unless told otherwise."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("initial", timezone.localdate)
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, **options)


class LongField(forms.CharField):
    """Several lines."""

    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)


class UnitsField(forms.ModelMultipleChoiceField):
    """Units as ticks, by their short names; choose them with `offer`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Office.objects.none())
        super().__init__(widget=forms.CheckboxSelectMultiple, **options)

    def label_from_instance(self, obj: Any) -> str:
        """The short name."""
        return unit_name(obj)


class UnitField(forms.ModelChoiceField):
    """One unit, by its short name."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("queryset", Office.objects.none())
        super().__init__(empty_label=_("请选择"), **options)

    def label_from_instance(self, obj: Any) -> str:
        """The short name."""
        return unit_name(obj)


def offer(form: forms.Form, name: str, offices: Any) -> None:
    """The units that a field of the form offers."""
    choice: Any = form.fields[name]
    choice.queryset = offices.select_related("district")
