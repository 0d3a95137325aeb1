"""Forms of the admin: refusals at their fields, days and reasons of changes, lists as words."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin.refusals import RefusedError, add_refusal

_SEPARATORS = re.compile(r"[、，,;；\n]+")


class GatedForm(forms.ModelForm):
    """Shows what a service refused as errors of the form itself."""

    refusal: RefusedError | None = None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refusal is not None:
            add_refusal(self, self.refusal)


class ReasonedForm(GatedForm):
    """A change for a reason, decided on a version that was seen."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("写明依据，如“走访核实”“商户来电”；与变更一并留痕。"),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = self.instance.version

    def _get_validation_exclusions(self) -> set[str]:
        """The service judges the whole row, in words people can act on; here only each field."""
        return {field.name for field in self.instance._meta.concrete_fields}

    @property
    def changes(self) -> dict[str, Any]:
        """The row's own columns that the person changed."""
        own = {field.name for field in self.instance._meta.concrete_fields}
        return {name: self.cleaned_data[name] for name in self.changed_data if name in own}


class DatedForm(ReasonedForm):
    """A change that holds from a day on."""

    on = forms.DateField(
        label=_("自何日起"),
        initial=timezone.localdate,
        widget=UnfoldAdminDateWidget,
        help_text=_("本次变更从这一天起生效，不得晚于今天；以前的情况照旧保留。"),
    )


class ActForm(forms.Form):
    """One act with a reason; `seen_version` pins it to what was looked at."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=_("原因"), max_length=100, widget=UnfoldAdminTextInputWidget)


class TableForm(forms.Form):
    """A table of results that is taken in whole."""

    file = forms.FileField(
        label=_("文件"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("Excel（.xlsx）或 CSV 文件；第一行为列名。"),
    )


class WordsField(forms.CharField):
    """A list of words, typed with 、 between them."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("多个之间用顿号（、）隔开。"))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The list as people read it."""
        return "、".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The words, each once, in their order."""
        if isinstance(value, list):
            return value
        words = (word.strip() for word in _SEPARATORS.split(super().to_python(value) or ""))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the words differ from before."""
        return (initial or []) != self.to_python(data)

    def validate(self, value: Any) -> None:
        """A list, not a text: only emptiness is judged here."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Each word by itself."""
        for word in value:
            super().run_validators(word)


class LongTextField(forms.CharField):
    """Several lines."""

    widget = UnfoldAdminTextareaWidget
