"""The figures this room contributes: what adopted 工作信息 report, and who reports in time."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from metrics.contributed import ByArea, Collected, contribute
from metrics.registry import Basis, Unit
from reports.models import WorkItem
from reports.progress.rates import Tally, rates_due
from territory.models import District


def year_of(as_of: dt.date) -> dt.date:
    """The first day of the year that a figure of `as_of` covers: from January on."""
    return as_of.replace(month=1, day=1)


@contribute(
    "report_on_time_share",
    70,
    _("报送按时率"),
    unit=Unit.SHARE,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "七(一)2"),
    formula=_(
        "本年度已过报送截止日的进展报告中，截止日前首次报送且最终审核通过的 ÷ 应报送的；"
        "退回修改另行统计，不影响按时"
    ),
)
def report_on_time_share(district: District, as_of: dt.date) -> ByArea:
    """First sent by the due day and passed in the end ÷ expected."""
    return _of_reports(district, as_of, lambda tally: tally.on_time)


@contribute(
    "report_complete_share",
    71,
    _("报送完整率"),
    unit=Unit.SHARE,
    scopes="SD",
    basis=Basis.STATISTIC,
    clause=("putuo-2021", "七(一)2"),
    formula=_("本年度已过报送截止日的进展报告中，审核通过的 ÷ 应报送的"),
)
def report_complete_share(district: District, as_of: dt.date) -> ByArea:
    """Passed ÷ expected."""
    return _of_reports(district, as_of, lambda tally: tally.passed)


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


def _of_reports(district: District, as_of: dt.date, counted: Callable[[Tally], int]) -> ByArea:
    """By the street whose office owes them, and over the district, departments included."""
    # Due by `as_of`, and not still due today.
    first_open = min(as_of + dt.timedelta(days=1), timezone.localdate())
    found = rates_due(district, year_of(as_of), as_of, today=first_open)
    shares: dict[tuple[str, Any], Collected] = {}
    streets = Office.objects.filter(pk__in=found.offices, street__isnull=False)
    by_street: dict[Any, list[Tally]] = {}
    for office, street in streets.values_list("pk", "street"):
        by_street.setdefault(street, []).append(found.offices[office])
    for street, tallies in by_street.items():
        expected = sum(tally.expected for tally in tallies)
        shares["S", street] = Collected(sum(map(counted, tallies)), expected)
    if found.total.expected:
        shares["D", district.pk] = Collected(counted(found.total), found.total.expected)
    return shares


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
