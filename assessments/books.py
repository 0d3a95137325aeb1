"""Standards and questionnaires as workbooks, out and in: nothing of their content is lost."""

import io
from collections.abc import Sequence
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.bookreading import read_book
from assessments.contents import (
    STANDARD_PARTS,
    Content,
    content_of,
    content_of_questionnaire,
)
from assessments.models import Questionnaire, Standard
from assessments.parts import QUESTIONNAIRE, QUESTIONS, STANDARD, Part
from assessments.services import questionnaires, standards, versions
from assessments.services.versions import Sort
from assessments.sheets import SHEETS, columns_of, own_sheet_columns
from circles.models import Facility
from core.audit import Actor
from core.scope import Scope
from core.spreadsheets import Column, Sheet, write_rows
from core.spreadsheets.partbooks import BookError
from core.spreadsheets.styles import HELP_SHEET
from metrics.registry import all_indicators
from outlets.models import BusinessFormat, Service
from outlets.models.outlet import FacilityForm
from territory.models import District

__all__ = [
    "BookError",
    "book_of",
    "import_questionnaire",
    "import_standard",
    "questionnaire_book",
    "read_questionnaire_book",
    "read_standard_book",
    "standard_book",
]


def standard_book(standard: Standard) -> bytes:
    """The sheets 基本信息, 等级条件, 分型表 and 评价表, and 填写说明 with the codes."""
    return book_of(STANDARD, STANDARD_PARTS, content_of(standard))


def questionnaire_book(questionnaire: Questionnaire) -> bytes:
    """The sheets 基本信息 and 题目, and 填写说明 with the codes."""
    return book_of(QUESTIONNAIRE, (QUESTIONS,), content_of_questionnaire(questionnaire))


def read_standard_book(file: BinaryIO, filename: str = "") -> Content:
    """The content of such a workbook. BookError by sheet, row and column."""
    return read_book(STANDARD, STANDARD_PARTS, file, filename).content


def read_questionnaire_book(file: BinaryIO, filename: str = "") -> Content:
    """The content of such a workbook. BookError by sheet, row and column."""
    return read_book(QUESTIONNAIRE, (QUESTIONS,), file, filename).content


def import_standard(
    *, district: District, file: BinaryIO, filename: str = "", by: Actor, scope: Scope
) -> Standard:
    """A new draft from a workbook, the next number of its code. BookError, nothing written."""
    made: Standard = _import(standards.SORT, district, file, filename, by, scope)
    return made


def import_questionnaire(
    *, district: District, file: BinaryIO, filename: str = "", by: Actor, scope: Scope
) -> Questionnaire:
    """A new draft from a workbook, the next number of its code. BookError, nothing written."""
    made: Questionnaire = _import(questionnaires.SORT, district, file, filename, by, scope)
    return made


def _import(
    sort: Sort, district: District, file: BinaryIO, filename: str, by: Actor, scope: Scope
) -> Any:
    reading = read_book(sort.own, sort.parts, file, filename)
    try:
        return versions.begin(
            sort, reading.content, district=district, by=by, scope=scope, word="import"
        )
    except ValidationError as error:
        for name, messages in _by_column(error).items():
            label = sort.own.column_label(name) if name in sort.own.columns else None
            for message in messages:
                row = reading.own_rows.get(name)
                reading.wrong(SHEETS[sort.own.name], row, label, message)
        raise BookError(reading.errors) from error


def _by_column(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def book_of(own: Part, parts: Sequence[Part], content: Content, codes: bool = True) -> bytes:
    """A content as a workbook; `codes` adds the sheet of the codes that it may name."""
    rows = [
        (own.column_label(name), own.text(name, content[own.name][name])) for name in own.columns
    ]
    sheets = [Sheet(title=SHEETS[own.name], columns=own_sheet_columns(), rows=rows)]
    for part in parts:
        sheets.append(
            Sheet(
                title=SHEETS[part.name],
                columns=columns_of(part),
                rows=_rows(part, content[part.name]),
                validations=True,
                spare_rows=100,
            )
        )
    if codes:
        sheets.append(_help_sheet(parts))
    target = io.BytesIO()
    write_rows(target, sheets)
    return target.getvalue()


def _rows(part: Part, rows: Sequence[Content]) -> list[Content]:
    if not part.inner:
        return [_cells(part, row) for row in rows]
    found = []
    for row in rows:
        outer = {f"{part.name}.{name}": row[name] for name in part.columns}
        inner = [_cells(part.inner, one) for one in row[part.inner.name]]
        found += [outer | one for one in inner or [{}]]
    return found


def _cells(part: Part, row: Content) -> Content:
    return {
        name: part.shapes[name].text(value) if name in part.shapes else value
        for name, value in row.items()
        if name in part.columns
    }


def _help_sheet(parts: Sequence[Part]) -> Sheet:
    """How cells of several values are written, and which codes there are."""
    rows = [
        (column.title, "", column.help)
        for part in parts
        for column in columns_of(part)
        if column.help
    ]
    formats = BusinessFormat.objects.order_by("number")
    rows += [(_("业态编码"), one.code, str(one)) for one in formats]
    rows += [(_("叠加服务编码"), one.code, one.name) for one in Service.objects.order_by("bit")]
    rows += [(_("公共服务设施类型编码"), *pair) for pair in Facility.Kind.choices]
    rows += [(_("设施形态编码"), *pair) for pair in FacilityForm.choices]
    rows += [
        (_("指标编码"), one.code, one.name)
        for one in all_indicators()
        if "C" in one.scopes and not one.reads_grades
    ]
    columns = [
        Column(key="what", title=_("列名或类别"), width=26),
        Column(key="code", title=_("编码"), width=30),
        Column(key="name", title=_("名称或填法"), width=70),
    ]
    return Sheet(title=HELP_SHEET, columns=columns, rows=rows)
