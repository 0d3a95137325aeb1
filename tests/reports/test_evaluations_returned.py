"""What was decided on grades goes into the annual return, and onto paper, as it was kept."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from assessments.models import Grade
from assessments.papers import evaluation_document
from circles.models import Circle
from metrics.services import make_snapshot, release_run
from reports.services import write_annual_return
from reports.workbook import verify_workbook
from reports.workbook.tables import FIRST_ROW, SHEET_EVALUATIONS
from tests.assessments.making import make_evaluation
from tests.metrics.worlds import DAY, make_world
from tests.reports.test_annual_return import OFFICER

pytestmark = pytest.mark.django_db
KEPT: dict[str, Any] = {
    "standard": {"name": "试验标准", "number": 1, "is_official": False},
    "figures": {
        "basic": {"present": 4, "absent": 1, "unknown": 0, "total": 5},
        "quality": {"present": 1, "absent": 0, "unknown": 1, "total": 2},
        "absent": ["洗车店"],
        "unknown": ["新式书店"],
        "satisfaction": {"n": 120, "enough": 100, "share": "92.5%", "basic": "97%"},
    },
    "score": {"total": "86.25", "known": "86.25", "scored": "100", "dimensions": []},
    "levels": [
        {"level": "basic", "name": "基础型", "met": True, "state": "met", "gates": [
            {"gate": "min_basic", "wanted": "不少于 2 类", "is": "4 类", "state": "met"}]},
    ],
    "missing": ["4 分"],
    "rule": "提升型条件均已满足。",
}  # fmt: skip


def decided(circle: Circle, **more: Any) -> Grade:
    evaluation = make_evaluation(circle, year=DAY.year)
    told: dict[str, Any] = {"state": "approved", "decided_on": DAY, "outcome": "improved"}
    return Grade.objects.create(
        district=circle.district,
        evaluation=evaluation,
        circle=circle,
        year=DAY.year,
        proposed_level="improved",
        score=Decimal("86.25"),
        explanation=KEPT,
        **(told | more),
    )


def test_decisions_stand_in_the_third_sheet_and_are_proved(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    world = make_world(2)
    first, second = Circle.objects.filter(district=world.district).order_by("code")[:2]
    grade = decided(first)
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="year", by=OFFICER)
    # What describes the decision is read from it.
    Grade.objects.filter(pk=grade.pk).update(reason="会议研究")
    path = tmp_path / "return.xlsx"
    write_annual_return(district=world.district, year=DAY.year, path=path, draft=False)

    _cells, differences = verify_workbook(path)
    assert differences == []
    book = load_workbook(path)
    sheet = book[SHEET_EVALUATIONS]
    (row,) = sheet.iter_rows(min_row=FIRST_ROW, values_only=True)
    assert row[1] == first.code != second.code
    assert row[6].startswith("试验标准")
    assert "待区商务委确认" in row[6]
    assert row[7:10] == ("4／5", "1／2", 86.25)
    assert (row[11], row[14]) == ("提升型", "会议研究")
    sheet.cell(FIRST_ROW, 10).value = 99
    book.save(path)
    assert [d.sheet for d in verify_workbook(path)[1]] == [SHEET_EVALUATIONS]


def test_the_report_says_what_was_kept_whatever_the_tables_say_now() -> None:
    circle = make_world(1).circles[0]
    grade = decided(circle, reason="与拟评一致")
    text = words_of(evaluation_document(grade).bytes())
    for said in ("试验标准", "86.25 分", "4 类", "缺失：洗车店", "情况不明：新式书店", "92.5%",
                 "审定等级：提升型", "待区商务委确认", "还差 4 分"):  # fmt: skip
        assert said in text, said
    grade.score, grade.outcome, grade.state = None, "", "proposed"
    told = words_of(evaluation_document(grade).bytes())
    assert "未全部计分" in told
    assert "尚未审定（拟评）" in told


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
