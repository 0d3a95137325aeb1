"""The forms of 授权代办 and 工作交接."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.delegations import MOST_DAYS
from accounts.models import User


def _day(label: Any, **more: Any) -> forms.DateField:
    control = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=control, **more)


class _PersonField(forms.ModelChoiceField):
    """A person of a list, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Two of one name are told apart by what they sign in as."""
        return f"{obj}（{obj.username}）"


class DelegationForm(forms.Form):
    """Whom to let act, from when until when, and why."""

    delegate = _PersonField(
        label=_("代办人"), queryset=User.objects.none(), empty_label=_("请选择本单位人员")
    )
    valid_from = _day(_("自"), initial=timezone.localdate)
    valid_until = _day(
        _("至（含当日）"), help_text=format_lazy(_("一次最长 {days} 天。"), days=MOST_DAYS)
    )
    reason = forms.CharField(
        label=_("事由"), max_length=200, help_text=_("如“出差”“休假”；随授权留痕。")
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["delegate"]
        people.queryset = colleagues


class HandoverForm(forms.Form):
    """Who takes over, why, and whether the account is closed; the items are ticked in the list."""

    successor = _PersonField(
        label=_("接手人"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("请选择本单位人员"),
    )
    reason = forms.CharField(
        label=_("事由"), max_length=200, help_text=_("如“岗位调整”“离职”；随交接留痕。")
    )
    close_account = forms.BooleanField(
        label=_("交接后停用账号"),
        required=False,
        help_text=_("停用后不能再登录；须交接全部事项。"),
    )

    def __init__(self, *args: Any, successors: Any, may_close: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["successor"]
        people.queryset = successors
        if not may_close:
            del self.fields["close_account"]
