"""Forms of people, offices and tokens."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
)

from accounts.models import ApiToken, Office, User
from accounts.roles import NAMES
from accounts.services import MOST_TOKEN_DAYS, TOKEN_DAYS, token_scopes
from core.admin import GatedForm

SCOPE_WORDS = {
    "read": gettext_lazy("读取"),
    "write": gettext_lazy("写入"),
    "outlets": gettext_lazy("商业网点"),
    "contacts": gettext_lazy("联系方式"),
    "circles": gettext_lazy("便民生活圈"),
    "values": gettext_lazy("指标值"),
    "sources": gettext_lazy("政策文件"),
    "jobs": gettext_lazy("后台任务"),
    "territory": gettext_lazy("区划"),
    "networks": gettext_lazy("步行路网"),
}


def scope_word(scope: str) -> str:
    """`read:outlets` in words."""
    return "".join(str(SCOPE_WORDS.get(part, part)) for part in scope.split(":"))


class RolesField(forms.MultipleChoiceField):
    """The roles of a person, by their names."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=list(NAMES.items()),
            label=gettext_lazy("角色"),
            help_text=gettext_lazy("系统管理员、安全管理员、审计管理员不得由同一人兼任。"),
            **kwargs,
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other roles are ticked than before."""
        return set(initial or ()) != set(data or ())


class PasswordField(forms.CharField):
    """A password that someone else sets."""

    widget = UnfoldAdminPasswordWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            strip=False,
            help_text=" ".join(map(str, password_validators_help_texts())),
            **kwargs,
        )


class UserForm(GatedForm):
    """A person: name, office, roles."""

    roles = RolesField()

    class Meta:
        model = User
        fields = ("username", "display_name", "office", "is_active")
        labels = {
            "username": gettext_lazy("用户名"),
            "is_active": gettext_lazy("启用"),
        }
        help_texts = {
            "username": gettext_lazy("登录用，可用字母、数字和 @ . + - _，不能与他人相同。"),
            "is_active": gettext_lazy("停用后立即不能登录；账号不删除，记录保留。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("display_name", "office"):
            if name in self.fields:
                self.fields[name].required = True
        if self.instance.pk and "roles" in self.fields and not self.instance._state.adding:
            held = self.instance.groups.values_list("name", flat=True)
            self.initial["roles"] = [name for name in NAMES if name in set(held)]


class OwnUserForm(UserForm):
    """One's own name; office and roles are somebody else's to change."""

    roles = None  # type: ignore[assignment]


class NewUserForm(UserForm):
    """A person with a first password."""

    password = PasswordField(label=gettext_lazy("初始密码"))


class PasswordForm(forms.Form):
    """A new password for someone who lost theirs."""

    password = PasswordField(label=gettext_lazy("新密码"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=100)


class OfficeForm(GatedForm):
    """An office; a street's names its street."""

    class Meta:
        model = Office
        fields = ("district", "code", "name", "kind", "street")

    def clean(self) -> dict[str, Any]:
        """A street's office has its street, no other has one."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        is_street = given.get("kind") == Office.Kind.STREET
        if is_street and not given.get("street"):
            self.add_error("street", _("街道（镇）类单位须选择所在街道（镇）"))
        if not is_street and given.get("street"):
            self.add_error("street", _("只有街道（镇）类单位才选择街道（镇）"))
        return given


class TokenForm(GatedForm):
    """What a token of an outside system may do, and for how long."""

    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=list(NAMES.items()),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("令牌的权限不超过该角色，并只限于下面所选的范围。"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("权限范围"),
        choices=lambda: [(scope, f"{scope_word(scope)}（{scope}）") for scope in token_scopes()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    days = forms.IntegerField(
        label=gettext_lazy("有效期（天）"),
        initial=TOKEN_DAYS,
        min_value=1,
        max_value=MOST_TOKEN_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = ApiToken
        fields = ("name", "office", "role", "scopes")

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in ApiToken._meta.concrete_fields}
