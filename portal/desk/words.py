"""Days and periods as the desk says them."""

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.workdays import Workdays
from reports.models import Period, ProgressReport, ReportItem, ReportType

NO_VALUE = "—"
STATE_STATUS = {
    "todo": "warn",
    "draft": "warn",
    "submitted": "none",
    "returned": "bad",
    "accepted": "good",
    "final": "good",
}
CURRENT = {
    ReportType.Cadence.MONTH: gettext_lazy("本月"),
    ReportType.Cadence.QUARTER: gettext_lazy("本季度"),
    ReportType.Cadence.YEAR: gettext_lazy("本年度"),
}


def day_text(day: dt.date, today: dt.date) -> str:
    """12月5日, with its year when that is another one."""
    told = {"y": day.year, "m": day.month, "d": day.day}
    if day.year == today.year:
        return _("%(m)d月%(d)d日") % told
    return _("%(y)d年%(m)d月%(d)d日") % told


def period_text(period: Period) -> str:
    """2026年11月, 2026年第4季度, 2026年."""
    first = period.starts_on
    told = {"y": first.year, "m": first.month, "q": (first.month + 2) // 3}
    match period.type.cadence:
        case ReportType.Cadence.MONTH:
            return _("%(y)d年%(m)d月") % told
        case ReportType.Cadence.QUARTER:
            return _("%(y)d年第%(q)d季度") % told
        case _other:
            return _("%(y)d年") % told


def report_title(report: ProgressReport, today: dt.date) -> str:
    """本月进展报送 while the period runs, else by its name: 2026年11月进展报送."""
    period = report.period
    now = period.starts_on <= today <= period.ends_on
    which = str(CURRENT[ReportType.Cadence(period.type.cadence)]) if now else period_text(period)
    return _("%(period)s进展报送") % {"period": which}


def left_text(due_on: dt.date, today: dt.date, days: Workdays) -> str:
    """How far the due day is, in working days."""
    if due_on == today:
        return _("今天截止")
    n = days.between(today, due_on)
    if due_on < today:
        late = max(-n, 0)
        return _("已逾期 %(n)d 个工作日") % {"n": late} if late else _("已逾期")
    return _("还有 %(n)d 个工作日") % {"n": n}


def due_text(due_on: dt.date, today: dt.date, days: Workdays) -> str:
    """截止 12月5日（还有 3 个工作日）."""
    told = {"day": day_text(due_on, today), "left": left_text(due_on, today, days)}
    return _("截止 %(day)s（%(left)s）") % told


def number_text(item: ReportItem, number: Decimal | None) -> str:
    """A number with its separators and the item's decimals; “—” for none."""
    return NO_VALUE if number is None else f"{number:,.{item.decimals}f}"


def change_text(item: ReportItem, number: Decimal | None, last: Decimal | None) -> str:
    """+12 or −3 against the last period; empty when one of them is unknown."""
    if number is None or last is None:
        return ""
    change = number - last
    if not change:
        return _("持平")
    return f"{'+' if change > 0 else '−'}{abs(change):,.{item.decimals}f}"


def clock_text(at: dt.datetime) -> str:
    """14:32, in Shanghai."""
    return f"{timezone.localtime(at):%H:%M}"


def moment_text(at: dt.datetime) -> str:
    """2026-11-22 14:32."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
