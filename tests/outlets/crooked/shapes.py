"""Files whose shape is crooked: where the table stands, what stands around it."""

from openpyxl.worksheet.worksheet import Worksheet

from tests.outlets.crooked.making import HEAD, Crooked, book, line, merge, new, text, wrong
from tests.outlets.crooked.place import Putuo

_TITLE = ["普陀区曹杨新村街道商业网点基本情况统计表"]
_HOW = ["填表说明：1.请逐店填写；2.地址写到门牌号；3.面积单位为平方米。如有疑问请致电商务委。"]


def title_and_instructions_above(_place: Putuo) -> Crooked:
    """A title over the whole width, 填表说明 and 填报单位 above the header, blank rows between."""
    rows = [
        _TITLE,
        _HOW,
        ["填报单位（盖章）：曹杨新村街道办事处", "", "", "填报日期：2026年11月20日"],
        [],
        HEAD,
        line(1),
        line(2),
    ]
    return Crooked(
        book(rows, merge("A1:E1", "A2:E2")),
        {6: new(name="第1家便利", street="曹杨新村街道"), 7: new()},
    )


def header_of_two_rows(_place: Putuo) -> Crooked:
    """Group titles over the columns' own, merged both ways, and a row that numbers the columns."""
    rows = [
        _TITLE,
        ["序号", "网点名称", "业态", "位置", "", "规模", "", "联系方式", ""],
        ["", "", "", "街道", "地址", "营业面积（㎡）", "从业人数", "联系人", "联系电话"],
        ["甲", "乙", "丙", 1, 2, 3, 4, 5, 6],
        [*line(1), 65.5, 3, "张三", "021-62000000"],
        [*line(2), 80, 4, "李四", "62000001"],
    ]
    merged = merge("A1:I1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2", "H2:I2")
    return Crooked(
        book(rows, merged),
        {5: new(business_area=65.5, employees=3, contact="张三"), 6: new(phone="62000001")},
        notes=("第 4 行是栏次",),
    )


def several_sheets(_place: Putuo) -> Crooked:
    """The ledger stands second, between 说明 and a hidden sheet of words to choose from."""
    return Crooked(
        book(
            [HEAD, line(1)],
            first={"说明": [_HOW, ["业态按目录填写"]]},
            more={"字典": [["便利店"], ["菜市场"]]},
            edit=_hide_the_last,
        ),
        {2: new()},
        notes=("工作表“说明”未读取", "隐藏的工作表“字典”未读取"),
    )


