"""The forms of single outlets on the desk: those of the admin, in this site's own look."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin import ActForm
from core.credit_code import check_credit_code, normalise_credit_code
from core.geo import CRS
from core.masking import MARK, mask_name, mask_phone
from core.scope import Scope
from outlets.admin.forms import CloseForm, OutletForm
from outlets.models import Outlet
from outlets.services.coordinates import LABELS
from outlets.services.owners import brand_for, enterprise_for
from territory.models import Neighbourhood, Street

_TICKS = (forms.MultipleChoiceField,)
_LISTS = (forms.ChoiceField, forms.ModelChoiceField)
_NUMBERS = (forms.IntegerField,)


def plain(form: Any) -> Any:
    """The form with the browser's own controls in place of the admin's."""
    for field in form.fields.values():
        if not field.widget.is_hidden:
            field.widget = _control(field)
    return form


def _control(field: Any) -> Any:
    if isinstance(field, forms.NullBooleanField):
        return forms.NullBooleanSelect()
    if isinstance(field, forms.BooleanField):
        return forms.CheckboxInput()
    control: Any
    if isinstance(field, _TICKS):
        control = forms.CheckboxSelectMultiple()
        control.choices = field.choices
    elif isinstance(field, _LISTS):
        control = forms.Select()
        control.choices = field.choices
    elif isinstance(field, forms.DateField):
        control = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field, _NUMBERS):
        control = forms.NumberInput(attrs={"step": "any"})
    else:
        control = forms.TextInput()
    control.attrs.update(field.widget_attrs(control))
    control.is_required = field.required
    return control


class ChangeForm(OutletForm):
    """What the ledger says of an outlet, but its place; a contact left blank stays as it is."""

    brand_name = forms.CharField(
        label=gettext_lazy("品牌"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("按品牌名称或别名；新品牌自动建档。"),
    )
    credit_code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"), required=False, max_length=30
    )
    contact = forms.CharField(label=gettext_lazy("联系人"), required=False, max_length=40)
    phone = forms.CharField(label=gettext_lazy("电话"), required=False, max_length=40)

    class Meta:
        model = Outlet
        fields = (
            "name", "licence_name", "industry_code", "main_format", "status", "chain_kind",
            "facility_form", "breakfast_kind", "opened_on", "hours", "employees", "business_area",
            "building_area", "ownership", "licences", "licence_until", "credit_grade", "street",
            "neighbourhood", "address", "floor_room", "outside", "place_state", "open_24h",
            "elderly_friendly", "cash_accepted", "supply", "mother_infant", "delivery",
            "dark_store", "rent_subsidy", "collected_by", "collected_on", "data_source",
            "services", "declared_circles",
        )  # fmt: skip
        help_texts = OutletForm.Meta.help_texts

    groups = (
        (gettext_lazy("身份"), ("name", "licence_name", "credit_code", "industry_code")),
        (
            gettext_lazy("经营"),
            (
                "main_format", "status", "brand_name", "chain_kind", "facility_form",
                "breakfast_kind", "opened_on", "hours", "employees", "business_area",
                "building_area", "ownership", "licences", "licence_until", "credit_grade",
                "services",
            ),
        ),
        (
            gettext_lazy("位置"),
            (
                "street", "neighbourhood", "address", "floor_room", "place_state",
                "declared_circles", "outside",
            ),
        ),
        (
            gettext_lazy("服务"),
            (
                "open_24h", "elderly_friendly", "cash_accepted", "supply", "mother_infant",
                "delivery", "dark_store", "rent_subsidy",
            ),
        ),
        (
            gettext_lazy("联系与采集"),
            ("contact", "phone", "collected_by", "collected_on", "data_source"),
        ),
        (gettext_lazy("本次变更"), ("on", "reason")),
    )  # fmt: skip

    def __init__(self, *args: Any, scope: Scope, contacts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outlet = self.instance
        self.fields["brand_name"].initial = outlet.brand.name if outlet.brand else ""
        owner = outlet.enterprise
        self.fields["credit_code"].initial = (owner.credit_code or "") if owner else ""
        self._offer_places(scope, outlet)
        for name, mask in (("contact", mask_name), ("phone", mask_phone)):
            if not contacts:
                del self.fields[name]
                continue
            told = {"now": mask(getattr(outlet, name)) or "—"}
            self.fields[name].help_text = _("现为 %(now)s；留空不变。") % told
        plain(self)

    def _offer_places(self, scope: Scope, outlet: Outlet) -> None:
        streets: Any = self.fields["street"]
        streets.queryset = Street.objects.filter(district=outlet.district_id).order_by("sort")
        if not scope.all_streets:
            own: Any = scope.street_ids
            streets.queryset = streets.queryset.filter(pk__in=own)
            self.fields["outside"].disabled = True
        hoods: Any = self.fields["neighbourhood"]
        hoods.queryset = (
            Neighbourhood.objects.filter(street__in=streets.queryset)
            .select_related("street")
            .defer("street__outline", "outline")
            .order_by("street__sort", "sort", "code")
        )
        hoods.label_from_instance = lambda hood: f"{hood.street.name} · {hood.name}"

    def clean_credit_code(self) -> str:
        """A code that could be one."""
        code = normalise_credit_code(self.cleaned_data["credit_code"])
        if code and (problem := check_credit_code(code)):
            raise ValidationError(problem)
        return code

    def clean_contact(self) -> str:
        """Never the masked one."""
        return _unmasked(self.cleaned_data["contact"])

    def clean_phone(self) -> str:
        """Never the masked one."""
        return _unmasked(self.cleaned_data["phone"])

    def told_changes(self) -> dict[str, Any]:
        """What the person changed, brand and enterprise found or made; call inside the act."""
        changes = self.changes
        given, district = self.cleaned_data, self.instance.district
        if "brand_name" in self.changed_data:
            changes["brand"] = brand_for(district=district, name=given["brand_name"].strip())
        if "credit_code" in self.changed_data:
            changes["enterprise"] = enterprise_for(
                district=district,
                credit_code=given["credit_code"],
                licence_name=given["licence_name"],
                outlet_name=given["name"],
            )
        return changes

    def grouped(self) -> list[tuple[str, list[Any]]]:
        """The fields under their headings."""
        return [
            (str(title), [self[name] for name in names if name in self.fields])
            for title, names in self.groups
        ]


def _unmasked(text: str) -> str:
    if MARK in text:
        raise ValidationError(_("含有掩码“*”，请填写完整内容，或留空不变"))
    return text.strip()


class DeskActForm(ActForm):
    """An act with a reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self)


