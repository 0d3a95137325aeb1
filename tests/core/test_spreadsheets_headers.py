"""Where the header is, which sheet is read, and what is said about the rest."""

import pytest

from core.spreadsheets import Column, check_rows
from tests.core.spreadsheet_samples import COLUMNS, HEADER, ROW, book, read, refusal


def merged(*ranges: str):
    def edit(workbook):
        for cells in ranges:
            workbook.worksheets[0].merge_cells(cells)

    return edit


def names(table):
    return [row.values["name"] for row in check_rows(table, COLUMNS).rows]


def test_header_in_the_first_row():
    table = read(book(HEADER, ROW))
    assert table.columns == {column.key: at for at, column in enumerate(COLUMNS)}
    assert table.row_numbers == [2]
    assert table.sheet == "台账"
    assert not table.unknown
    assert not table.notes


def test_titles_above_the_header_and_blank_rows_between():
    content = book(["普陀区商业网点台账"], ["填报单位：", "曹杨"], [], HEADER, [], ROW, [], ROW)
    table = read(content)
    assert table.row_numbers == [6, 8]


def test_headers_are_recognised_in_other_dress():
    dressed = ["*网点名称", "业态（必填）", " 营业 面积㎡ ", "开业日期：", "从业人数*"]
    table = read(book(dressed, ["店", "便利店", 5, "2024-03-01", 2]))
    assert table.columns == {"name": 0, "format": 1, "area": 2, "opened": 3, "staff": 4}
    assert table.headers[0] == "*网点名称"


def test_columns_in_any_order_and_optional_ones_missing():
    table = read(book(["业态", "网点编码", "招牌名"], ["便利店", "N1", "店"]))
    assert table.columns == {"format": 0, "code": 1, "name": 2}
    (row,) = check_rows(table, COLUMNS).rows
    assert row.values == {
        "code": "N1",
        "name": "店",
        "format": "convenience",
        "credit_code": "",
        "services": (),
        "area": None,
        "staff": None,
        "opened": None,
        "all_day": None,
    }


def test_missing_columns_are_all_named_with_a_guess():
    error = refusal(book(["网点编码", "网店名称", "从业人数", "开业日期"], ["N1", "店", 1, ""]))
    assert error.code == "missing_columns"
    assert "网点名称、业态" in error.message
    assert "B 列“网店名称”是否就是“网点名称”？" in error.message
    assert "导入模板" in error.message


def test_duplicate_headers_are_refused():
    error = refusal(book([*HEADER, "招牌名"], ROW))
    assert error.code == "duplicate_headers"
    assert "B1、J1" in error.message


def test_unknown_columns_are_reported_and_not_lost_silently():
    table = read(book(["序号", *HEADER, "备注", ""], [1, *ROW, "好", "游离"], [2, *ROW, "", ""]))
    assert [(c.letter, c.title, c.filled) for c in table.unknown] == [
        ("A", "序号", 2),
        ("K", "备注", 1),
        ("L", "", 1),
    ]


def test_rows_that_fill_only_unknown_columns_are_noted():
    table = read(book(["序号", *HEADER], [1, *ROW], [2], [3]))
    assert table.row_numbers == [2]
    assert table.notes == ("第 3、4 等共 2 行只填了未识别的列，未读取",)


# --- merged cells ------------------------------------------------------------------------------


def test_group_titles_over_the_header():
    groups = ["基本信息", "", "", "经营信息", "", "", "", "", ""]
    table = read(book(groups, HEADER, ROW, edit=merged("A1:C1", "D1:I1")))
    assert len(table.columns) == len(COLUMNS)
    assert table.row_numbers == [3]


def test_two_row_header_with_upright_merges():
    top = ["网点名称", "业态", "规模", "", "网点编码"]
    low = ["", "", "营业面积", "从业人数", ""]
    content = book(
        ["台账"],
        top,
        low,
        ["店", "便利店", 65, 3, "N1"],
        edit=merged("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"),
    )
    table = read(content)
    assert table.columns == {"name": 0, "format": 1, "area": 2, "staff": 3, "code": 4}
    assert table.row_numbers == [4]


def test_two_row_header_is_joined_where_only_the_whole_is_known():
    columns = (
        *COLUMNS,
        Column(key="phone", title="联系人电话"),
        Column(key="person", title="联系人姓名"),
    )
    content = book(
        ["网点名称", "业态", "联系人", ""],
        ["", "", "姓名", "电话"],
        ["店", "便利店", "张", "1"],
        edit=merged("A1:A2", "B1:B2", "C1:D1"),
    )
    table = read(content, columns)
    assert table.columns == {"name": 0, "format": 1, "person": 2, "phone": 3}


def test_header_merged_sideways_is_refused():
    content = book(
        ["网点编码", "网点名称", "", "业态"], ["1", "a", "b", "便利店"], edit=merged("B1:C1")
    )
    error = refusal(content)
    assert error.code == "merged_header"
    assert "B1:C1“网点名称”" in error.message


def test_header_merged_into_the_data_is_refused():
    content = book(HEADER, ROW, ROW, edit=merged("B1:B2"))
    error = refusal(content)
    assert error.code == "merged_header"
    assert "B1:B2" in error.message


def test_a_value_merged_downwards_stands_in_every_row_that_holds_data():
    second, last = [*ROW], [*ROW]
    second[3] = last[3] = ""
    content = book(HEADER, ROW, second, [], last, edit=merged("D2:D6"))
    table = read(content)
    assert [row.values["format"] for row in check_rows(table, COLUMNS).good_rows] == [
        "convenience"
    ] * 3
    assert table.row_numbers == [2, 3, 5]
    assert table.notes == ("“业态”列的合并单元格（如 D2:D6）已按表中所见填入各行，共 2 行",)


