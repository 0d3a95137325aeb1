"""Differences between versions in the words of officials: names for codes, curves as sentences."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _

from assessments.contents import Content, Difference, compare
from assessments.models import Question, ScoreItem
from assessments.shapes import COUNTS
from portal.editing.rows import short
from portal.evaluation.standards_document import FORMS, counts_text
from portal.evaluation.standards_figures import curve_text, figure_name
from portal.evaluation.standards_forms import pickers

Row = Mapping[str, Any]
Words = Callable[[Row], str]


class Side:
    """One of the two versions: its rows by part and key, and how their columns read."""

    def __init__(
        self, version: Any, content: Content, names: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.version, self.names = version, names
        self.rows: dict[str, dict[str, Row]] = {
            part: {row.get("key", row.get("level", "")): row for row in rows}
            for part, rows in content.items()
            if isinstance(rows, list)
        }
        self.rows["items"] = {
            item["key"]: item for one in content.get("dimensions", []) for item in one["items"]
        }
        self.kinds = {k: row["label"] for k, row in self.rows.get("checklist_items", {}).items()}

    def text(self, one: Difference, standing: str | None) -> str | None:
        """What this side says of the difference; `standing` where it needs no other words."""
        if standing is None:
            return None
        if one.field == "sort":
            return self._order(one.part, standing)
        if one.part in ("standard", "questionnaire"):
            return self._own(one.field, standing)
        row, words = self.rows.get(one.part, {}).get(one.key), self._words(one.part, one.field)
        return words(row) if row is not None and words else standing

    def _order(self, part: str, keys: str) -> str:
        rows = self.rows.get(part, {})
        named = [rows.get(key, {}) for key in keys.split("、")]
        titles = [row.get("label") or row.get("name") or row.get("text") or "" for row in named]
        return "、".join(titles) if all(titles) else keys

    def _own(self, column: str, standing: str) -> str:
        if column in ("clause", "questionnaire"):
            return str(getattr(self.version, column) or "")
        return _percent(standing) if column == "review_share" else standing

    def _words(self, part: str, column: str) -> Words | None:
        if part == "levels" and column.endswith("satisfaction"):
            return lambda row: _percent(row[column])
        return {
            ("checklist_items", ""): lambda row: "；".join(counts_text(row, self.names)),
            ("checklist_items", "formats"): self._named("formats"),
            ("checklist_items", "services"): self._named("services"),
            ("checklist_items", "facility_kinds"): self._named("facility_kinds"),
            ("checklist_items", "facility_form"): lambda row: str(
                FORMS.get(row["facility_form"], row["facility_form"])
            ),
            ("dimensions", ""): lambda row: _("%(n)s 分") % {"n": row["points"]},
            ("items", ""): self._item,
            ("items", "source_code"): self._figure,
            ("items", "source_part"): lambda row: self.names["formats"].get(
                row["source_part"], row["source_part"]
            ),
            ("items", "curve_points"): _curve,
            ("items", "scale"): _grades,
            ("questions", ""): _question,
            ("questions", "options"): _options,
            ("questions", "shown_if"): self._rule,
        }.get((part, column))

    def _named(self, picker: str) -> Words:
        names = self.names[picker]
        return lambda row: "、".join(names.get(code, code) for code in row[picker])

    def _figure(self, row: Row) -> str:
        told = (row["source"], row["source_code"], row["source_part"])
        return figure_name(*told, self.kinds, self.names["formats"]) if row["source"] else ""

    def _item(self, row: Row) -> str:
        kind = str(ScoreItem.Kind(row["kind"]).label)
        told = [_("%(n)s 分") % {"n": row["points"]}, kind]
        if row["kind"] == ScoreItem.Kind.COMPUTED:
            return "；".join([*told, self._figure(row), _curve(row)])
        return "；".join(text for text in (*told, row["guide"], _grades(row)) if text)

    def _rule(self, row: Row) -> str:
        rule = row["shown_if"]
        if not rule:
            return _("始终出现")
        asked = self.rows["questions"].get(rule["key"], {})
        labels = {one["value"]: one["label"] for one in asked.get("options", [])}
        answers = "、".join(labels.get(value, value) for value in rule["in"])
        told = {"question": asked.get("text", rule["key"]), "answers": answers}
        return _("“%(question)s”答“%(answers)s”时") % told


Version = tuple[Any, Content]


def differ(content: Callable[[Any], Content]) -> Callable[[Any, Any], list[dict[str, Any]]]:
    """What two versions say differently, in words; `content` makes a version's content."""

    def found(a: Any, b: Any) -> list[dict[str, Any]]:
        before, after = content(a), content(b)
        return worded(compare(before, after), (a, before), (b, after))

    return found


def worded(found: list[Difference], a: Version, b: Version) -> list[dict[str, Any]]:
    """The template's rows: {part, label, field, before, after}; versions come with contents."""
    names = pickers()
    old, new = Side(*a, names), Side(*b, names)
    return [
        {
            "part": one.part_label,
            "label": one.label if one.key else one.field_label,
            "field": one.field_label if one.key and one.field else "",
            "before": old.text(one, one.before),
            "after": new.text(one, one.after),
        }
        for one in found
        # What programs call a version says nothing to people.
        if one.field != "code"
    ]


def _percent(share: Any) -> str:
    return f"{short(Decimal(share) * 100)}%" if share else ""


def _curve(row: Row) -> str:
    if row["kind"] != ScoreItem.Kind.COMPUTED:
        return ""
    return curve_text(SimpleNamespace(**{**row, "points": Decimal(row["points"])}))


def _grades(row: Row) -> str:
    return "、".join(
        _("%(label)s %(n)s 分") % {"label": one["label"], "n": one["points"]}
        for one in row["scale"]
    )


def _question(row: Row) -> str:
    kind = str(Question.Kind(row["kind"]).label)
    return "；".join(text for text in (kind, _options(row)) if text)


def _options(row: Row) -> str:
    told = []
    for one in row["options"]:
        notes = [_("%(n)s 分") % {"n": one["score"]}] if one.get("score") else []
        notes += [str(COUNTS[one["counts"]])] if one.get("counts") in COUNTS else []
        told.append(f"{one['label']}（{'，'.join(notes)}）" if notes else one["label"])
    return "、".join(told)
