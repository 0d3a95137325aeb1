"""The forms of a scorecard: its dimensions, and the items of one of them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import ScoreItem
from portal.editing.rows import Line, LinesField, NumberField, RowForm, short
from portal.evaluation.standards_figures import (
    THERE_OR_NOT,
    YES_NO,
    Choices,
    curve_of,
    nodes_of,
    takes_format,
    unit_of,
)

Kind = ScoreItem.Kind
SAME = ("key", "name", "points", "kind", "guide", "evidence", "photo_required")
# The form's fields of columns that they do not share a name with.
FIELD_OF = {
    "source": "figure",
    "source_code": "figure",
    "source_part": "part",
    "curve_points": "nodes",
}


class PointsField(NumberField):
    """Points, more than none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=Decimal("0.01"),
            max_value=Decimal(999),
            max_digits=5,
            decimal_places=2,
            **options,
        )


class DimensionRow(RowForm):
    """A dimension and its points; its items have a page of their own."""

    name = forms.CharField(label=gettext_lazy("维度"), max_length=40)
    points = PointsField(label=gettext_lazy("分值"))


class ItemRow(RowForm):
    """One item: judged by experts, or computed from a figure along a curve."""

    name = forms.CharField(label=gettext_lazy("评价项目"), max_length=80)
    points = PointsField(label=gettext_lazy("满分"))
    kind = forms.ChoiceField(label=gettext_lazy("计分方式"), choices=Kind.choices)
    guide = forms.CharField(
        label=gettext_lazy("评分说明"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = forms.CharField(label=gettext_lazy("所需佐证"), max_length=200, required=False)
    photo_required = forms.BooleanField(label=gettext_lazy("须附照片"), required=False)
    step = NumberField(
        label=gettext_lazy("评分步长（分）"),
        initial=Decimal("0.5"),
        min_value=Decimal("0.01"),
        max_digits=4,
        decimal_places=2,
        required=False,
    )
    scale = LinesField(
        ("label", "points"),
        label=gettext_lazy("评分档次"),
        help_text=gettext_lazy("可不填；填写后专家可按档选取，如“好 10 分、一般 6 分”。"),
    )
    figure = forms.ChoiceField(label=gettext_lazy("计分依据"), required=False)
    part = forms.ChoiceField(label=gettext_lazy("限业态"), required=False)
    curve = forms.ChoiceField(
        label=gettext_lazy("节点之间"), choices=ScoreItem.Curve.choices, required=False
    )
    nodes = LinesField(("x", "y"), label=gettext_lazy("得分节点"))

    def __init__(
        self, *args: Any, figures: Choices, formats: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        figure: Any = self.fields["figure"]
        figure.choices = [("", _("请选择")), *figures]
        part: Any = self.fields["part"]
        part.choices = [("", _("不限（整体）")), *formats.items()]

    @property
    def unit(self) -> str:
        """The unit of the figure that is picked, as the page shows it."""
        return unit_of(self["figure"].value() or "")

    def clean(self) -> dict[str, Any]:
        """Each way of scoring has what it needs, and nothing of the other."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        points = given.get("points")
        if given.get("kind") == Kind.COMPUTED:
            self._clean_computed(given, points)
        elif points is not None:
            given["grades"] = self._column("scale", lambda: _grades(given["scale"], points))
        return given

    def _clean_computed(self, given: dict[str, Any], points: Decimal | None) -> None:
        figure = given.get("figure") or ""
        if not figure:
            if "figure" not in self.errors:
                self.add_error("figure", _("自动计分的项目须选择计分依据。"))
            return
        if given.get("part") and not takes_format(figure):
            self.add_error("part", _("这项指标不分业态，请选“不限（整体）”。"))
        if points is not None:
            given["curve_points"] = self._column(
                "nodes", lambda: _curve(figure, given["nodes"], points)
            )

    def _column(self, name: str, read: Any) -> Any:
        try:
            return read()
        except forms.ValidationError as error:
            self.add_error(name, error)
            return []

    def row(self) -> dict[str, Any]:
        """The item as the service takes it."""
        given = self.cleaned_data
        told = {name: given[name] for name in SAME} | {"step": given["step"] or Decimal("0.5")}
        if given["kind"] == Kind.JUDGED:
            return told | {"scale": given["grades"]}
        source, _colon, code = given["figure"].partition(":")
        return told | {
            "source": source,
            "source_code": code,
            "source_part": given["part"],
            "curve": given["curve"] or ScoreItem.Curve.LINEAR,
            "curve_points": given["curve_points"],
        }


def item_initial(item: Any) -> dict[str, Any]:
    """An item as its row shows it."""
    told = {name: getattr(item, name) for name in (*SAME, "step", "curve")}
    told["scale"] = [
        {"label": one["label"], "points": str(one["points"])} for one in item.scale or []
    ]
    if item.kind == Kind.COMPUTED:
        figure = f"{item.source}:{item.source_code}"
        told |= {"figure": figure, "part": item.source_part}
        if not (unit_of(figure) == YES_NO and item.curve_points == THERE_OR_NOT):
            told["nodes"] = nodes_of(figure, item.curve_points, item.points)
    return told


def _grades(lines: Iterable[Line], points: Decimal) -> list[dict[str, str]]:
    made, errors = [], []
    for n, line in enumerate(lines, start=1):
        worth = _number(line["points"])
        if not line["label"] or worth is None or not 0 <= worth <= points:
            errors.append(
                _("第 %(n)d 档：写明名称，分数在 0 至满分 %(most)s 分之间。")
                % {"n": n, "most": short(points)}
            )
            continue
        made.append({"label": line["label"], "points": short(worth)})
    if errors:
        raise forms.ValidationError(errors)
    return made


def _curve(figure: str, lines: list[Line], points: Decimal) -> list[list[str]]:
    if not lines and unit_of(figure) == YES_NO:
        return THERE_OR_NOT
    nodes: list[tuple[Decimal, Decimal]] = []
    errors = []
    for n, line in enumerate(lines, start=1):
        x, y = _number(line["x"].rstrip("%％")), _number(line["y"])
        if x is None or y is None or not 0 <= y <= points:
            errors.append(
                _("第 %(n)d 个节点：两栏都填数字，得分在 0 至满分 %(most)s 分之间。")
                % {"n": n, "most": short(points)}
            )
        elif nodes and x <= nodes[-1][0]:
            errors.append(_("第 %(n)d 个节点：数值须比上一个节点大。") % {"n": n})
        else:
            nodes.append((x, y))
    if not lines:
        errors.append(_("至少填一个节点，如“达到 90 得 10 分”。"))
    if errors:
        raise forms.ValidationError(errors)
    return curve_of(figure, nodes, points)


def _number(text: str) -> Decimal | None:
    try:
        made = Decimal(text.strip())
    except InvalidOperation:
        return None
    return made if made.is_finite() and abs(made) < 10**9 else None
