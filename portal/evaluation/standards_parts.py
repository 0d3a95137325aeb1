"""The parts of a standard's draft, each with its editor."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.contents import content_of
from assessments.models import Standard
from assessments.services.standards import change_standard, replace_part
from portal.editing.editor import Editor, FormEditor, RowsEditor
from portal.editing.rows import Rows, short
from portal.evaluation.standards_document import OF_DIMENSION
from portal.evaluation.standards_figures import figure_choices, units
from portal.evaluation.standards_forms import (
    LEVELS,
    ChecklistRow,
    HeadForm,
    LevelForm,
    checklist_initial,
    items_by_key,
    pickers,
)
from portal.evaluation.standards_items import FIELD_OF, DimensionRow, ItemRow, item_initial

# What a whole scorecard comes to.
FULL = Decimal(100)


class HeadEditor(FormEditor):
    """基本信息."""

    part, title = "head", gettext_lazy("基本信息")
    template = "evaluation/standard_head.html"

    def __init__(self, row: Standard, data: Any = None) -> None:
        super().__init__(row, data)
        self.form = HeadForm.of(row, data)

    def save(self, **common: Any) -> None:
        """Its own columns."""
        values = {k: v for k, v in self.form.cleaned_data.items() if k != "seen_version"}
        change_standard(standard=self.row, values=values, **common)


class LevelsEditor(Editor):
    """等级条件."""

    part, title = "levels", gettext_lazy("等级条件")
    template = "evaluation/standard_levels.html"

    def __init__(self, row: Standard, data: Any = None) -> None:
        super().__init__(row, data)
        self.items = items_by_key(row)
        standing = {one.level: one for one in row.levels.all()}
        self.forms = [
            LevelForm(
                data,
                level=level,
                items=self.items,
                initial=LevelForm.initial_of(standing[level], self.items)
                if level in standing
                else {"used": not standing},
            )
            for level, _label in LEVELS
        ]

    def is_valid(self) -> bool:
        """Whether all three are; all are looked at."""
        return all([form.is_valid() for form in self.forms])

    def save(self, **common: Any) -> None:
        """The levels that are ticked."""
        rows = [form.row() for form in self._used()]
        replace_part(standard=self.row, part=self.part, rows=rows, **common)

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """`levels.2.min_basic`: the second of those that were ticked."""
        used = self._used()
        if len(path) != 3 or not path[1].isdecimal() or not 0 < int(path[1]) <= len(used):
            return False
        form = used[int(path[1]) - 1]
        form.add_error(path[2] if path[2] in form.fields else None, reasons)
        return True

    def _used(self) -> list[LevelForm]:
        return [form for form in self.forms if form.cleaned_data.get("used")]

    @property
    def names(self) -> dict[str, Any]:
        """The table by rows: one figure of all levels."""
        return {
            "figures": [
                {"label": self.forms[0][name].label, "fields": [form[name] for form in self.forms]}
                for name in LevelForm.figures
            ],
            "pickers": {"items": self.items},
        }


class ChecklistEditor(RowsEditor):
    """分型表."""

    part, title = "checklist_items", gettext_lazy("分型表")
    template = "evaluation/standard_checklist.html"

    def __init__(self, row: Standard, data: Any = None) -> None:
        super().__init__(row, data)
        self.pickers = pickers()
        items = row.checklist_items.order_by("sort", "id")
        self.rows = Rows(
            ChecklistRow,
            "rows",
            data=data,
            initial=checklist_initial(items),
            options={"pickers": self.pickers},
        )

    def save(self, **common: Any) -> None:
        """All rows in their order."""
        replace_part(standard=self.row, part=self.part, rows=self.rows.cleaned, **common)

    @property
    def names(self) -> dict[str, Any]:
        """What may be ticked."""
        return {"pickers": self.pickers}


class DimensionsEditor(RowsEditor):
    """评价表: its dimensions."""

    part, title = "dimensions", gettext_lazy("评价维度")
    template = "evaluation/standard_dimensions.html"

    def __init__(self, row: Standard, data: Any = None) -> None:
        super().__init__(row, data)
        self.standing = {one["key"]: one for one in content_of(row)["dimensions"]}
        initial = row.dimensions.order_by("sort", "id").values("key", "name", "points")
        self.rows = Rows(DimensionRow, "rows", data=data, initial=initial)
        for form in self.rows.forms:
            key = str(form["key"].value() or "")
            vars(form)["items"] = self._items(key)

    def save(self, **common: Any) -> None:
        """The dimensions in their order, their items as they stand."""
        rows = [{**one, "items": self._items(one["key"])} for one in self.rows.cleaned]
        replace_part(standard=self.row, part=self.part, rows=rows, **common)

    def _items(self, key: str) -> list[Any]:
        found: list[Any] = self.standing.get(key, {}).get("items", [])
        return found

    @property
    def names(self) -> dict[str, Any]:
        """The sum of the dimensions."""
        return {"sum": sum_of(self.rows, FULL)}

    def following(self, asked: str) -> str:
        """The items of the dimension in the row of that number."""
        for form in self.rows.forms:
            if form.number == asked:
                return part_url(self.row, f"{OF_DIMENSION}{form.cleaned_data['key']}")
        return ""


class ItemsEditor(RowsEditor):
    """The items of one dimension."""

    part = "items"
    template = "evaluation/standard_items.html"
    columns = FIELD_OF

    def __init__(self, row: Standard, data: Any = None, *, dimension: Any) -> None:
        super().__init__(row, data)
        self.dimension = dimension
        self.title = _("%(dimension)s：评价项目") % {"dimension": dimension.name}
        self.pickers = pickers()
        self.figures = figure_choices(items_by_key(row))
        self.standing = content_of(row)["dimensions"]
        self.rows = Rows(
            ItemRow,
            "rows",
            data=data,
            initial=[item_initial(one) for one in dimension.items.order_by("sort", "id")],
            options={"figures": self.figures, "formats": self.pickers["formats"]},
        )

    def save(self, **common: Any) -> None:
        """This dimension's items; the others as they stand."""
        items = [form.row() for form in self.rows.forms]  # type: ignore[attr-defined]
        rows = [
            {**one, "items": items} if one["key"] == self.dimension.key else one
            for one in self.standing
        ]
        replace_part(standard=self.row, part="dimensions", rows=rows, **common)

    def place(self, path: list[str], reasons: list[str]) -> bool:
        """`dimensions.1.items.3.points`: at the third row, when it is of this dimension."""
        if len(path) == 5 and path[1].isdecimal() and path[3].isdecimal():
            place = int(path[1]) - 1
            if self.standing[place]["key"] == self.dimension.key:
                return self.rows.refuse(int(path[3]), FIELD_OF.get(path[4], path[4]), reasons)
        return False

    @property
    def names(self) -> dict[str, Any]:
        """Units of what may be picked, and the dimensions beside this one."""
        others = list(self.row.dimensions.order_by("sort", "id"))
        return {
            "units": units(self.figures),
            "dimension": self.dimension,
            "dimensions": others,
            "sum": sum_of(self.rows, self.dimension.points),
        }

    def following(self, asked: str) -> str:
        """Another dimension's items."""
        known = {f"{OF_DIMENSION}{one['key']}" for one in self.standing}
        return part_url(self.row, asked) if asked in known else ""


PARTS: dict[str, type[Editor]] = {
    made.part: made for made in (HeadEditor, LevelsEditor, ChecklistEditor, DimensionsEditor)
}


def part_url(row: Standard, part: str) -> str:
    """The address of a part's editor."""
    return reverse("evaluation:standard_part", args=[row.pk, part])


def sum_of(rows: Rows, target: Decimal) -> dict[str, str]:
    """The points of the rows as they are shown, beside what they should come to."""
    total = sum((_points(form["points"].value()) for form in rows.forms), start=Decimal(0))
    told = {"total": short(total), "target": short(target)}
    if total == target:
        return told | {"status": "good", "word": _("正好")}
    off = {"n": short(abs(target - total))}
    word = _("还差 %(n)s 分") % off if total < target else _("超出 %(n)s 分") % off
    return told | {"status": "warn", "word": word}


def _points(text: Any) -> Decimal:
    try:
        made = Decimal(str(text))
    except InvalidOperation:
        return Decimal(0)
    return made if made.is_finite() and abs(made) < 10**6 else Decimal(0)
