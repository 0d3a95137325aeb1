"""Forms of single outlets."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin import ActForm, DatedForm, WordsField
from outlets.models import Outlet, Service
from outlets.models.outlet import Status

# Closing has a day and a button of its own.
GONE = (Status.CLOSED, Status.MOVED)


class ServicesField(forms.TypedMultipleChoiceField):
    """The add-on services, kept as bits, chosen by name."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            coerce=int, choices=_services, required=False, label=gettext_lazy("一店多能服务")
        )

    def prepare_value(self, value: Any) -> Any:
        """The bits as the boxes to tick."""
        return _bits(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        """The ticked boxes as bits."""
        return sum(1 << bit for bit in super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other boxes are ticked than before."""
        return set(_bits(initial or 0)) != {str(bit) for bit in data or ()}


def _services() -> list[tuple[str, str]]:
    return [(str(service.bit), service.name) for service in Service.objects.order_by("bit")]


def _bits(mask: int) -> list[str]:
    return [str(bit) for bit in range(mask.bit_length()) if mask >> bit & 1]


class OutletForm(DatedForm):
    """What the ledger says of an outlet; places in WGS 84 degrees."""

    services = ServicesField()
    declared_circles = WordsField(
        label=gettext_lazy("所属生活圈"),
        help_text=gettext_lazy(
            "填生活圈编码，多个用顿号隔开；仅在网点尚未定位时使用，已定位的按边界归属。"
        ),
    )

    class Meta:
        model = Outlet
        exclude = ("x_in", "y_in", "crs_in", "closed_on", "is_sample")
        help_texts = {
            "lon": gettext_lazy("WGS-84／CGCS2000 经度，如 121.396000。"),
            "lat": gettext_lazy("WGS-84／CGCS2000 纬度，如 31.255300。"),
            "outside": gettext_lazy("位于区外、但服务本区居民的网点；计入可达，不计入数量。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = _("留空由系统按街镇编号。")
        if "status" in self.fields:
            now = self.instance.status
            field: Any = self.fields["status"]
            field.choices = [
                choice for choice in Status.choices if choice[0] not in GONE or choice[0] == now
            ]


class CloseForm(ActForm):
    """Closing an outlet, or saying that it moved away."""

    status = forms.ChoiceField(
        label=gettext_lazy("去向"),
        choices=[(state, state.label) for state in GONE],
        widget=UnfoldAdminSelectWidget,
    )
    on = forms.DateField(
        label=gettext_lazy("自何日起"), initial=timezone.localdate, widget=UnfoldAdminDateWidget
    )
    field_order = ("status", "on", "reason")


class MergeForm(ActForm):
    """Naming the row that stays; the admin page sets which rows may be named."""

    code = forms.CharField(
        label=gettext_lazy("保留的网点编码"),
        max_length=32,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("本条是重复记录时，填写应当保留的那一条的网点编码。"),
    )
    field_order = ("code", "reason")


def one_by_code(rows: Any, code: str) -> Outlet:
    """The row of that code among those the caller may see. ValidationError when there is none."""
    found: Outlet | None = rows.registered().filter(code=code.strip()).first()
    if found is None:
        raise ValidationError(
            {"code": _("您的工作范围内没有编码为“%(code)s”的有效网点") % {"code": code}}
        )
    return found
