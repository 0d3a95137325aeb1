"""The annual workbook: built from a 定稿, proved from the snapshot's own inputs."""

import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from circles.models import Circle
from core.audit import Actor
from core.jobs import JobRefusedError
from metrics.models import Run, Value
from metrics.services import inputs_root, make_snapshot, release_run
from outlets.models import Outlet, OutletFacts
from reports.services import write_annual_return
from reports.workbook import verify_workbook
from reports.workbook.layout import CIRCLES
from reports.workbook.tables import FIRST_ROW, SHEET_CIRCLES, SHEET_OUTLETS, SHEET_SUMMARY
from tests.metrics.worlds import DAY, World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.both]
OFFICER = Actor(label="王经办")


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_world(2)


@pytest.fixture
def workbook(world: World, tmp_path: Path) -> Path:
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="year", by=OFFICER)
    path = tmp_path / "return.xlsx"
    write_annual_return(district=world.district, year=DAY.year, path=path, draft=False)
    return path


def test_what_was_written_is_what_the_inputs_give(workbook: Path) -> None:
    cells, differences = verify_workbook(workbook)
    assert differences == []
    assert cells > 100


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        (SHEET_SUMMARY, "商业网点（个）"),
        (SHEET_SUMMARY, "连锁化率"),
        (SHEET_CIRCLES, "服务人口（人）"),
        (SHEET_CIRCLES, "缺失业态"),
        (SHEET_CIRCLES, "生活圈编码"),
        (SHEET_OUTLETS, "业态"),
        (SHEET_OUTLETS, "连锁网点"),
    ],
)
def test_a_changed_figure_is_named_by_sheet_and_cell(
    workbook: Path, sheet: str, title: str
) -> None:
    book = load_workbook(workbook)
    page = book[sheet]
    head = next(cell for cell in page[FIRST_ROW - 1] if cell.value == title)
    cell = page.cell(FIRST_ROW, head.column)
    cell.value = "改动" if isinstance(cell.value, str) else (cell.value or 0) + 1
    book.save(workbook)
    _cells, differences = verify_workbook(workbook)
    assert [(d.sheet, d.cell) for d in differences] == [(sheet, cell.coordinate)]


def test_every_owned_cell_is_watched(workbook: Path) -> None:
    """Whatever figure is changed, it is found."""
    owned = [n for n, column in enumerate(CIRCLES, 1) if column.owned]
    book = load_workbook(workbook)
    for column in owned:
        book[SHEET_CIRCLES].cell(FIRST_ROW, column).value = "×"
    book.save(workbook)
    _cells, differences = verify_workbook(workbook)
    assert len(differences) == len(owned)


def test_an_added_row_and_a_removed_sheet_are_differences(workbook: Path) -> None:
    book = load_workbook(workbook)
    book[SHEET_OUTLETS].append(["—"] * 11)
    del book[SHEET_CIRCLES]
    book.save(workbook)
    _cells, differences = verify_workbook(workbook)
    assert {d.sheet for d in differences} == {SHEET_OUTLETS, SHEET_CIRCLES}


def test_todays_tables_are_not_looked_at(workbook: Path, world: World) -> None:
    OutletFacts.objects.filter(outlet__district=world.district).update(status="closed")
    Outlet.objects.filter(district=world.district).update(status="closed")
    Circle.objects.filter(district=world.district).update(state="withdrawn")
    _cells, differences = verify_workbook(workbook)
    assert differences == []


def test_values_tampered_with_in_the_database_are_found(world: World, tmp_path: Path) -> None:
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="year", by=OFFICER)
    Value.objects.filter(run=run, scope="D", den__isnull=False).update(value=0.99)
    path = tmp_path / "return.xlsx"
    write_annual_return(district=world.district, year=DAY.year, path=path, draft=False)
    _cells, differences = verify_workbook(path)
    assert differences


def test_an_input_file_that_was_changed_is_refused(workbook: Path, tmp_path: Path) -> None:
    run = Run.objects.get(kind="snapshot")
    stored = inputs_root() / run.input_file
    other = make_snapshot(district=run.district, as_of=DAY.replace(month=1))
    shutil.copyfile(inputs_root() / other.input_file, stored)
    with pytest.raises(JobRefusedError, match="缺失或被改动"):
        verify_workbook(workbook)


def test_without_sign_off_there_is_only_a_draft(world: World, tmp_path: Path) -> None:
    make_snapshot(district=world.district, as_of=DAY)
    path = tmp_path / "return.xlsx"
    with pytest.raises(JobRefusedError, match="尚未定稿"):
        write_annual_return(district=world.district, year=DAY.year, path=path, draft=False)
    assert not path.exists()
    write_annual_return(district=world.district, year=DAY.year, path=path, draft=True)
    assert "草稿" in load_workbook(path)[SHEET_SUMMARY]["A2"].value


def test_names_that_look_like_formulas_stay_text(world: World, tmp_path: Path) -> None:
    Outlet.objects.filter(district=world.district).update(name="=1+1", address="@SUM(1)")
    run = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=run, purpose="year", by=OFFICER)
    path = tmp_path / "return.xlsx"
    write_annual_return(district=world.district, year=DAY.year, path=path, draft=False)
    names = [row[2] for row in load_workbook(path)[SHEET_OUTLETS].iter_rows(min_row=FIRST_ROW)]
    assert {(cell.value, cell.data_type) for cell in names} == {("=1+1", "s")}


def test_the_commands_say_0_differ_or_name_the_cell(workbook: Path) -> None:
    out, err = StringIO(), StringIO()
    call_command("verify_workbook", workbook, stdout=out)
    assert "0 differ" in out.getvalue()
    book = load_workbook(workbook)
    book[SHEET_SUMMARY].cell(FIRST_ROW, 13).value = 1
    book.save(workbook)
    with pytest.raises(CommandError, match="1 differ"):
        call_command("verify_workbook", workbook, stdout=out, stderr=err)
    assert SHEET_SUMMARY in err.getvalue()
    assert "M4" in err.getvalue()


def test_other_files_are_refused_with_a_reason(tmp_path: Path) -> None:
    text = tmp_path / "notes.xlsx"
    text.write_text("not a workbook")
    with pytest.raises(CommandError, match=r"不是 \.xlsx"):
        call_command("verify_workbook", text)
    with pytest.raises(CommandError, match="找不到文件"):
        call_command("verify_workbook", tmp_path / "nowhere.xlsx")
