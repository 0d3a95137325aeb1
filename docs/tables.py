"""What of the handbook the program itself knows best: indicators, columns, the empty ledger."""

import json
from collections.abc import Iterable
from pathlib import Path

from django.core.management import call_command
from django.utils import translation

from core.spreadsheets import template
from metrics.indicators import Basis, Unit, all_indicators
from outlets.ledger_columns import LEDGER, ledger_columns
from territory.models import District

HANDBOOK = Path(__file__).resolve().parent / "handbook"
DOCUMENTS = Path(__file__).resolve().parent.parent / "fixtures" / "documents.json"
MADE = "<!-- 由 make docs 生成，请勿手工修改 -->"
UNITS = {
    Unit.SHARE: "%",
    Unit.COUNT: "个（种）",
    Unit.PERSONS: "人",
    Unit.METRES: "米",
    Unit.RATE: "数值",
    Unit.SQUARE_METRES: "平方米",
    Unit.TIMES: "场",
    Unit.POINTS: "分",
}
BASES = {Basis.TARGET: "目标", Basis.STATISTIC: "统计", Basis.ANALYSIS: "分析"}
SCOPES = {"C": "生活圈", "S": "街道（镇）", "D": "全区"}


def write() -> None:
    """The tables in Chinese, and the ledger to fill in."""
    for name, text in texts().items():
        (HANDBOOK / name).write_text(text, encoding="utf-8")
        print(f"docs/handbook/{name}")
    with translation.override("zh-hans"):
        _form()


def texts() -> dict[str, str]:
    """The tables by file name."""
    with translation.override("zh-hans"):
        made = {"indicators.md": _indicators(), "ledger.md": _ledger()}
    return {
        name: "\n".join([lines[0], "", MADE, *lines[1:]]) + "\n" for name, lines in made.items()
    }


def _form() -> None:
    """The choices in its lists are rows of the database, so it is made with the reference rows."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    made = template(ledger_columns(District.objects.get()), title="商业网点台账")
    (HANDBOOK / "ledger-template.xlsx").write_bytes(made)
    print("docs/handbook/ledger-template.xlsx")


def _indicators() -> list[str]:
    names = {d["code"]: d["short_title"] for d in json.loads(DOCUMENTS.read_text())["documents"]}
    rows = [
        (
            str(one.name),
            f"`{one.code}`",
            UNITS[one.unit],
            "、".join(SCOPES[scope] for scope in one.scopes if scope in SCOPES),
            BASES[one.basis],
            str(one.formula),
            f"{names[one.clause[0]]} {one.clause[1]}" if one.clause else "—",
        )
        for one in all_indicators()
    ]
    return [
        "# 指标词典",
        "",
        "每项指标的口径。“目标”有文件规定的目标值，“统计”为文件要求掌握的数据，"
        "“分析”为平台辅助研判的数据，不作为考核依据。",
        "",
        "> 步行速度、各业态步行时限、必备业态组、连锁最少门店数、数据覆盖下限等参数，"
        "正式文件没有公布的，平台采用默认值，凡用到的指标均标注“待区商务委确认”。"
        "确认后由系统管理员录入新的测算规则，已定稿的数据不受影响。",
        "",
        *_table(("指标", "代码", "单位", "范围", "性质", "口径", "依据"), rows),
    ]


def _ledger() -> list[str]:
    rows = [
        (
            str(column.title),
            "必填" if column.required else "",
            "、".join(str(choice.label) for choice in column.choices),
            "、".join(map(str, column.aliases[:4])),
            str(column.help),
        )
        for column in LEDGER
    ]
    return [
        "# 商业网点台账各列",
        "",
        "列的先后不限；表头写成“也认的写法”同样能识别，没有列入的列不导入，导入后会列出。",
        "",
        *_table(("列名", "必填", "可填内容", "也认的写法", "说明"), rows),
    ]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *([*row] for row in rows)]
    return [f"| {' | '.join(cell.replace('|', '／') for cell in line)} |" for line in lines]
