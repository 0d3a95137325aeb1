"""Writing the annual workbook."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from shapely.geometry import shape

from assessments.grade_figures import decided_by
from circles.models import Circle
from core.geo import outline_area_m2
from metrics.models import Run
from metrics.services import snapshot_inputs
from outlets.models import Outlet
from reports.workbook.figures import FigureBook
from reports.workbook.layout import (
    CIRCLES,
    EVALUATIONS,
    NO_SOURCE,
    OUTLETS,
    SUMMARY,
    CircleRow,
    EvaluationRow,
)
from reports.workbook.tables import (
    FIRST_ROW,
    HEADER_ROW,
    SHEET_CIRCLES,
    SHEET_EVALUATIONS,
    SHEET_OUTLETS,
    SHEET_SUMMARY,
    OwnedTable,
    evaluated,
    owned_tables,
)
from territory.models import District

TITLE = Font(name="黑体", size=16)
NOTE = Font(name="宋体", size=10, color="5B6770")
HEAD = Font(name="黑体", size=11)
BODY = Font(name="宋体", size=11)
HEAD_FILL = PatternFill("solid", fgColor="E6F1F2")
LINE = Side(style="thin", color="BFC7CE")
THIN = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(vertical="center", wrap_text=True)


@dataclass(frozen=True)
class Summary:
    """What describes the district in sheet 1."""

    year: int
    district: District


def build_annual_return(run: Run, year: int, path: Path, *, draft: bool) -> None:
    """Write the workbook of a snapshot to `path`; its figures are the run's values."""
    # The city and the ministry read Chinese, whoever presses the button in whatever language.
    with translation.override("zh-hans"):
        book = FigureBook.stored(run, snapshot_inputs(run))
        owned = {table.sheet: table for table in owned_tables(book)}
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        note = _note(run, draft=draft)
        title = _("%(name)s城市一刻钟便民生活圈建设情况（%(year)d年度）") % {
            "name": run.district.name,
            "year": year,
        }
        _write_sheet(
            workbook.create_sheet(SHEET_SUMMARY),
            title,
            note,
            [(c.title, c.number_format, c.width) for c in SUMMARY],
            [_described(SUMMARY, Summary(year, run.district))],
            owned[SHEET_SUMMARY],
        )
        _write_sheet(
            workbook.create_sheet(SHEET_CIRCLES),
            _("生活圈台账"),
            note,
            [(c.title, c.number_format, c.width) for c in CIRCLES],
            [_described(CIRCLES, row) for row in _circle_rows(book)],
            owned[SHEET_CIRCLES],
        )
        _write_sheet(
            workbook.create_sheet(SHEET_EVALUATIONS),
            _("分级分类验收评价"),
            note,
            [(c.title, c.number_format, c.width) for c in EVALUATIONS],
            [_described(EVALUATIONS, row) for row in _evaluation_rows(run, book)],
            owned[SHEET_EVALUATIONS],
        )
        _write_sheet(
            workbook.create_sheet(SHEET_OUTLETS),
            _("网点明细"),
            note,
            [(c[1], c[2], c[4]) for c in OUTLETS],
            _outlet_descriptions(book, owned[SHEET_OUTLETS]),
            owned[SHEET_OUTLETS],
        )
        _sign(workbook, run, year, draft=draft)
        path.parent.mkdir(parents=True, exist_ok=True)
        workbook.save(path)


def _described(columns: tuple[Any, ...], row: Any) -> list[Any]:
    return [column.describe(row) if column.describe else NO_SOURCE for column in columns]


def _circle_rows(book: FigureBook) -> list[CircleRow]:
    circles = (
        Circle.objects.filter(pk__in=book.inputs.circle_id.tolist())
        .select_related("batch")
        .prefetch_related("street_links__street", "neighbourhood_links__neighbourhood")
    )
    by_id = {str(circle.pk): circle for circle in circles}
    rows = []
    for number, id in enumerate(book.inputs.circle_id, 1):
        circle = by_id[str(id)]
        links = sorted(circle.street_links.all(), key=lambda link: (link.role, link.street.code))
        middle = shape(circle.boundary).representative_point() if circle.boundary else None
        rows.append(
            CircleRow(
                number,
                circle,
                "、".join(link.street.name for link in links),
                "、".join(
                    sorted(link.neighbourhood.name for link in circle.neighbourhood_links.all())
                )
                or NO_SOURCE,
                round(middle.x, 6) if middle else None,
                round(middle.y, 6) if middle else None,
                round(outline_area_m2(circle.boundary) / 1e6, 3) if circle.boundary else None,
            )
        )
    return rows


