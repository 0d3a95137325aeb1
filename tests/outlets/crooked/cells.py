"""Rows whose cells are crooked: numbers, days, signs, words."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from tests.outlets.crooked.making import (
    HEAD,
    Crooked,
    Expect,
    book,
    line,
    new,
    text,
    with_columns,
    wrong,
)
from tests.outlets.crooked.place import Putuo


def _one_column(title: str, said: Sequence[tuple[Any, Expect]], **options: Any) -> Crooked:
    """Good rows with one more column, and what becomes of each of its cells."""
    rows = with_columns([title], ([cell] for cell, _expected in said))
    return Crooked(
        book(rows, **options), {n: expected for n, (_cell, expected) in enumerate(said, 2)}
    )


def full_width_and_unseen(_place: Putuo) -> Crooked:
    """Full-width digits and letters, brackets of both widths, zero-width signs, an emoji, a line
    break, spaces of all kinds."""
    rows = [
        HEAD,
        line(1, name="全家（Ｎ号店）", address="兰溪路１２３号－Ａ"),
        line(2, name="  甲 乙\u3000便利 "),
        line(3, name="丙\u200b便\ufeff利"),
        line(4, name="🍜老王\n面馆", sort="小吃店"),
        line(5, sort="生鲜超市(菜店)"),
        line(6, sort="【便利店】"),
    ]
    return Crooked(
        book(rows),
        {
            2: new(name="全家(N号店)", address="兰溪路123号-A"),
            3: new(name="甲 乙 便利"),
            4: new(name="丙便利"),
            5: new(name="🍜老王 面馆"),
            6: new(main_format="生鲜超市（菜店）"),
            7: wrong(main_format="是否为“便利店”？"),
        },
    )


def telephone_numbers(_place: Putuo) -> Crooked:
    """As numbers, as text, two in one cell, masked, and one that Excel has rounded."""
    said = [
        (13800000000, new(phone="13800000000")),
        (13800000000.0, new(phone="13800000000")),
        ("021-62000000", new(phone="021-62000000")),
        ("'13800000000", new(phone="13800000000")),
        ("62000000/62000001", new(phone="62000000/62000001")),
        ("138****0000", new(phone="")),
        ("1.38E+10", wrong(phone="末位已丢失")),
        (1.38e17, wrong(phone="末位已丢失")),
        (dt.datetime(2021, 6, 2), wrong(phone="被识别为日期")),
        ("无", new(phone="")),
    ]
    return _one_column("联系电话", said)


def days_however_written(_place: Putuo) -> Crooked:
    """Real dates, serial numbers, dots, Chinese, eight digits, months without a day, nonsense."""
    day = dt.date(2019, 3, 1)
    said = [
        (day, new(opened_on=day)),
        (dt.datetime(2019, 3, 1, 8, 30), new(opened_on=day)),
        (43525, new(opened_on=day)),
        ("43525", new(opened_on=day)),
        ("2019.3.1", new(opened_on=day)),
        ("2019/03/01 00:00:00", new(opened_on=day)),
        ("2019年3月1日", new(opened_on=day)),
        ("２０１９－０３－０１", new(opened_on=day)),
        (20190301, new(opened_on=day)),
        ("2019年3月", wrong(opened_on="无法确定是哪一天")),
        (2019, wrong(opened_on="无法确定是哪一天")),
        ("3/1/2019", wrong(opened_on="无法确定是哪一天")),
        ("2019-02-29", wrong(opened_on="没有这一天")),
        ("2099-01-01", wrong(opened_on="未开业的请填“筹建”")),
        ("1019-03-01", wrong(opened_on="过早")),
        ("不详", new(opened_on=None)),
    ]
    return _one_column("开业时间", said)


def opened_after_closed(_place: Putuo) -> Crooked:
    """Two days and a status that do not go together."""
    rows = [
        [*HEAD, "开业日期", "关闭日期", "营业状态"],
        [*line(1), "2020-01-01", "2019-01-01", ""],
        [*line(2), "2019-01-01", "2020-01-01", "营业"],
        [*line(3), "2019-01-01", "2020-01-01", ""],
        [*line(4), "2019-01-01", "", "已关闭"],
    ]
    return Crooked(
        book(rows),
        {
            2: wrong(closed_on="早于开业日期"),
            3: wrong(status="请更正其一"),
            4: new(status="closed", closed_on=dt.date(2020, 1, 1)),
            5: new(status="closed", closed_on=None),
        },
    )


def days_of_an_old_mac(_place: Putuo) -> Crooked:
    """A workbook whose days count from 1904: dates and bare serial numbers, four years apart."""
    day = dt.date(2019, 3, 1)

    def from_1904(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        sheet.parent.epoch = CALENDAR_MAC_1904

    return _one_column(
        "开业日期",
        [(day, new(opened_on=day)), (43525 - 1462, new(opened_on=day))],
        edit=from_1904,
    )


def areas_with_units(_place: Putuo) -> Crooked:
    """Units behind the number, thousands, ranges, 万, nothing, less than nothing."""
    said = [
        (120, new(business_area=Decimal(120))),
        ("120平米", new(business_area=Decimal(120))),
        ("120 ㎡", new(business_area=Decimal(120))),
        ("１２０．５平方米", new(business_area=Decimal("120.5"))),
        ("1,200m²", new(business_area=Decimal(1200))),
        ("0", new(business_area=Decimal(0))),
        ("/", new(business_area=None)),
        (-5, wrong(business_area="不能小于 0")),
        ("1.2万", wrong(business_area="如 12000")),
        ("100-150", wrong(business_area="不能是范围")),
        ("约120", wrong(business_area="应为数字")),
        (250000, wrong(business_area="请核对单位是否为平方米")),
        (33.333, wrong(business_area="最多 2 位小数")),
    ]
    return _one_column("营业面积（平方米）", said)


def persons_in_words(_place: Putuo) -> Crooked:
    """5人, 3-5, 两人, half a person."""
    said = [
        ("5人", new(employees=5)),
        ("５名", new(employees=5)),
        (5.0, new(employees=5)),
        ("3-5", wrong(employees="不能是范围")),
        ("3～5人", wrong(employees="不能是范围")),
        ("两人", wrong(employees="应为数字")),
        (2.5, wrong(employees="应为整数")),
        ("不详", new(employees=None)),
    ]
    return _one_column("从业人员", said)


def states_in_words(_place: Putuo) -> Crooked:
    """What people call open, closed, shut for now, not yet."""
    said = {
        "正常": "open",
        "在营": "open",
        "存续": "open",
        "": "open",
        "装修": "preparing",
        "歇业": "suspended",
        "停业整顿": "suspended",
        "注销": "closed",
        "关停": "closed",
        "搬迁": "moved",
    }
    rows: list[tuple[Any, Expect]] = [(word, new(status=state)) for word, state in said.items()]
    return _one_column("经营状态", [*rows, ("半死不活", wrong(status="可填：营业"))])


def formats_in_words(_place: Putuo) -> Crooked:
    """Aliases, codes, a slip of the pen, a word of another list, a category that contradicts."""
    said = [
        (("便利商店", ""), new(main_format="便利店")),
        (("农贸市场", "基本"), new(main_format="菜市场")),
        (("wet_market", ""), new(main_format="菜市场")),
        (("菜店", "基本保障类"), new(main_format="生鲜超市（菜店）")),
        (("遍利店", ""), wrong(main_format="是否为“便利店”？")),
        (("零售业", ""), wrong(main_format="不在可选范围内")),
        (("便利店、早餐店", ""), wrong(main_format="只能填一项，现有 2 项（便利店、早餐店）")),
        (("便利店/早餐店", ""), wrong(main_format="请只留主要的一项")),
        (("便利店", "品质提升类"), wrong(format_category="属于基本保障类")),
        (("特色餐饮", "基本"), wrong(format_category="属于品质提升类")),
        (("", ""), wrong(main_format="必填")),
    ]
    rows = [
        [*HEAD, "业态类别"],
        *([*line(n, sort=sort), kind] for n, ((sort, kind), _e) in enumerate(said, 1)),
    ]
    return Crooked(book(rows), {n: expected for n, (_cells, expected) in enumerate(said, 2)})


def services_in_one_cell(_place: Putuo) -> Crooked:
    """Several services with every separator that people use."""
    both = new(services=["打印复印", "代收代发"])
    said = [
        *((f"打印复印{sign}代收代发", both) for sign in "、，,；;\n"),
        ("复印 、 快递代收、打印", both),
        *((f"打印复印{sign}代收代发", both) for sign in ("/", " ", "和", "+", " / ")),
        ("便利店+早餐服务", new(services=["早餐服务"])),
        ("打印复印/登月", wrong(services="不在可选范围内")),
        ("打印复印、登月", wrong(services="“登月”不在可选范围内")),
        ("无", new(services=[])),
    ]
    return _one_column("一店多能", said)


def flags_by_sign(_place: Putuo) -> Crooked:
    """Ticks, crosses, figures, 有 and 无; a circle means something else in every office."""
    yes = ("是", "有", "√", "✓", "✔", 1, "１", "1", True, "Y", "对")
    no = ("否", "无", "×", 0, "没有", "N", False)
    return _one_column(
        "支持现金",
        [
            *((sign, new(cash_accepted=True)) for sign in yes),
            *((sign, new(cash_accepted=False)) for sign in no),
            ("○", wrong(cash_accepted="应填“是”或“否”")),
            ("部分", wrong(cash_accepted="应填“是”或“否”")),
            ("/", new(cash_accepted=None)),
        ],
    )


def texts_that_are_formulas(_place: Putuo) -> Crooked:
    """What a spreadsheet would run, typed as text or behind an apostrophe: kept as text."""
    rows = [
        HEAD,
        line(1, name="=1+1"),
        line(2, name="'+曹杨便利"),
        line(3, name="@so"),
        line(4, name='\'=HYPERLINK("http://x")'),
    ]
    return Crooked(
        text(rows),
        {
            2: new(name="=1+1"),
            3: new(name="+曹杨便利"),
            4: new(name="@so"),
            5: new(name='=HYPERLINK("http://x")'),
        },
        filename="台账.csv",
    )


def signs_for_nothing(_place: Putuo) -> Crooked:
    """Every empty cell has its stroke: none of them is a value, none of them an error."""
    titles = ["统一社会信用代码", "开业日期", "从业人数", "品牌", "联系人", "许可证", "连锁类型"]
    rows = with_columns(titles, ([sign] * len(titles) for sign in ("/", "—", "-", "——", "")))
    nothing = new(enterprise=None, opened_on=None, employees=None, contact="", chain_kind="")
    return Crooked(book(rows), {n: nothing for n in range(2, 7)})


def very_long_texts(_place: Putuo) -> Crooked:
    """A whole story in the name; an address longer than any door plate."""
    rows = [HEAD, line(1, name="长" * 121), line(2, address="路" * 5000), line(3)]
    return Crooked(
        book(rows),
        {
            2: wrong(name="最多 120 个字符，现有 121 个"),
            3: wrong(address="现有 5000 个"),
            4: new(),
        },
    )