@pytest.mark.parametrize("cells", ["F2:F4", "A2:B4", "D2:E4"])
def test_merged_amounts_and_merges_over_columns_are_errors_where_a_value_is_hidden(cells):
    content = book(HEADER, ROW, ROW, ROW, edit=merged(cells))
    checked = check_rows(read(content), COLUMNS)
    said = f"在合并单元格 {cells} 中，请取消合并并逐行填写"
    hidden = {error.cell for error in checked.errors if error.message == said}
    columns = cells[0], cells[3]
    assert hidden == {f"{one}{row}" for one in columns for row in (2, 3, 4)} - {cells[:2]}


def test_a_merged_formula_is_not_filled_down():
    content = book(HEADER, ["=1+1", *ROW[1:]], ROW, edit=merged("A2:A3"))
    errors = check_rows(read(content), COLUMNS).errors
    assert [error.cell for error in errors] == ["A2", "A3"]


# --- rows that are no data ---------------------------------------------------------------------


def passed_over(*rows: list) -> tuple[list[int], tuple[str, ...]]:
    table = read(book(["普陀区商业网点台账"], ["单位：曹杨"], HEADER, *rows))
    return table.row_numbers, table.notes


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["合  计", "", "", "", "", 130, 6], "合计"),
        (["", "小计", "", "", "", 130], "合计"),
        (["本页合计：", "", "", "", "", 130], "合计"),
        (["共 25 家"], "合计"),
        (["填表人：张三", "", "审核人：李四", "", "填报日期：2026-11-20"], "填表说明或签名"),
        (["单位负责人（签字）：", "", "", "联系电话：62000000"], "填表说明或签名"),
        (["注：1.面积为使用面积"], "填表说明或签名"),
        (["以下空白"], "填表说明或签名"),
        (["第 1 页，共 3 页"], "填表说明或签名"),
        (HEADER, "重复的表头"),
        ([f" {title}\n" for title in HEADER], "重复的表头"),
        (["普陀区商业网点台账"], "重复的表头"),
        (["", "（示例）曹杨便利", "", "便利店"], "填写示例"),
        (["例", "曹杨便利", "", "便利店"], "填写示例"),
        (["一、便利店"], "小标题"),
        (["（二）菜市场"], "小标题"),
    ],
)
def test_rows_that_are_no_data_are_passed_over_and_named(row, what):
    assert passed_over(ROW, row, ROW) == ([4, 6], (f"第 5 行是{what}，未读取",))


@pytest.mark.parametrize("row", [["甲", "乙", *range(1, 8)], [*range(1, 10)], ["甲", "乙", 3, 4]])
def test_column_numbers_below_the_header_are_passed_over(row):
    assert passed_over(row, ROW) == ([5], ("第 4 行是栏次，未读取",))
    assert passed_over(ROW, row)[0] == [4, 5]


def test_remarks_go_on_over_several_lines():
    rows = [["填表说明：", ""], ["1.每店一行"], ["2.面积为使用面积"], [], ["3.另见"]]
    assert passed_over(ROW, *rows) == ([4, 9], ("第 5、6、7 行是填表说明或签名，未读取",))


@pytest.mark.parametrize(
    "row",
    [
        ["N2", "合计便利", "", "便利店"],
        ["N2", "注册会计", "", "便利店"],
        ["N2", "一、二便利", "", "便利店"],
        ["N2", "示例便利（示例）", "", "便利店"],
        ["N2", "一品香"],
        ["", "合计便利店", "", "", "", 5],
        ["N2", "", "", "便利店"],
        ["", "一品香"],
    ],
)
def test_data_is_never_passed_over(row):
    assert passed_over(ROW, row) == ([4, 5], ())


# --- which sheet -------------------------------------------------------------------------------


def more_sheets(*sheets):
    def edit(workbook):
        for title, state, rows in sheets:
            worksheet = workbook.create_sheet(title)
            worksheet.sheet_state = state
            for row in rows:
                worksheet.append(row)

    return edit


def test_the_first_sheet_with_a_header_is_read_and_the_others_named():
    content = book(
        ["填表须知"],
        sheet="须知",
        edit=more_sheets(
            ("空表", "visible", []),
            ("台账", "visible", [HEADER, ROW]),
            ("台账二", "visible", [HEADER, ROW]),
            ("统计", "visible", [["合计", 1]]),
            ("码表", "hidden", [["便利店"]]),
            ("深藏", "veryHidden", [["便利店"]]),
        ),
    )
    table = read(content)
    assert table.sheet == "台账"
    assert table.notes == (
        "工作表“须知”没有表头，未读取",
        "工作表“空表”没有表头，未读取",
        "工作表“台账二”也有同样的表头，未读取；如需导入请单独另存后上传",
        "工作表“统计”未读取",
        "隐藏的工作表“码表”未读取",
        "隐藏的工作表“深藏”未读取",
    )


def test_a_hidden_sheet_is_never_read():
    content = book(["说明"], edit=more_sheets(("藏", "hidden", [HEADER, ROW])))
    error = refusal(content)
    assert error.code == "no_header"
    assert "隐藏的工作表“藏”" in error.message
    assert "取消隐藏" in error.message


def test_sheet_names_with_signs():
    table = read(book(HEADER, ROW, sheet="A&B<1>“二”"))
    assert table.sheet == "A&B<1>“二”"


def test_columns_that_share_a_name_are_a_mistake_of_the_declaration():
    with pytest.raises(ValueError, match="招牌名"):
        read(book(HEADER, ROW), (*COLUMNS, Column(key="sign", title="招牌名")))
