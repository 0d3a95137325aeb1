"""The ledger columns that facilities and spaces share."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from circles.models import Site
from core.spreadsheets import Choice, Column, Kind
from core.spreadsheets.amounts import plain_degrees
from outlets.ledger_columns import CRS_CHOICES, street_choices
from outlets.models.outlet import PlaceState
from territory.models import District

_STATES: dict[str, tuple[str, ...]] = {
    PlaceState.VERIFIED: ("核实", "已核查"),
    PlaceState.UNVERIFIED: ("未核实", "待核查", "未核查"),
    PlaceState.FAILED: ("定位失败", "无坐标"),
}


def length_of(model: type[Any], name: str) -> int:
    """How many characters the column of a table holds."""
    length: int = model._meta.get_field(name).max_length
    return length


def day(key: str, title: Any, *aliases: str, **rest: Any) -> Column:
    """A column of days."""
    return Column(key=key, title=title, kind=Kind.DATE, aliases=aliases, **rest)


def located_at() -> tuple[Column, ...]:
    """Street, neighbourhood, address, coordinates and how far they can be trusted."""
    return (
        Column(
            key="street",
            title=_("街道（镇）"),
            kind=Kind.CHOICE,
            aliases=("街道", "所属街道", "街镇", "所属街镇", "街道镇", "镇"),
            help=_("名称、简称或 9 位区划代码"),
            example=_("曹杨新村街道"),
        ),
        Column(
            key="neighbourhood",
            title=_("居（村）委会"),
            aliases=("居委会", "居民区", "社区", "所属居委会", "居村委", "居委"),
            help=_("名称或 12 位区划代码"),
        ),
        Column(
            key="address",
            title=_("地址"),
            max_length=length_of(Site, "address"),
            aliases=("详细地址", "坐落", "门牌地址"),
        ),
        Column(
            key="x_in",
            title=_("经度"),
            kind=Kind.DECIMAL,
            normalise=plain_degrees,
            aliases=("东经", "lng", "lon", "longitude"),
            example="121.396000",
        ),
        Column(
            key="y_in",
            title=_("纬度"),
            kind=Kind.DECIMAL,
            normalise=plain_degrees,
            aliases=("北纬", "lat", "latitude"),
            example="31.255300",
        ),
        Column(
            key="crs_in",
            title=_("坐标系"),
            kind=Kind.CHOICE,
            choices=CRS_CHOICES,
            aliases=("坐标系统", "坐标类型", "crs"),
            help=_("有经纬度时必填；同一文件只能用一种坐标系"),
        ),
        Column(
            key="place_state",
            title=_("核查状态"),
            kind=Kind.CHOICE,
            choices=tuple(Choice(code, label, _STATES[code]) for code, label in PlaceState.choices),
            aliases=("位置核实", "核实状态", "位置核查状态"),
            help=_("不填时按街道（镇）边界核对坐标"),
        ),
    )


def with_streets(columns: tuple[Column, ...], district: District) -> list[Column]:
    """The columns with the district's streets as choices."""
    return [
        replace(column, choices=street_choices(district)) if column.key == "street" else column
        for column in columns
    ]
