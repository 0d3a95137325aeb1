"""What a rule's JSON is made of, as tables: parts, their columns, and rows laid flat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidies.models import PolicyItem
from subsidies.services.prefilling import SOURCES as PREFILLED

Row = dict[str, Any]
Pairs = tuple[tuple[str, Any], ...]

INPUT_KINDS: Pairs = (
    ("money", _("金额（元）")),
    ("number", _("数量")),
    ("date", _("日期")),
    ("flag", _("是否")),
    ("choice", _("选项")),
)
SOURCES: Pairs = tuple((code, told[0]) for code, told in PREFILLED.items())
CONDITION_KINDS: Pairs = (
    ("compare", _("与标准比较")),
    ("ratio", _("与另一数据之比")),
    ("not_blacklisted", _("未列入失信名单")),
    ("not_funded", _("若干年内未获同类支持")),
    ("first_time", _("首次获得本事项支持")),
)
OPS: Pairs = (
    (">=", _("不低于（≥）")),
    (">", _("高于（>）")),
    ("<=", _("不高于（≤）")),
    ("<", _("低于（<）")),
    ("=", _("等于（=）")),
    ("in", _("属于其一")),
)
STEP_KINDS: Pairs = (
    ("take", _("取填报数据")),
    ("fixed", _("定额")),
    ("times", _("乘以数量")),
    ("rate", _("乘以比例")),
    ("cap", _("最高支持金额")),
)
ROUNDS: Pairs = (("fen", _("四舍五入到分")), ("none", _("本步不舍入")))
BONUS_HOWS: Pairs = (("instead", _("改按")), ("plus", _("另加")))
PERS: Pairs = (
    ("applicant", _("每家企业累计")),
    ("applicant_year", _("每家企业每年")),
    ("item_year", _("本事项每家企业每年")),
    ("clause_year", _("本事项全区每年")),
    ("outlet", _("每个网点累计")),
)
SPENT: Pairs = (
    *PERS,
    ("applicant_count", _("每家企业累计个数")),
    ("applicant_year_count", _("每家企业每年个数")),
    ("item_year_count", _("本事项每家企业每年个数")),
    ("clause_year_count", _("本事项全区每年个数")),
    ("outlet_count", _("每个网点累计个数")),
)
ABOUT: Pairs = (
    ("on", _("判定日期")),
    ("blacklisted", _("已列入失信名单")),
    ("funded_on", _("曾获支持日期")),
    ("item_on", _("曾获本事项支持日期")),
)


@dataclass(frozen=True)
class Cell:
    """One column of a part.

    kind  text | key | choice | flag | whole | number | money | share | input | standard |
          options | table | bonus | given | spent | about | expected (`subsidies.celltexts`)
    """

    name: str
    label: Any
    kind: str = "text"
    choices: Pairs = ()
    default: Any = ""
    help: Any = ""
    width: int | None = None


@dataclass(frozen=True)
class Part:
    """Rows of one sort in a rule; `named` is the column that people know a row by."""

    name: str
    label: Any
    cells: tuple[Cell, ...]
    named: str = "label"
    key: str = "key"

    def cell(self, name: str) -> Cell | None:
        """The column of that name."""
        return next((cell for cell in self.cells if cell.name == name), None)


_KEY = Cell("key", _("编码"), "key")
_CLAUSE = Cell("clause", _("依据条款"), width=20)
INPUTS = Part(
    "inputs",
    _("填报数据"),
    (
        _KEY,
        Cell("label", _("名称"), width=24),
        Cell("kind", _("类型"), "choice", INPUT_KINDS),
        Cell("unit", _("单位")),
        Cell("required", _("必填"), "flag", default=True),
        Cell("options", _("选项"), "options", width=30, help=_("每行一项，写成“编码 | 选项”")),
        Cell("source", _("系统带出"), "choice", SOURCES),
        Cell("help", _("填报说明"), width=40),
    ),
)
CONDITIONS = Part(
    "conditions",
    _("申报条件"),
    (
        _KEY,
        Cell("label", _("条件"), width=30),
        Cell("kind", _("判断方式"), "choice", CONDITION_KINDS),
        Cell("input", _("看哪项数据"), "input"),
        Cell("op", _("比较"), "choice", OPS),
        Cell(
            "value",
            _("标准"),
            "standard",
            help=_("比例写成百分数，如 70%；多个选项用“、”隔开；空着表示标准待定"),
        ),
        Cell("other", _("与哪项数据之比"), "input"),
        Cell("years", _("年数"), "whole", default=None),
        _CLAUSE,
    ),
)
_TABLE = _(
    "每行一档：按数值分档写成“1000～3000：200000”（含起点、不含终点，两头可空），按选项分档写成“选项：标准”；标准写“待定”表示未知"
)
STEPS = Part(
    "steps",
    _("计算步骤"),
    (
        _KEY,
        Cell("label", _("步骤"), width=24),
        Cell("kind", _("算法"), "choice", STEP_KINDS),
        Cell("input", _("取哪项数据"), "input"),
        Cell(
            "value",
            _("标准"),
            "standard",
            help=_("比例写成百分数，如 30%；金额以元为单位；没有分档又空着，表示标准待定"),
        ),
        Cell("by", _("按哪项数据分档"), "input"),
        Cell("table", _("分档标准"), "table", width=34, help=_TABLE),
        Cell(
            "bonus",
            _("比例加成"),
            "bonus",
            width=30,
            help=_("每行一项，写成“数据名称：改按 70%”或“数据名称：另加 10%”"),
        ),
        Cell("limit_value", _("限额"), "number"),
        Cell("limit_by", _("限额按哪项数据分档"), "input"),
        Cell("limit_table", _("分档限额"), "table", width=34, help=_TABLE),
        Cell("most", _("最多计几个"), "number"),
        Cell("rounds", _("舍入"), "choice", ROUNDS, default="fen"),
        _CLAUSE,
    ),
)
CAPS = Part(
    "caps",
    _("累计限额"),
    (
        Cell("per", _("限额范围"), "choice", PERS),
        Cell("amount", _("最高金额（元）"), "money"),
        Cell("count", _("最多个数"), "whole", default=None),
        Cell("label", _("名称"), width=30),
        _CLAUSE,
    ),
    key="",
)
INSTALMENTS = Part(
    "instalments",
    _("分期拨付"),
    (
        Cell("share", _("比例"), "share"),
        Cell("year_offset", _("第几年后"), "whole", default=0, help=_("0 为批次当年，1 为次年")),
        Cell("condition", _("拨付条件"), width=40),
        Cell("months", _("须满月数"), "whole", default=None),
    ),
    named="condition",
    key="",
)
EVIDENCE = Part(
    "evidence",
    _("申报材料"),
    (
        _KEY,
        Cell("label", _("材料名称"), width=40),
        Cell("required", _("必需"), "flag", default=True),
        Cell("note", _("要求"), width=50),
    ),
)
EXAMPLES = Part(
    "examples",
    _("算例"),
    (
        Cell("name", _("算例"), width=30),
        Cell("given", _("填报数据"), "given", width=34, help=_("每行一项，写成“数据名称：数值”")),
        Cell(
            "spent", _("此前已获"), "spent", width=30, help=_("每行一项，写成“每家企业每年：58000”")
        ),
        Cell(
            "about", _("其他情况"), "about", width=30, help=_("每行一项，如“判定日期：2026-03-01”")
        ),
        Cell("expected", _("应得金额（元）"), "expected", help=_("空着表示应为“算不出”")),
        Cell("ineligible", _("应不符合条件"), "flag", default=False),
        Cell("note", _("说明"), width=40),
    ),
    named="name",
    key="",
)
PARTS = (INPUTS, CONDITIONS, STEPS, CAPS, INSTALMENTS, EVIDENCE, EXAMPLES)
COMMON_PARTS = (INPUTS, CONDITIONS, CAPS, EVIDENCE)
BY_NAME = {part.name: part for part in PARTS}

# A policy's own columns, and an item's beside its rule.
OWN = (
    "code",
    "name",
    "fund",
    "document_number",
    "issuer",
    "valid_from",
    "valid_to",
    "source",
    "clause",
    "note",
    "is_official",
    "is_reference",
)
ITEM = ("key", "ref", "name", "form", "text", "applicants", "stack_group")
_LIMIT = ("value", "by", "table")


def item_label(name: str) -> str:
    """An item's column for people."""
    field: Any = PolicyItem._meta.get_field(name)
    return str(field.verbose_name)


def flat(part: Part, row: Mapping[str, Any]) -> Row:
    """A row of the JSON with a value in every column; a step's limit in columns of its own."""
    limit = row.get("limit") or {}
    found = {}
    for cell in part.cells:
        head, _under, rest = cell.name.partition("_")
        if part is STEPS and head == "limit" and rest in _LIMIT:
            value = limit.get(rest)
        else:
            value = row.get(cell.name, cell.default)
        found[cell.name] = cell.default if value is None and cell.kind == "text" else value
    return found


def nested(part: Part, row: Mapping[str, Any]) -> Row:
    """The row of the JSON for a flat one."""
    limit: Row = {}
    found: Row = {}
    for name, value in row.items():
        head, _under, rest = name.partition("_")
        if part is STEPS and head == "limit" and rest in _LIMIT:
            if value not in (None, "", []):
                limit[rest] = value
        else:
            found[name] = value
    if part is STEPS:
        found["limit"] = limit or None
    return found


def flat_place(part: Part, path: Sequence[str]) -> str:
    """The flat column that a fault's path below its row names: `limit.table.2.value`."""
    if not path:
        return ""
    if part is STEPS and path[0] == "limit":
        return f"limit_{path[1]}" if len(path) > 1 else "limit_value"
    return path[0]
