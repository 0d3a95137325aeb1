"""Acts beside plain saving: a button, a short form, the service that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.decorators import action as unfold_action
from unfold.enums import ActionVariant

from core import policy
from core.admin.gated import scope_of
from core.admin.refusals import RefusedError, add_refusal, refusals

# What an act did, in words; or where to go next.
Outcome = str | HttpResponse


def button(
    *,
    label: Any,
    gate: str | None = None,
    icon: str | None = None,
    variant: ActionVariant = ActionVariant.DEFAULT,
    shown_for: Callable[[Any], bool] | None = None,
) -> Callable[[Any], Any]:
    """Make a method a button of the list or of a row, for those whom `gate` lets (None: all)."""

    def decorate(method: Any) -> Any:
        made: Any = unfold_action(
            description=label, icon=icon, variant=variant, url_path=method.__name__
        )(method)
        made.gate, made.shown_for = gate, shown_for
        return made

    return decorate


@dataclass(frozen=True, kw_only=True)
class ActPage:
    """One act's page: what it will do, its form, and the word on its button."""

    title: str
    explanation: str
    submit: str
    form: type[Any]
    run: Callable[[dict[str, Any]], Outcome]
    initial: dict[str, Any] | None = None
    danger: bool = False


class Acts:
    """Buttons shown to those who may use them, and the page they lead to."""

    model: Any
    opts: Any
    admin_site: Any

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        """Buttons of the list."""
        offered = super().get_actions_list(request)  # type: ignore[misc]
        return [one for one in offered if _is_offered(request, one.method, None)]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Buttons of a row."""
        offered = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        obj = (
            self.get_object(request, unquote(str(object_id)))  # type: ignore[attr-defined]
            if offered
            else None
        )
        return [one for one in offered if obj and _is_offered(request, one.method, obj)]

    def act_page(
        self, request: HttpRequest, page: ActPage, *, gate: str, obj: Any = None
    ) -> HttpResponse:
        """Show the act's form; when it is sent, do the act and say so, or say why not."""
        policy.require(scope_of(request), gate, obj)
        back = self._back(obj)
        initial = {"seen_version": getattr(obj, "version", None), **(page.initial or {})}
        form = page.form(request.POST or None, request.FILES or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                with refusals(), transaction.atomic():
                    outcome = page.run(form.cleaned_data)
            except RefusedError as refusal:
                add_refusal(form, refusal)
            else:
                if isinstance(outcome, HttpResponse):
                    return outcome
                messages.success(request, outcome)
                return redirect(back)
        context = {"title": page.title, "act": page, "form": form, "back": back, "original": obj}
        return self.page(request, "admin/act_form.html", context)  # type: ignore[attr-defined]

    def _back(self, obj: Any) -> str:
        stem = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}"
        if obj is None:
            return reverse(f"{stem}_changelist")
        return reverse(f"{stem}_change", args=[obj.pk])


def _is_offered(request: HttpRequest, method: Any, obj: Any) -> bool:
    gate = getattr(method, "gate", None)
    if gate is not None and not policy.may(scope_of(request), gate, obj):
        return False
    shown_for = getattr(method, "shown_for", None)
    return obj is None or shown_for is None or bool(shown_for(obj))