def _evaluation_rows(run: Run, book: FigureBook) -> list[EvaluationRow]:
    """The decisions that the run counted, in the order of its figures."""
    grades = decided_by(run.district, run.as_of).select_related(
        "circle__lead_street", "evaluation__standard"
    )
    by_circle = {str(grade.circle_id): grade for grade in grades}
    return [
        EvaluationRow(number, by_circle[id])
        for number, (_code, id) in enumerate(evaluated(book), 1)
    ]


def _outlet_descriptions(book: FigureBook, owned: OwnedTable) -> list[list[Any]]:
    district = book.inputs.meta["district"]
    names = {
        code: (name, address)
        for code, name, address in Outlet.objects.filter(district__code=district)
        .registered()
        .values_list("code", "name", "address")
    }
    rows = []
    for number, (code, *_rest) in enumerate(owned.rows, 1):
        name, address = names.get(code, (NO_SOURCE, NO_SOURCE))
        described = {"number": number, "name": name, "address": address}
        rows.append([described.get(key, NO_SOURCE) for key, *_more in OUTLETS])
    return rows


def _note(run: Run, *, draft: bool) -> str:
    parts = [
        _("统计截止日：%(day)s") % {"day": run.as_of},
        _("测算批次：%(run)s") % {"run": run.pk},
    ]
    if run.is_sample:
        parts.append(_("演示数据"))
    parts.append(_("表式未见官方样表，待区商务委确认"))
    if draft:
        parts.append(_("草稿，未定稿"))
    return "　".join(parts)


def _write_sheet(
    sheet: Worksheet,
    title: str,
    note: str,
    columns: list[tuple[Any, str, int]],
    described: list[list[Any]],
    owned: OwnedTable,
) -> None:
    last = get_column_letter(len(columns))
    sheet.merge_cells(f"A1:{last}1")
    sheet.merge_cells(f"A2:{last}2")
    _put(sheet, 1, 1, title, font=TITLE, alignment=CENTRE)
    _put(sheet, 2, 1, note, font=NOTE, alignment=LEFT)
    sheet.row_dimensions[1].height = 32
    for column, (head, _format, width) in enumerate(columns, 1):
        cell = _put(sheet, HEADER_ROW, column, str(head), font=HEAD, alignment=CENTRE)
        cell.fill, cell.border = HEAD_FILL, THIN
        sheet.column_dimensions[get_column_letter(column)].width = width
    for offset, (texts, figures) in enumerate(zip(described, owned.rows, strict=True)):
        for position, figure in zip(owned.columns, figures, strict=True):
            texts[position - 1] = figure
        for column, (value, (_head, number_format, _width)) in enumerate(
            zip(texts, columns, strict=True), 1
        ):
            cell = _put(sheet, FIRST_ROW + offset, column, value, font=BODY, alignment=LEFT)
            cell.border = THIN
            if not isinstance(value, str):
                cell.number_format = number_format
    sheet.freeze_panes = f"C{FIRST_ROW}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{last}{HEADER_ROW + len(described)}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def _put(sheet: Worksheet, row: int, column: int, value: Any, *, font: Font, alignment: Any) -> Any:
    cell: Any = sheet.cell(row, column)
    cell.font, cell.alignment = font, alignment
    cell.value = value
    if isinstance(value, str):
        # As text, whatever it begins with: a name like “=1+1” must not become a formula.
        cell.data_type, cell.quotePrefix = "s", True
    return cell


def _sign(workbook: Any, run: Run, year: int, *, draft: bool) -> None:
    properties = workbook.custom_doc_props
    properties.append(StringProperty(name="run", value=str(run.pk)))
    properties.append(StringProperty(name="input_digest", value=run.input_digest))
    properties.append(StringProperty(name="formula_version", value=run.formula_version))
    properties.append(IntProperty(name="year", value=year))
    properties.append(StringProperty(name="status", value="draft" if draft else "final"))
    workbook.properties.title = f"annual return {year}"
    workbook.properties.creator = str(run.district.name)
    workbook.properties.created = dt.datetime.combine(run.as_of, dt.time())
