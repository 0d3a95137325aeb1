"""Forms of circles, compounds, facilities and spaces."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from circles.models import Circle, Compound, Facility, Space
from circles.models.circle import Level
from circles.models.circle import State as CircleState
from core.admin import ActForm, DatedForm, ReasonedForm
from outlets.models import BusinessFormat
from territory.models import Street


class DayForm(ActForm):
    """An act that holds from a day on."""

    on = forms.DateField(
        label=gettext_lazy("自何日起"), initial=timezone.localdate, widget=UnfoldAdminDateWidget
    )


class StateForm(DayForm):
    """The next step of a circle."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"), choices=CircleState.choices, widget=UnfoldAdminSelectWidget
    )
    level = forms.ChoiceField(
        label=gettext_lazy("审定等级"),
        choices=[("", "—"), *Level.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy("验收评价时填写。"),
    )
    level_year = forms.IntegerField(
        label=gettext_lazy("评价年度"),
        required=False,
        min_value=2021,
        max_value=2100,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=gettext_lazy("验收评价时填写，如 2025。"),
    )
    field_order = ("state", "level", "level_year", "on", "reason")


class PartnersForm(DayForm):
    """Which streets take part beside the lead street."""

    partners = forms.ModelMultipleChoiceField(
        Street.objects.none(),
        label=gettext_lazy("协同街镇"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    field_order = ("partners", "on", "reason")


class BoundaryField(forms.CharField):
    """A GeoJSON outline as text."""

    widget = UnfoldAdminTextareaWidget

    def to_python(self, value: Any) -> Any:
        """The outline; a Feature gives its geometry."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            outline = json.loads(text)
        except ValueError as error:
            raise ValidationError(_("不是有效的 GeoJSON，请从地图软件重新导出")) from error
        if isinstance(outline, dict) and outline.get("type") == "Feature":
            outline = outline.get("geometry")
        if not isinstance(outline, dict):
            raise ValidationError(_("不是有效的 GeoJSON，请从地图软件重新导出"))
        return outline


class BoundaryForm(DayForm):
    """A new boundary."""

    boundary = BoundaryField(
        label=gettext_lazy("边界（GeoJSON）"),
        help_text=gettext_lazy("Polygon 或 MultiPolygon，坐标为 WGS-84／CGCS2000 经纬度。"),
    )
    field_order = ("boundary", "on", "reason")


class CircleForm(ReasonedForm):
    """A circle's own columns; what is dated has acts of its own."""

    class Meta:
        model = Circle
        fields = ("name", "layout", "theme", "batch", "responsible", "planner", "operator")


class CompoundForm(DatedForm):
    """A compound; the numbers of its residents hold from the day given."""

    class Meta:
        model = Compound
        exclude = ("district", "code", "crs_in", "is_sample")
        labels = {
            "planned_on": gettext_lazy("同步规划日期"),
            "built_on": gettext_lazy("同步建设日期"),
            "accepted_on": gettext_lazy("同步验收日期"),
            "delivered_on": gettext_lazy("同步交付日期"),
        }


class NewCircleForm(DatedForm):
    """A new circle, entered whole."""

    partners = forms.ModelMultipleChoiceField(
        Street.objects.none(),
        label=gettext_lazy("协同街镇"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    boundary = BoundaryField(
        label=gettext_lazy("边界（GeoJSON）"),
        required=False,
        help_text=gettext_lazy("可以以后再绘制；坐标为 WGS-84／CGCS2000 经纬度。"),
    )

    class Meta:
        model = Circle
        fields = ("code", "lead_street", *CircleForm.Meta.fields)


class SiteForm(ReasonedForm):
    """A facility or a space; its place in WGS 84 degrees."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = _("留空由系统按街镇编号。")


_OF_THE_SYSTEM = ("district", "x_in", "y_in", "crs_in", "void", "is_sample")
_DEGREES = {
    "lon": gettext_lazy("WGS-84／CGCS2000 经度，如 121.396000。"),
    "lat": gettext_lazy("WGS-84／CGCS2000 纬度，如 31.255300。"),
}


class FacilityForm(SiteForm):
    """A public facility."""

    class Meta:
        model = Facility
        exclude = _OF_THE_SYSTEM
        help_texts = {**_DEGREES, "capacity": gettext_lazy("床位、餐位、托位等数量。")}


class FormatsField(forms.MultipleChoiceField):
    """Business formats, kept as a list of their codes."""

    widget = UnfoldAdminSelectMultipleWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_formats, required=False, **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other formats are chosen than before."""
        return set(initial or ()) != set(data or ())


def _formats() -> list[tuple[str, str]]:
    return [(row.code, str(row)) for row in BusinessFormat.objects.order_by("number")]


class SpaceForm(SiteForm):
    """A space that can be used."""

    wanted_formats = FormatsField(
        label=gettext_lazy("拟引入业态"),
        help_text=gettext_lazy("可选多项：按住 Ctrl（Mac 为 Command）点选。"),
    )

    class Meta:
        model = Space
        exclude = _OF_THE_SYSTEM
        help_texts = {
            **_DEGREES,
            "rent": gettext_lazy("每平方米每天的租金；免租金填 0，不详留空。"),
            "available_until": gettext_lazy("自该日起不再可用；不限的留空。"),
        }
