"""What standards and questionnaires are made of: their columns, and rows cleaned into one form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import (
    ChecklistItem,
    Dimension,
    Question,
    Questionnaire,
    ScoreItem,
    Standard,
    StandardLevel,
)
from assessments.shapes import (
    CODES,
    CONDITION,
    CURVE,
    GROUPS,
    OPTIONS,
    SCALE,
    Shape,
    lines_of,
)
from core.numbers import number_text
from core.text import one_line

Row = dict[str, Any]
_LONGEST = 4000
_POSITIVE = frozenset({"points", "step"})
_FRACTIONS = frozenset({"min_satisfaction", "min_basic_satisfaction", "review_share"})


@dataclass(frozen=True)
class Part:
    """Rows of one sort: their columns in order, which of them names a row, what rows they hold.

    `check` sees a whole clean row; it returns the column that is wrong and why, or None.
    """

    name: str
    label: Any
    model: type[models.Model]
    columns: tuple[str, ...]
    key: str = "key"
    title: str = "label"
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    inner: "Part | None" = None
    check: Callable[[Row], tuple[str, str] | None] = lambda _row: None

    def column_label(self, name: str) -> str:
        """The column's name for people."""
        return str(self.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    def text(self, name: str, value: Any) -> str:
        """A canonical value as people read it."""
        if name in self.shapes:
            return self.shapes[name].text(value)
        if isinstance(value, bool):
            return _("是") if value else _("否")
        choices = dict(getattr(self.model._meta.get_field(name), "flatchoices", ()) or ())
        return str(choices.get(value, "" if value is None else value))


@dataclass(frozen=True)
class Fault:
    """What is wrong in a row: at `levels.2` or `dimensions.1.items.3`, in which column."""

    at: str
    column: str
    label: str
    message: str


def _source_fits(row: Row) -> tuple[str, str] | None:
    judged = row["kind"] == ScoreItem.Kind.JUDGED
    if judged and row["source"]:
        return "source", _("专家评分的项目没有数据来源")
    if not judged and not row["source"]:
        return "source", _("自动计分的项目须选数据来源")
    return None


STANDARD = Part(
    "standard",
    gettext_lazy("基本信息"),
    Standard,
    (
        "code",
        "name",
        "valid_from",
        "valid_to",
        "source",
        "clause",
        "note",
        "is_official",
        "questionnaire",
        "experts",
        "aggregation",
        "divergence",
        "review_share",
        "min_answers",
    ),
    title="name",
)
LEVELS = Part(
    "levels",
    gettext_lazy("等级条件"),
    StandardLevel,
    (
        "level",
        "min_basic",
        "min_quality",
        "required",
        "min_score",
        "min_satisfaction",
        "min_basic_satisfaction",
    ),
    key="level",
    title="level",
    shapes={"required": GROUPS},
)
CHECKLIST = Part(
    "checklist_items",
    gettext_lazy("分型表"),
    ChecklistItem,
    (
        "key",
        "label",
        "category",
        "formats",
        "services",
        "facility_form",
        "facility_kinds",
        "source",
    ),
    shapes={"formats": CODES, "services": CODES, "facility_kinds": CODES},
)
ITEMS = Part(
    "items",
    gettext_lazy("评价项目"),
    ScoreItem,
    (
        "key",
        "name",
        "points",
        "kind",
        "guide",
        "evidence",
        "photo_required",
        "step",
        "scale",
        "source",
        "source_code",
        "source_part",
        "curve",
        "curve_points",
    ),
    title="name",
    shapes={"scale": SCALE, "curve_points": CURVE},
    check=_source_fits,
)
DIMENSIONS = Part(
    "dimensions",
    gettext_lazy("评价表"),
    Dimension,
    ("key", "name", "points"),
    title="name",
    inner=ITEMS,
)
QUESTIONNAIRE = Part(
    "questionnaire",
    gettext_lazy("基本信息"),
    Questionnaire,
    ("code", "name", "purpose", "intro", "source", "clause", "is_official"),
    title="name",
)
QUESTIONS = Part(
    "questions",
    gettext_lazy("题目"),
    Question,
    ("key", "text", "kind", "options", "required", "most", "shown_if", "measures"),
    title="text",
    shapes={"options": OPTIONS, "shown_if": CONDITION},
)
PARTS = {
    part.name: part
    for part in (STANDARD, LEVELS, CHECKLIST, DIMENSIONS, ITEMS, QUESTIONNAIRE, QUESTIONS)
}
LEVEL_ORDER = [code for code, _label in StandardLevel._meta.get_field("level").flatchoices]


def clean_value(part: Part, name: str, raw: Any) -> Any:
    """One column's canonical value. ValidationError."""
    if name in part.shapes:
        return part.shapes[name].clean(raw)
    column: Any = part.model._meta.get_field(name)
    if isinstance(column, models.CharField | models.TextField):
        tidy = lines_of if isinstance(column, models.TextField) else one_line
        text = tidy("" if raw is None else str(raw))
        if len(text) > _LONGEST:
            raise ValidationError(_("最多 %(limit)d 个字") % {"limit": _LONGEST})
        return column.clean(text, None)
    if raw in (None, ""):
        if column.null:
            return None
        raise ValidationError(_("必填"))
    if isinstance(column, models.DecimalField):
        return _decimal(column, name, raw)
    if isinstance(column, models.DateField):
        return column.clean(raw, None).isoformat()
    # A fraction of a count is a mistake, not to be cut off.
    return column.clean(number_text(raw) if isinstance(raw, float) else raw, None)


def _decimal(column: Any, name: str, raw: Any) -> str:
    text = number_text(raw)
    column.clean(Decimal(text), None)
    if name in _POSITIVE and Decimal(text) <= 0:
        raise ValidationError(_("应大于 0"))
    if name in _FRACTIONS and not 0 <= Decimal(text) <= 1:
        raise ValidationError(_("应为 0 至 1 的比例，如 0.9 表示 90%"))
    if Decimal(text) < 0:
        raise ValidationError(_("不能小于 0"))
    return text


def clean_rows(
    part: Part, rows: Sequence[Mapping[str, Any]], faults: list[Fault], at: str = ""
) -> list[Row]:
    """Rows with every column in canonical form; what is wrong is added to `faults`."""
    found = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        place = f"{at}{part.name}.{number}"
        clean = _clean_row(part, row, faults, place)
        key = clean.get(part.key)
        if key and key in seen:
            told = {"key": part.text(part.key, key)}
            faults.append(_fault(part, place, part.key, _("“%(key)s”重复") % told))
        seen.add(key or "")
        found.append(clean)
    return found


def _clean_row(part: Part, row: Any, faults: list[Fault], place: str) -> Row:
    clean: Row = {}
    before = len(faults)
    if not isinstance(row, Mapping):
        faults.append(Fault(place, "", "", _("应为一行数据")))
        return clean
    inner = (part.inner.name,) if part.inner else ()
    for name in row:
        if name not in (*part.columns, *inner):
            faults.append(Fault(place, str(name), str(name), _("没有这一列")))
    for name in part.columns:
        column: Any = part.model._meta.get_field(name)
        try:
            clean[name] = clean_value(part, name, row.get(name, column.get_default()))
        except ValidationError as error:
            faults.append(_fault(part, place, name, " ".join(error.messages)))
    if len(faults) == before and (wrong := part.check(clean)):
        faults.append(_fault(part, place, *wrong))
    if part.inner:
        rows = row.get(part.inner.name) or []
        rows = rows if isinstance(rows, list | tuple) else [rows]
        clean[part.inner.name] = clean_rows(part.inner, rows, faults, f"{place}.")
    return clean


def _fault(part: Part, place: str, column: str, message: str) -> Fault:
    return Fault(place, column, part.column_label(column), message)


def repeated_inner(part: Part, rows: Sequence[Row]) -> str:
    """A key that inner rows of different rows share, or "": scores go by inner keys alone."""
    if not part.inner:
        return ""
    keys = [inner.get(part.inner.key, "") for row in rows for inner in row[part.inner.name]]
    return next((key for at, key in enumerate(keys) if key and key in keys[:at]), "")


def refuse(faults: Iterable[Fault]) -> None:
    """Raise what was found wrong as a ValidationError by place and column."""
    told: dict[str, list[str]] = {}
    for fault in faults:
        rows = [word for word in fault.at.split(".") if word.isdigit()]
        where = _("第 %(row)s 行“%(column)s”：%(message)s") % {
            "row": "-".join(rows),
            "column": fault.label,
            "message": fault.message,
        }
        told.setdefault(f"{fault.at}.{fault.column}".rstrip("."), []).append(where)
    if told:
        raise ValidationError(told)


def value_of(part: Part, row: models.Model, name: str) -> Any:
    """A stored column in canonical form."""
    value = getattr(row, name)
    if name in part.shapes:
        return part.shapes[name].clean(value)
    if isinstance(part.model._meta.get_field(name), models.DecimalField):
        return None if value is None else number_text(value)
    return value


def rows_of(part: Part, rows: Iterable[models.Model]) -> list[Row]:
    """Stored rows in canonical form."""
    found = []
    for row in rows:
        told = {name: value_of(part, row, name) for name in part.columns}
        if part.inner:
            told[part.inner.name] = rows_of(part.inner, getattr(row, part.inner.name).all())
        found.append(told)
    return found
