"""API tokens: issued with their secret shown once, revoked for a reason."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import services
from accounts.admin.forms import TokenForm, scope_word
from accounts.models import ApiToken
from accounts.roles import NAMES
from core.admin import ActForm, ActPage, BaseAdmin, button, label_acts
from core.audit import current_actor
from core.scope import Scope

label_acts(
    {
        "accounts.issue_token": gettext_lazy("签发接口令牌"),
        "accounts.revoke_token": gettext_lazy("停用接口令牌"),
    }
)
GATE = "accounts.manage_tokens"


@admin.register(ApiToken)
class ApiTokenAdmin(BaseAdmin):
    gates = {"view": GATE, "add": GATE}
    through_services = True
    form = TokenForm
    list_display = (
        "name",
        "office",
        "role_named",
        "prefix",
        "scopes_named",
        "state",
        "expires_at",
        "last_used_at",
    )
    list_filter = ("office",)
    list_select_related = ("office",)
    search_fields = ("name", "prefix")
    ordering = ("-created_at",)
    autocomplete_fields = ("office",)
    fields = (
        ("name", "office"),
        ("role_named", "prefix"),
        "scopes_named",
        ("state", "expires_at"),
        ("last_used_at", "revoked_at"),
    )
    readonly_fields = ("role_named", "scopes_named", "state", "last_used_at")
    add_fieldsets = ((None, {"fields": ("name", "office", "role", "scopes", "days")}),)
    actions_detail = ("revoke",)

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """Those of the own district's offices."""
        return ApiToken.objects.filter(office__district__in=scope.district_ids)

    @admin.display(description=gettext_lazy("角色"), ordering="role")
    def role_named(self, token: ApiToken) -> str:
        """The role's name."""
        return str(NAMES.get(token.role, token.role))

    @admin.display(description=gettext_lazy("权限范围"))
    def scopes_named(self, token: ApiToken) -> str:
        """The scopes in words."""
        return "、".join(map(scope_word, token.scopes)) or "—"

    @display(
        description=gettext_lazy("状态"),
        label={"live": "success", "revoked": "danger", "expired": "warning"},
    )
    def state(self, token: ApiToken) -> tuple[str, str]:
        """In use, revoked or expired."""
        if token.revoked_at:
            return "revoked", _("已停用")
        return ("live", _("有效")) if token.live else ("expired", _("已到期"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the service; the secret waits for the one page that shows it."""
        token, secret = services.issue_token(by=current_actor(), **form.cleaned_data)
        obj.pk, obj._state.adding = token.pk, False
        request.secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        """The secret, this once."""
        context = {
            "title": _("接口令牌已签发"),
            "token": self.rows_of(request).get(pk=obj.pk),
            "secret": request.secret,  # type: ignore[attr-defined]
            "back": reverse(f"{self.admin_site.name}:accounts_apitoken_changelist"),
        }
        return self.page(request, "admin/token_secret.html", context)

    def rows_of(self, request: HttpRequest) -> "QuerySet[Any]":
        """The caller's tokens with their offices."""
        return self.get_queryset(request).select_related("office")

    @button(
        gate=GATE,
        label=gettext_lazy("停用"),
        icon="block",
        shown_for=lambda token: token.revoked_at is None,
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the token at once."""
        token = self.row(request, object_id)

        def run(given: dict[str, Any]) -> str:
            services.revoke_token(token=token, by=current_actor(), reason=given["reason"])
            return _("令牌“%(name)s”已停用，不能恢复。") % {"name": token.name}

        page = ActPage(
            title=_("停用令牌：%(name)s") % {"name": token.name},
            explanation=_("停用立即生效，使用它的系统将不能再访问；不能恢复，需要时另行签发。"),
            submit=_("确认停用"),
            form=ActForm,
            run=run,
            danger=True,
        )
        return self.act_page(request, page, gate=GATE, obj=token)
