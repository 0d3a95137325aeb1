"""`manage.py import_outlets`: what it prints, where, and how it exits."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.spreadsheets import open_table
from outlets.ledger_columns import LEDGER
from tests.outlets.ledger_files import TITLES, World, everything, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    def write(rows: list[dict[str, Any]], name: str = "台账.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(workbook(rows).getvalue())
        return path

    return write


def run(world: World, path: Path, **options: Any) -> tuple[list[str], list[str], str]:
    """(stdout, stderr, refusal) of the command, as lines."""
    out, err = io.StringIO(), io.StringIO()
    refusal, code = "", 0
    try:
        call_command(
            "import_outlets", path, district=world.district.code, stdout=out, stderr=err, **options
        )
    except CommandError as error:
        refusal, code = str(error), error.returncode
    assert code == bool(refusal)
    return out.getvalue().splitlines(), err.getvalue().splitlines(), refusal


def test_what_was_done_comes_last(world: World, ledger: Any) -> None:
    out, err, refusal = run(world, ledger([world.row(1, brand="甲"), world.row(2)]))
    assert out == ["共 2 行：新增 2，更新 0，未变 0，有错 0", "新建品牌 1 个", "已写入"]
    assert (err, refusal) == ([], "")


def test_json_is_the_last_line(world: World, ledger: Any) -> None:
    out, _err, _refusal = run(world, ledger([world.row(1)]), json=True)
    result = json.loads(out[-1])
    assert (result["new"], result["failed"], result["written"]) == (1, 0, True)
    assert result["errors"] == []


def test_errors_go_to_stderr_and_into_a_workbook_that_can_come_back(
    world: World, ledger: Any, tmp_path: Path
) -> None:
    rows = [world.row(1), world.row(2, main_format="火箭", employees="很多"), world.row(3)]
    before = everything()
    errors = tmp_path / "错误.xlsx"
    out, err, refusal = run(world, ledger(rows), errors=errors, json=True)
    assert err[0].startswith("第 3 行 B 列“业态”（火箭）：")
    assert "第 3 行" in err[1]
    assert str(errors) in err[2]
    assert "1 行有错，未写入任何数据" in refusal
    assert [entry["row"] for entry in json.loads(out[-1])["errors"]] == [3, 3]
    assert everything() == before
    again = open_table(errors, filename="错误.xlsx", columns=LEDGER)
    assert [row[0] for row in again.rows] == ["网点2"]
    assert again.title(again.columns["main_format"]) == TITLES["main_format"]


def test_partial_and_dry_run(world: World, ledger: Any) -> None:
    path = ledger([world.row(1), world.row(2, street="x")])
    out, _err, refusal = run(world, path, dry_run=True)
    assert out[-1] == "未写入"
    assert refusal
    assert world.outlets() == []
    out, err, refusal = run(world, path, partial=True)
    assert (out[-1], refusal, len(err)) == ("已写入", "", 1)
    assert len(world.outlets()) == 1


def test_a_streets_ledger_by_any_of_its_names(world: World, ledger: Any) -> None:
    rows = [world.row(1, street=None, x_in=121.40, y_in=31.25)]
    out, _err, refusal = run(world, ledger(rows), street="试东", crs="gcj02")
    assert (out[-1], refusal) == ("已写入", "")
    [outlet] = world.outlets()
    assert (outlet.street, outlet.crs_in) == (world.street, "gcj02")
    _out, _err, refusal = run(world, ledger(rows), street="别处", crs="gcj02")
    assert "没有街道（镇）“别处”" in refusal
    assert "试东街道" in refusal


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.4", "PDF"), (b"", "空的"), (b"a,b\n1,2\n", "没有找到表头")],
)
def test_a_file_that_is_no_ledger(world: World, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "坏.xlsx"
    path.write_bytes(content)
    _out, _err, refusal = run(world, path)
    assert refusal.startswith("坏.xlsx：")
    assert said in refusal


def test_a_file_that_is_not_there(world: World, tmp_path: Path) -> None:
    assert "找不到文件" in run(world, tmp_path / "无.xlsx")[2]


def test_wrong_usage_exits_2_and_help_has_an_example() -> None:
    command = [sys.executable, "manage.py", "import_outlets"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    wrong = subprocess.run(
        [*command, "x.xlsx", "--crs", "beijing54"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert wrong.returncode == 2
    told = subprocess.run(
        [*command, "--help"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    assert "例：manage.py import_outlets" in " ".join(told.stdout.split())
