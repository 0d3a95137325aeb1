"""The admin site: who may enter it, and where signing in happens.

Apart from `core.admin`, which registers models when it is imported: the site must exist before.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog
from unfold.sites import UnfoldAdminSite

from core import policy

ENTER = "core.console"
# The calendar's heads, which Django leaves in English: context and letter → character.
WEEKDAYS: dict[str, str | list[str]] = {
    "one letter Sunday\x04S": "日",
    "one letter Monday\x04M": "一",
    "one letter Tuesday\x04T": "二",
    "one letter Wednesday\x04W": "三",
    "one letter Thursday\x04T": "四",
    "one letter Friday\x04F": "五",
    "one letter Saturday\x04S": "六",
}
View = Callable[..., HttpResponseBase]


class ScriptWords(JavaScriptCatalog):
    """Django's own, with the calendar's weekdays in Chinese."""

    packages = ["django.contrib.admin"]

    def get_catalog(self) -> dict[str, str | list[str]]:
        """Words by their English."""
        words = super().get_catalog()
        return words | WEEKDAYS if (get_language() or "").startswith("zh") else words


class ConsoleSite(UnfoldAdminSite):
    """Asks the one gate instead of `is_staff`; its pages alone may evaluate expressions."""

    site_title = site_header = index_title = _("一刻钟便民生活圈平台")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the caller may enter."""
        return policy.may(request.scope, ENTER)  # type: ignore[attr-defined]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Visitors are sent to sign in, those who may not enter are told who may."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            policy.require(request.scope, ENTER)  # type: ignore[attr-defined]
            # core.middleware lets Unfold's pages, and no others, evaluate expressions.
            request.is_stock_admin = True  # type: ignore[attr-defined]
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def i18n_javascript(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The words of the admin's scripts."""
        return cast(HttpResponse, ScriptWords.as_view()(request))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one sign-in page, and this is not it."""
        return redirect_to_login(request.GET.get("next") or "/")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nor does the password change here."""
        return redirect("password_change")
