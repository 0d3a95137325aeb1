"""Password rules that 等保 2.0 asks for beside Django's own (docs/decisions)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")


class CharacterClassesValidator:
    """At least three of: lower case, upper case, digit, other."""

    def __init__(self, minimum: int = 3) -> None:
        self.minimum = minimum

    def validate(self, password: str, user: Any = None) -> None:
        """Raise unless the password mixes enough classes."""
        if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < self.minimum:
            raise ValidationError(self.get_help_text(), code="password_too_uniform")

    def get_help_text(self) -> str:
        """What is asked of the person."""
        return _("密码须包含大写字母、小写字母、数字、其他符号中的至少三类。")
