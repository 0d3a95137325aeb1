"""Forms of signing in."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignInForm(AuthenticationForm):
    """Name and password; who knows the password of a closed account is told that it is closed."""

    error_messages = {
        "invalid_login": _("用户名或密码不正确，请核对大小写后重试。"),
        "inactive": _("该账号已停用，不能登录。如需恢复，请联系本单位管理员或系统管理员。"),
    }

    def get_invalid_login_error(self) -> ValidationError:
        """The error of a failed sign-in."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        user: Any = User.objects.filter(username=name, is_active=False).first()
        if user is not None and password and user.check_password(password):
            return ValidationError(self.error_messages["inactive"], code="inactive")
        return super().get_invalid_login_error()
