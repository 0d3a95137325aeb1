"""“Who owes what, by when” as one table: offices × the periods of a year."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office
from core.scope import Scope
from reports.models import Period, ProgressReport
from reports.progress.rates import Rates, Standing, Tally, standing_of, tally
from territory.models import District

State = ProgressReport.State
OWED = frozenset({State.TODO, State.DRAFT, State.RETURNED})
# The signs of `components/status.html`.
GOOD, WARN, BAD, NONE = "good", "warn", "bad", "none"


@dataclass(frozen=True)
class Cell:
    """What one office has done for one period.

    word       the state as people say it; 逾期未报 when it is owed and the due day is over
    tone       good (passed), warn (returned, due today, or passed but sent late), bad (overdue),
               none (not due yet, or sent and to be checked)
    days_late  calendar days from the period's due day to the first 报送, or to today when it was
               never sent; 0 = on time, or not due yet
    """

    report: ProgressReport
    word: str
    tone: str
    days_late: int
    sent_on: dt.date | None

    @property
    def overdue(self) -> bool:
        """Whether the office has to do something whose day is over."""
        return self.tone == BAD

    @property
    def owed(self) -> bool:
        """Whether the office has to do something."""
        return self.report.state in OWED


@dataclass(frozen=True)
class Row:
    """An office with its cells, in the order of the columns; None = it owes nothing there."""

    office: Office
    cells: list[Cell | None]
    tally: Tally

    @property
    def owed_cells(self) -> list[Cell]:
        """The cells there are."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True)
class Column:
    """A period; `owed` and `overdue` count its cells."""

    period: Period
    tally: Tally
    owed: int
    overdue: int


@dataclass(frozen=True)
class Matrix:
    """The table with its totals; `owed` and `overdue` count all cells."""

    columns: list[Column]
    rows: list[Row]
    total: Tally
    owed: int
    overdue: int


def matrix(
    scope: Scope,
    district: District,
    year: int,
    type_code: str = "",
    *,
    office_kind: str = "",
    today: dt.date | None = None,
) -> Matrix:
    """The reports that the caller sees of the periods that end in `year` (of one form); 2 queries.

    With `office_kind`, of offices of that kind alone. Columns by end, then form; rows: streets in
    their order, then the commission and departments.
    """
    today = today or timezone.localdate()
    periods = _periods(district, year, type_code)
    reports = _reports(scope, periods, office_kind)
    rates = tally((standing_of(report) for report in reports), today)
    cells = {(report.office_id, report.period_id): cell_of(report, today) for report in reports}
    return Matrix(
        columns=[_column(period, cells, rates) for period in periods.values()],
        rows=_rows(reports, periods, cells, rates),
        total=rates.total,
        owed=sum(cell.owed for cell in cells.values()),
        overdue=sum(cell.overdue for cell in cells.values()),
    )


def cell_of(report: ProgressReport, today: dt.date) -> Cell:
    """The cell of a report with its period in hand."""
    one = standing_of(report)
    overdue = report.state in OWED and report.due_on < today
    return Cell(
        report=report,
        word=_word(report, overdue=overdue),
        tone=BAD if overdue else _tone(report, one, today),
        days_late=max(0, ((one.first_sent_on or today) - one.due_on).days),
        sent_on=one.first_sent_on,
    )


def _word(report: ProgressReport, *, overdue: bool) -> str:
    if overdue:
        returned = report.state == State.RETURNED
        return _("逾期未改") if returned else _("逾期未报")
    return str(report.get_state_display())


def _tone(report: ProgressReport, one: Standing, today: dt.date) -> str:
    if one.passed:
        return WARN if one.sent_late else GOOD
    pressing = report.state == State.RETURNED or report.due_on == today
    return WARN if pressing and report.state in OWED else NONE


def _periods(district: District, year: int, type_code: str) -> dict[uuid.UUID, Period]:
    rows = Period.objects.filter(district=district, ends_on__year=year).select_related("type")
    if type_code:
        rows = rows.filter(type_code=type_code)
    return {period.pk: period for period in rows.order_by("ends_on", "type_code")}


def _reports(
    scope: Scope, periods: dict[uuid.UUID, Period], office_kind: str
) -> list[ProgressReport]:
    rows = ProgressReport.objects.visible_to(scope).filter(period__in=periods)
    if office_kind:
        rows = rows.filter(office__kind=office_kind)
    found = list(rows.select_related("office", "street").defer("street__outline"))
    for report in found:
        report.period = periods[report.period_id]
    return sorted(found, key=office_order)


def office_order(report: ProgressReport) -> tuple[Any, ...]:
    """Where an office stands in lists: streets as the district counts them, then the others."""
    street = report.street
    return (street is None, street.sort if street else 0, report.office.kind, report.office.code)


def _rows(
    reports: list[ProgressReport],
    periods: dict[uuid.UUID, Period],
    cells: dict[tuple[uuid.UUID, uuid.UUID], Cell],
    rates: Rates,
) -> list[Row]:
    offices = {report.office_id: report.office for report in reports}
    return [
        Row(
            office,
            [cells.get((key, period)) for period in periods],
            rates.offices.get(key, Tally()),
        )
        for key, office in offices.items()
    ]


def _column(period: Period, cells: dict[tuple[uuid.UUID, uuid.UUID], Cell], rates: Rates) -> Column:
    own = [cell for (_office, key), cell in cells.items() if key == period.pk]
    return Column(
        period,
        rates.periods.get(period.pk, Tally()),
        owed=sum(cell.owed for cell in own),
        overdue=sum(cell.overdue for cell in own),
    )
