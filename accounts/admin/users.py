"""People: who they act for, in which roles; their passwords and locks."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts import services
from accounts.admin.forms import NewUserForm, OwnUserForm, PasswordForm, UserForm
from accounts.models import User
from accounts.roles import NAMES
from core.admin import ActForm, ActPage, BaseAdmin, button, label_acts, scope_of
from core.admin.filters import WordFilter
from core.audit import current_actor
from core.scope import Scope

label_acts(
    {
        "accounts.create_user": gettext_lazy("新增用户"),
        "accounts.change_user": gettext_lazy("修改用户"),
        "accounts.set_roles": gettext_lazy("设置角色"),
        "accounts.reset_password": gettext_lazy("重置密码"),
        "accounts.change_password": gettext_lazy("修改本人密码"),
        "accounts.unlock": gettext_lazy("解除登录锁定"),
        "accounts.sign_in": gettext_lazy("登录"),
        "accounts.sign_out": gettext_lazy("退出登录"),
        "accounts.sign_in_failed": gettext_lazy("登录失败"),
        "accounts.locked_out": gettext_lazy("登录锁定"),
        "accounts.break_glass": gettext_lazy("应急账号操作"),
        "accounts.delegate": gettext_lazy("授权代办"),
        "accounts.revoke_delegation": gettext_lazy("终止授权代办"),
        "accounts.hand_over": gettext_lazy("工作交接"),
        "core.refused": gettext_lazy("越权被拒"),
    }
)
CHANGE = "accounts.change"


class RoleFilter(WordFilter):
    """By role."""

    title = gettext_lazy("角色")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """The twelve roles."""
        return [(role, str(name)) for role, name in NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """People who hold it."""
        if not self.value():
            return queryset
        holders = User.groups.through.objects.filter(group__name=self.value())
        return queryset.filter(pk__in=holders.values("user_id"))


@admin.register(User)
class UserAdmin(BaseAdmin):
    gates = {"view": "accounts.view", "add": CHANGE, "change": CHANGE}
    through_services = True
    form = UserForm
    list_display = ("username", "display_name", "office", "roles_named", "state", "last_login")
    list_filter = ("office", "is_active", RoleFilter)
    list_select_related = ("office",)
    search_fields = ("username", "display_name", "office__name")
    search_help_text = gettext_lazy("可按用户名、姓名或单位查找")
    ordering = ("office__name", "username")
    autocomplete_fields = ("office",)
    readonly_fields = ("last_login", "roles_named", "state")
    actions_detail = ("reset_password", "unlock")

    def rows(self, scope: Scope) -> "QuerySet[Any]":
        """People of the own district's offices; break-glass accounts are nobody's to manage."""
        people = User.objects.filter(is_superuser=False).prefetch_related("groups")
        if not scope.office_code:
            return people if scope.all_streets else people.none()
        return people.filter(office__district__in=scope.district_ids)

    @admin.display(description=gettext_lazy("角色"))
    def roles_named(self, user: User) -> str:
        """The names of the person's roles."""
        held = {group.name for group in user.groups.all()}
        return "、".join(str(name) for role, name in NAMES.items() if role in held) or "—"

    @display(
        description=gettext_lazy("状态"),
        ordering="is_active",
        label={"active": "success", "closed": "danger", "demo": "warning"},
    )
    def state(self, user: User) -> tuple[str, str]:
        """In use, closed, or of the demo."""
        if not user.is_active:
            return "closed", _("已停用")
        return ("demo", _("演示账号")) if user.is_demo else ("active", _("启用"))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """New people get a first password, and nobody their own roles."""
        own = obj is not None and obj.pk == scope_of(request).user_id
        kwargs.setdefault("form", OwnUserForm if own else UserForm if obj else NewUserForm)
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """One's own office and roles are somebody else's to change."""
        who = ("username", "display_name")
        if obj is None:
            return [(None, {"fields": (who, "office", "roles", "password")})]
        own = obj.pk == scope_of(request).user_id
        rest = ("office", "roles_named") if own else ("office", "roles", "is_active")
        return [(None, {"fields": (who, *rest, "last_login")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Names of accounts stay; one's own office is not one's own to change."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if obj is None:
            return fields
        own = obj.pk == scope_of(request).user_id
        return (*fields, "username", "office") if own else (*fields, "username")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Through the services."""
        given = {
            name: form.cleaned_data[name]
            for name in ("username", "display_name", "office", "roles", "is_active", "password")
            if name in form.cleaned_data
        }
        if not change:
            saved = services.create_user(by=current_actor(), **given)
        else:
            saved = services.change_user(user=obj, by=current_actor(), **given)
        obj.pk = saved.pk
        obj._state.adding = False

    @button(gate=CHANGE, label=gettext_lazy("重置密码"), icon="lock_reset")
    def reset_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new password for someone who lost theirs."""
        user = self.row(request, object_id, "change")

        def run(given: dict[str, Any]) -> str:
            services.reset_password(user=user, by=current_actor(), **given)
            return _("已为“%(name)s”设置新密码，请当面告知，并提醒本人登录后修改。") % {
                "name": user
            }

        page = ActPage(
            title=_("重置密码：%(name)s") % {"name": user},
            explanation=_("设置后，该用户其他地方的登录立即失效。"),
            submit=_("设置新密码"),
            form=PasswordForm,
            run=run,
        )
        return self.act_page(request, page, gate=CHANGE, obj=user)

    @button(gate=CHANGE, label=gettext_lazy("解除登录锁定"), icon="lock_open")
    def unlock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let someone in again who mistyped too often."""
        user = self.row(request, object_id, "change")

        def run(given: dict[str, Any]) -> str:
            services.unlock(user=user, by=current_actor(), reason=given["reason"])
            return _("“%(name)s”现在可以重新登录。") % {"name": user}

        page = ActPage(
            title=_("解除登录锁定：%(name)s") % {"name": user},
            explanation=_("连续输错密码被暂时锁定的账号，核实本人身份后可提前解除。"),
            submit=_("解除锁定"),
            form=ActForm,
            run=run,
        )
        return self.act_page(request, page, gate=CHANGE, obj=user)
