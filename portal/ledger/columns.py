"""The columns that the list of outlets can show; contacts always masked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.admin.describing import shown_as
from core.masking import mask_name, mask_phone
from outlets.listing import FACT_COLUMNS, Shown
from outlets.models import Brand, BusinessFormat, Outlet, Service
from territory.models import Street

Cell = dict[str, Any]
PLACE_SIGNS = {"verified": "good", "unverified": "warn", "failed": "bad"}


@dataclass(frozen=True)
class Names:
    """What ids of a page of outlets are called; three queries, whatever the page."""

    formats: dict[Any, str]
    streets: dict[Any, str]
    brands: dict[Any, str]
    services: list[tuple[int, str]]

    @classmethod
    def of(cls, rows: Sequence[Shown]) -> "Names":
        """The names that the rows need."""
        brands = {one.facts.brand_id for one in rows if one.facts.brand_id}
        return cls(
            dict(BusinessFormat.objects.values_list("id", "name")),
            dict(
                Street.objects.filter(
                    district__in={one.outlet.district_id for one in rows}
                ).values_list("id", "name")
            ),
            dict(Brand.objects.filter(pk__in=brands).values_list("id", "name")),
            list(Service.objects.order_by("bit").values_list("bit", "name")),
        )


@dataclass(frozen=True)
class ListColumn:
    """One column: its title, what its cell says, and the order it may be sorted by."""

    name: str
    label: Any
    cell: Callable[[Shown, Names], Cell]
    sort: str = ""
    numeric: bool = False
    at_first: bool = False


def _of(name: str) -> Callable[[Shown, Names], Cell]:
    """The column of the outlet, or of its facts, in words."""
    field = Outlet._meta.get_field(name)
    numeric = field.get_internal_type() in ("DecimalField", "PositiveIntegerField")

    def cell(one: Shown, _names: Names) -> Cell:
        source: Any = one.facts if name in FACT_COLUMNS else one.outlet
        return {"text": shown_as(field, getattr(source, name)), "numeric": numeric}

    return cell


def _format(one: Shown, names: Names) -> Cell:
    served = [name for bit, name in names.services if one.facts.services >> bit & 1]
    sub = _("兼 %(names)s") % {"names": "、".join(served)} if served else ""
    return {"text": names.formats.get(one.facts.main_format_id, "—"), "sub": sub}


def _street(one: Shown, names: Names) -> Cell:
    hood = one.outlet.neighbourhood
    street = names.streets.get(one.facts.street_id)
    return {"text": street or _("区外网点"), "sub": hood.name if hood else ""}


def _state(one: Shown, _names: Names) -> Cell:
    if one.outlet.void:
        return {"text": _("作废")}
    if one.outlet.merged_into_id:
        return {"text": _("已并入")}
    return {"text": one.facts.get_status_display()}


def _place(one: Shown, _names: Names) -> Cell:
    word = one.facts.get_place_state_display()
    return {"text": word, "status": PLACE_SIGNS.get(one.facts.place_state, "unknown")}


def _brand(one: Shown, names: Names) -> Cell:
    kind = one.facts.get_chain_kind_display()
    return {"text": names.brands.get(one.facts.brand_id, "—"), "sub": kind}


def _updated(one: Shown, _names: Names) -> Cell:
    return {"text": f"{timezone.localtime(one.outlet.updated_at):%Y-%m-%d}"}


def _contact(one: Shown, _names: Names) -> Cell:
    return {"text": mask_name(one.outlet.contact) or "—"}


def _phone(one: Shown, _names: Names) -> Cell:
    return {"text": mask_phone(one.outlet.phone) or "—"}


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn("main_format", gettext_lazy("业态"), _format, sort="main_format", at_first=True),
    ListColumn("street", gettext_lazy("街道（镇）"), _street, at_first=True),
    ListColumn("address", gettext_lazy("详细地址"), _of("address"), at_first=True),
    ListColumn("status", gettext_lazy("状态"), _state, at_first=True),
    ListColumn("place_state", gettext_lazy("位置核实"), _place, at_first=True),
    ListColumn("brand", gettext_lazy("品牌"), _brand),
    ListColumn("licence_name", gettext_lazy("营业执照名称"), _of("licence_name")),
    ListColumn("facility_form", gettext_lazy("设施形态"), _of("facility_form")),
    ListColumn("business_area", gettext_lazy("营业面积（㎡）"), _of("business_area"), numeric=True),
    ListColumn("employees", gettext_lazy("从业人数"), _of("employees"), numeric=True),
    ListColumn("hours", gettext_lazy("营业时间"), _of("hours")),
    ListColumn("open_24h", gettext_lazy("24小时营业"), _of("open_24h")),
    ListColumn("supply", gettext_lazy("应急保供"), _of("supply")),
    ListColumn("opened_on", gettext_lazy("开业日期"), _of("opened_on"), sort="opened_on"),
    ListColumn("licence_until", gettext_lazy("许可证到期"), _of("licence_until")),
    ListColumn("contact", gettext_lazy("联系人"), _contact),
    ListColumn("phone", gettext_lazy("电话"), _phone, at_first=True),
    ListColumn("data_source", gettext_lazy("数据来源"), _of("data_source")),
    ListColumn("updated_at", gettext_lazy("最近更新"), _updated, sort="updated_at", at_first=True),
)
BY_NAME = {column.name: column for column in COLUMNS}


def chosen(names: Sequence[str]) -> list[ListColumn]:
    """The columns asked for, in their usual order; those shown at first when none is."""
    wanted = {name for name in names if name in BY_NAME}
    if not wanted:
        return [column for column in COLUMNS if column.at_first]
    return [column for column in COLUMNS if column.name in wanted]


__all__ = ["BY_NAME", "COLUMNS", "Names", "chosen"]
