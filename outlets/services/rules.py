"""What must hold inside one outlet's row, whoever writes it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from outlets.models.outlet import Status
from outlets.services.facts import GONE

# Far above anything a living circle holds: what exceeds them is a slip of the pen or of the unit.
MOST_AREA = 200_000
MOST_EMPLOYEES = 100_000
FIRST_DAY = dt.date(1840, 1, 1)

Problem = tuple[str, str]


def problems(values: Mapping[str, Any], on: dt.date) -> Iterator[Problem]:
    """(column, message) of what cannot be; `values` is the whole row, taken in on day `on`."""
    yield from _days(values, on)
    yield from _sizes(values)
    if values["street_id"] is None and not values["outside"]:
        yield "street_id", _("缺少街道（镇），只有区外网点可以不填")
    if not values["address"] and values["lon"] is None:
        yield "address", _("详细地址和经纬度至少填一项，否则无法确定网点位置")


def _days(values: Mapping[str, Any], on: dt.date) -> Iterator[Problem]:
    opened, closed, status = values["opened_on"], values["closed_on"], values["status"]
    if opened and closed and closed < opened:
        yield (
            "closed_on",
            _("关闭日期（%(closed)s）早于开业日期（%(opened)s）")
            % {"closed": closed, "opened": opened},
        )
    if status == Status.OPEN and opened and opened > on:
        yield (
            "opened_on",
            _("状态为“营业”，但开业日期（%(day)s）尚未到；未开业的请填“筹建”") % {"day": opened},
        )
    if status not in GONE and closed and closed <= on:
        yield (
            "status",
            _("状态为“%(status)s”，但已有关闭日期（%(day)s），请更正其一")
            % {"status": Status(status).label, "day": closed},
        )
    if opened and opened < FIRST_DAY:
        yield "opened_on", _("开业日期（%(day)s）过早，请核对年份") % {"day": opened}
    collected = values["collected_on"]
    # Asking for today is slow, and hardly any row is of a later day than it is taken in for.
    if collected and collected > on and collected > timezone.localdate():
        yield "collected_on", _("采集日期（%(day)s）晚于今天") % {"day": collected}


def _sizes(values: Mapping[str, Any]) -> Iterator[Problem]:
    for column, most in (("business_area", MOST_AREA), ("building_area", MOST_AREA)):
        area = values[column]
        if area is not None and area < 0:
            yield column, _("面积不能为负数（%(area)s）") % {"area": area}
        if area is not None and area > most:
            yield (
                column,
                _("面积 %(area)s ㎡ 超过 %(most)d ㎡，请核对单位是否为平方米")
                % {"area": area, "most": most},
            )
    employees = values["employees"]
    if employees is not None and employees < 0:
        yield "employees", _("从业人数不能为负数（%(count)d）") % {"count": employees}
    if employees is not None and employees > MOST_EMPLOYEES:
        yield (
            "employees",
            _("从业人数 %(count)d 超过 %(most)d，请核对")
            % {"count": employees, "most": MOST_EMPLOYEES},
        )