class DeskCloseForm(CloseForm):
    """Closed or moved away, since when."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self)


def _degrees(label: Any) -> forms.FloatField:
    return forms.FloatField(label=label, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


class MoveForm(ActForm):
    """Another place, in whichever system it is known; what the desk's map fills in is WGS 84."""

    x_in = _degrees(gettext_lazy("经度"))
    y_in = _degrees(gettext_lazy("纬度"))
    crs_in = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=[(crs.value, LABELS[crs]) for crs in CRS],
        initial=CRS.WGS84.value,
    )
    on_site = forms.BooleanField(label=gettext_lazy("已到现场核实该位置"), required=False)
    on = forms.DateField(label=gettext_lazy("自何日起"), initial=timezone.localdate)
    field_order = ("x_in", "y_in", "crs_in", "on", "reason", "on_site")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        degrees = {name: self.fields[name].widget for name in ("x_in", "y_in")}
        plain(self)
        for name, control in degrees.items():
            self.fields[name].widget = control


class MergeForm(ActForm):
    """Which of the two stays."""

    keep = forms.ChoiceField(label=gettext_lazy("保留哪一条"), widget=forms.RadioSelect)
    other_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("keep", "reason")

    def __init__(self, *args: Any, pair: tuple[Outlet, Outlet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain(self)
        keep: Any = self.fields["keep"]
        keep.widget = forms.RadioSelect()
        keep.choices = [(str(one.pk), f"{one.code} {one.name}") for one in pair]


MakeForm = Callable[..., Any]
