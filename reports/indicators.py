"""The figures this room contributes: what adopted 工作信息 report, and who reports in time."""

import datetime as dt
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from metrics.contributed import ByArea, Collected, contribute
from metrics.registry import Basis, Unit
from reports.models import WorkItem
from territory.models import District


def year_of(as_of: dt.date) -> dt.date:
    """The first day of the year that a figure of `as_of` covers: from January on."""
    return as_of.replace(month=1, day=1)


@contribute(
    "events_count",
    72,
    _("促消费活动场次"),
    unit=Unit.TIMES,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "三(三)3"),
    formula=_("本年度已采用的“促消费活动”类工作信息填报的场次之和；未填场次的计入数据完整度"),
    empty=0,
)
def events_count(district: District, as_of: dt.date) -> ByArea:
    """Sessions stated; `known` = items that state theirs ÷ items."""
    events = _adopted(district, as_of).filter(category=WorkItem.Category.EVENT)
    return _sums(events, district, "sessions", expected=True)


@contribute(
    "jobs_created",
    73,
    _("带动就业人数"),
    unit=Unit.PERSONS,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "三(五)"),
    formula=_("本年度已采用的工作信息填报的岗位数之和；为各单位填报数，未填报的不计"),
)
def jobs_created(district: District, as_of: dt.date) -> ByArea:
    """Posts stated; where nobody stated any there is no value."""
    return _sums(_adopted(district, as_of), district, "jobs")


@contribute(
    "care_posts",
    74,
    _("爱心岗位数"),
    unit=Unit.COUNT,
    scopes="CSD",
    basis=Basis.STATISTIC,
    clause=("plan-2023-401", "三(五)"),
    formula=_("本年度已采用的工作信息填报的爱心岗位数之和；为各单位填报数，未填报的不计"),
)
def care_posts(district: District, as_of: dt.date) -> ByArea:
    """As jobs_created, of the posts for those who find it hard to get one."""
    return _sums(_adopted(district, as_of), district, "care_posts")


def _adopted(district: District, as_of: dt.date) -> "QuerySet[WorkItem]":
    return WorkItem.objects.filter(
        district=district,
        state=WorkItem.State.ADOPTED,
        happened_on__gte=year_of(as_of),
        happened_on__lte=as_of,
    )


def _sums(
    items: "QuerySet[WorkItem]", district: District, column: str, *, expected: bool = False
) -> ByArea:
    """Sums of a column by circle, street and over the district; one query.

    expected  whether every item should state it: then the share that does is what is known.
    """
    rows = items.values("circle", "street").annotate(
        items=Count("pk"), stated=Count(column), total=Sum(column)
    )
    tally: dict[tuple[str, Any], tuple[int, ...]] = {}
    for row in rows.order_by():
        more = (row["total"] or 0, row["stated"], row["items"])
        for area in (("C", row["circle"]), ("S", row["street"]), ("D", district.pk)):
            if area[1] is not None and (expected or row["stated"]):
                before = tally.get(area, (0, 0, 0))
                tally[area] = tuple(map(sum, zip(before, more, strict=True)))
    return {
        area: Collected(total, known=stated / items if expected else 1.0)
        for area, (total, stated, items) in tally.items()
    }
