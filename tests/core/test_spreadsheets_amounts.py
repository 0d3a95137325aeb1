"""Numbers as people write them, and cells that say that there is nothing to say."""

import pytest

from core.spreadsheets import Column, Kind, check_rows
from core.spreadsheets.amounts import is_pair, plain_degrees, plain_pair, without_unit
from core.text import normalise
from tests.core.spreadsheet_samples import COLUMNS, HEADER, ROW, book, read


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("121.396", 121.396),
        ("121.396°", 121.396),
        ("E121.396", 121.396),
        ("121.396E", 121.396),
        ("121°23′45.6″", 121.396),
        ("121°23'45.6\"", 121.396),
        ("121°23’45.6”E", 121.396),
        ("东经121度23分45.6秒", 121.396),
        ("１２１°２３′４５．６″", 121.396),
        ("121°23.76′", 121.396),
        ("北纬31°15′19.08″", 31.2553),
    ],
)
def test_degrees_are_read_however_they_are_written(text, degrees):
    assert float(plain_degrees(normalise(text))) == pytest.approx(degrees, abs=1e-7)


@pytest.mark.parametrize("text", ["121°61′", "121°23′60″", "约121度", "一百二十一度", "121 23 45"])
def test_what_is_no_degrees_stays_as_it_is(text):
    assert plain_degrees(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "121.396,31.2553",
        "121.396，31.2553",
        "121.396 31.2553",
        "(121.396, 31.2553)",
        "31.2553,121.396",
        "E121.396°，N31.2553°",
        "121°23′45.6″，31°15′19.08″",
        "东经121.396、北纬31.2553",
    ],
)
def test_a_pair_is_longitude_and_latitude_in_whatever_order(text):
    lon, lat = map(float, plain_pair(normalise(text)).split(","))
    assert (lon, lat) == pytest.approx((121.396, 31.2553), abs=1e-7)


@pytest.mark.parametrize("text", ["121.396", "兰溪路10号", "121.396,", "1,2,3"])
def test_what_is_no_pair_is_told(text):
    assert not is_pair(plain_pair(text))


def test_units_are_taken_off_only_at_the_end():
    bare = without_unit("平方米", "㎡", "平")
    assert [bare(text) for text in ("120平方米", "120 平", "1,200.5㎡")] == [
        "120",
        "120",
        "1,200.5",
    ]
    assert bare("平120") == "平120"
    assert bare("120平房") == "120平房"


AREA = Column(key="area", title="营业面积", kind=Kind.DECIMAL, normalise=without_unit("m2"))


def said_of(value, column=AREA) -> str:
    columns = [*(one for one in COLUMNS if one.key != column.key), column]
    row = dict(zip(HEADER, ROW, strict=True)) | {str(column.title): value}
    checked = check_rows(read(book(HEADER, [*row.values()]), columns), columns)
    return " ".join(error.message for error in checked.errors)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("100-200", "不能是范围"),
        ("3~5", "不能是范围"),
        ("1.2万", "如 12000"),
        ("约120", "应为数字"),
        ("120㎡", ""),
        ("１２０", ""),
    ],
)
def test_what_is_no_number_is_told_apart(value, said):
    assert said in said_of(value)
    assert bool(said_of(value)) == bool(said)


@pytest.mark.parametrize("value", ["/", "-", "—", "——", "无", "不详", "／", " 暂无 "])
def test_a_sign_for_nothing_is_a_blank_cell(value):
    assert said_of(value) == ""


def test_nothing_in_a_required_cell_is_nothing():
    content = book(HEADER, ["N1", "/", "", "便利店"], ["N1", "店", "", "-"])
    errors = check_rows(read(content), COLUMNS).errors
    assert [(error.cell, error.message) for error in errors] == [("B2", "必填"), ("D3", "必填")]


def test_a_flag_that_says_no_is_no_blank():
    content = book(HEADER, [*ROW[:8], "无"], [*ROW[:8], "/"])
    checked = check_rows(read(content), COLUMNS)
    assert checked.columns["all_day"] == [False, None]
    assert checked.errors == []


def test_an_apostrophe_before_a_code_is_no_part_of_it():
    checked = check_rows(read(book(HEADER, ["'0012", *ROW[1:]])), COLUMNS)
    assert checked.columns["code"] == ["0012"]