def _hide_the_last(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    sheet.parent.worksheets[-1].sheet_state = "hidden"


def text_in_gbk(_place: Putuo) -> Crooked:
    """Saved from WPS as CSV: the encoding of the office, with a name that only GB 18030 has."""
    rows = [HEAD, line(1, name="㑇记便利"), line(2)]
    return Crooked(text(rows, "gb18030"), {2: new(name="㑇记便利"), 3: new()}, filename="台账.csv")


def text_in_utf_16(_place: Putuo) -> Crooked:
    """Excel's “Unicode 文本”: UTF-16, separated by tabs."""
    return Crooked(
        text([HEAD, line(1), line(2)], "utf-16", "\t"), {2: new(), 3: new()}, filename="台账.txt"
    )


def text_with_semicolons(_place: Putuo) -> Crooked:
    """Semicolons, a title above, a comma inside a name, a cell of two lines."""
    rows = [_TITLE, HEAD, line(1, name="甲,乙便利"), line(2, address="兰溪路2号\n底层")]
    return Crooked(
        text(rows, delimiter=";"),
        {3: new(name="甲,乙便利"), 4: new(address="兰溪路2号 底层")},
        filename="台账.csv",
    )


def street_merged_downwards(_place: Putuo) -> Crooked:
    """The street's name once beside twenty rows, the committee beside some; one amount, too."""
    rows = [[*HEAD, "居委会", "营业面积"], *([*line(n), "", 30] for n in range(1, 21))]
    for row in rows[2:]:
        row[3] = ""
    for row in rows[19:]:
        row[6] = ""
    rows[1][5], rows[18][6] = "源园居委会", 90

    def edit(sheet: Worksheet) -> None:
        merge("D2:D21", "F2:F4", "G19:G21")(sheet)

    hidden = "在合并单元格 G19:G21 中"
    return Crooked(
        book(rows, edit),
        {
            **{n: new(street="曹杨新村街道", neighbourhood="源园居委会") for n in (2, 3, 4)},
            **{n: new(street="曹杨新村街道", neighbourhood=None) for n in range(5, 20)},
            20: wrong(business_area=hidden),
            21: wrong(business_area=hidden),
        },
        notes=("“街道”列的合并单元格（如 D2:D21）已按表中所见填入各行，共 19 行",),
    )


def totals_and_signatures(_place: Putuo) -> Crooked:
    """小计 and 合计 with sums, a signature line, a remark of two lines."""
    rows = [
        [*HEAD, "从业人数"],
        [*line(1), 3],
        ["小计", "", "", "", "", 3],
        [*line(2), 4],
        ["合  计", "2家", "", "", "", "=SUM(F2:F4)"],
        ["单位负责人：王五", "", "审核人：赵六", "", "填表人：孙七 2026.11.20"],
        ["注：本表一式两份。"],
        ["一份留存。"],
    ]
    return Crooked(
        book(rows, lambda sheet: setattr(sheet["F5"], "data_type", "f")),
        {2: new(employees=3), 4: new(employees=4)},
        notes=("第 3、5 行是合计", "第 6 行是填表说明或签名", "第 7、8 等共 2 行只填了未识别的列"),
    )


def header_on_every_printed_page(_place: Putuo) -> Crooked:
    """Title and header again after each page, page numbers between, headings per format."""
    rows = [
        _TITLE,
        HEAD,
        ["一、便利店"],
        line(1),
        ["第 1 页，共 2 页"],
        _TITLE,
        HEAD,
        ["二、菜市场"],
        line(2, sort="菜市场"),
        ["以下空白"],
    ]
    return Crooked(
        book(rows, merge("A1:E1", "A3:E3", "A5:E5", "A6:E6", "A8:E8")),
        {4: new(main_format="便利店"), 9: new(main_format="菜市场")},
        street="曹杨新村街道",
    )


def blank_rows_between(_place: Putuo) -> Crooked:
    """Blank rows, rows of spaces, rows with only a number or a remark that nobody reads."""
    rows = [
        [*HEAD, "备注"],
        line(1),
        [],
        ["  ", "", "　", "", " "],
        [3],
        ["", "", "", "", "", "待补充"],
        line(2),
    ]
    return Crooked(
        book(rows), {2: new(), 7: new()}, notes=("第 5、6 等共 2 行只填了未识别的列", "F 列“备注”")
    )


def example_row_left_in(_place: Putuo) -> Crooked:
    """The template's example still stands above the data, in two fashions."""
    rows = [
        HEAD,
        ["例", "示例便利店（兰溪路店）", "便利店", "曹杨新村街道", "兰溪路1号"],
        ["", "（示例）某某菜场", "菜市场", "曹杨新村街道", "兰溪路2号"],
        line(1),
        line(2, name="示范一号便利（示例）"),
    ]
    return Crooked(book(rows), {4: new(), 5: new()}, notes=("第 2、3 行是填写示例",))


def formulas_and_broken_references(_place: Putuo) -> Crooked:
    """A looked-up name, a sum, #REF! and #N/A where the other workbook is not there."""

    def edit(sheet: Worksheet) -> None:
        sheet["B2"] = "=VLOOKUP(A2,[1]底册!A:B,2,0)"
        sheet["F3"] = "=1+2"
        sheet["C4"].value, sheet["C4"].data_type = "#REF!", "e"
        sheet["E5"].value, sheet["E5"].data_type = "#N/A", "e"

    rows = [[*HEAD, "从业人数"], *([*line(n), 3] for n in range(1, 6))]
    return Crooked(
        book(rows, edit),
        {
            2: wrong(name="是公式，请粘贴为数值"),
            3: wrong(employees="是公式，请粘贴为数值"),
            4: wrong(main_format="公式错误值"),
            5: wrong(address="公式错误值"),
            6: new(),
        },
    )


def hidden_rows_columns_and_filters(_place: Putuo) -> Crooked:
    """A filter is on and hides rows, a column is hidden: all of it is read."""

    def edit(sheet: Worksheet) -> None:
        sheet.auto_filter.ref = "A1:F4"
        sheet.auto_filter.add_filter_column(2, ["便利店"])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["F"].hidden = True

    rows = [[*HEAD, "电话"], [*line(1), "1"], [*line(2, sort="菜市场"), "2"], [*line(3), "3"]]
    return Crooked(
        book(rows, edit),
        {2: new(phone="1"), 3: new(main_format="菜市场", phone="2"), 4: new()},
        notes=("有 1 行在表中被隐藏或筛选掉，同样已读取",),
    )


def three_hundred_columns(_place: Putuo) -> Crooked:
    """A table pasted beside many others: what is not known is named and not read."""
    spare = [f"指标{n}" for n in range(295)]
    return Crooked(
        book([[*HEAD, *spare], [*line(1), *range(295)]]), {2: new()}, notes=("F 列“指标0”",)
    )


def sheets_of_several_streets(_place: Putuo) -> Crooked:
    """A sheet per street under one header: the first is read, the others are named."""
    return Crooked(
        book([HEAD, line(1)], title="曹杨", more={"长风": [HEAD, line(2, street="长风")]}),
        {2: new()},
        notes=("“长风”也有同样的表头，未读取",),
    )


def titles_of_their_own(_place: Putuo) -> Crooked:
    """Nobody's titles: the importer says which column is which."""
    rows = [
        ["编号", "铺子", "卖什么", "归哪里管", "坐落处"],
        line(1, sort="便利商店"),
        line(2, sort="菜场"),
    ]
    return Crooked(
        book(rows),
        {2: new(main_format="便利店", address="兰溪路1号"), 3: new(main_format="菜市场")},
        answers={"name": 1, "main_format": 2, "street": 3, "address": 4},
    )


def one_streets_own_file(_place: Putuo) -> Crooked:
    """No street column, as the whole file is of one street; another ledger names others."""
    rows = [["店名", "业态", "门牌地址"], ["甲便利", "便利店", "兰溪路1号"]]
    return Crooked(book(rows), {2: new(street="真如镇街道")}, street="真如镇街道")


def another_streets_rows_in_a_streets_file(_place: Putuo) -> Crooked:
    """A street's import meets rows of its neighbour and a 区外网点."""
    rows = [[*HEAD, "区外网点"], line(1), line(2, street="长风"), [*line(3, street=""), "是"]]
    return Crooked(
        book(rows),
        {
            2: new(),
            3: wrong(street="本次只能导入曹杨新村街道的网点"),
            4: wrong(outside="请由区商务委导入"),
        },
        street="曹杨新村街道",
    )
