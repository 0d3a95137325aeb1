"""Loads the default report forms (`fixtures/report_types.json`)."""

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.models import Office
from core.models import Clause
from core.reference import clauses, day, read
from reports.models import ReportDuty, ReportItem, ReportRule, ReportType
from territory.models import District

Row = dict[str, Any]
Cited = dict[tuple[str, str], Clause]
_PARTS = ("items", "rules")


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent. A version of a form is never changed: a form that differs is a new version.

    The first version of a form is in use at once. A later one is a draft that staff look at and
    publish: they may have changed the form, or its duties, in the meantime.
    """
    data = read(fixtures, "report_types")
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    cited = clauses()
    known = _known_forms(district)
    for row in data["types"]:
        wanted = _wanted(row, data, cited)
        versions = known.get(row["code"], [])
        if not any(_content(each) == wanted for each in versions):
            _create(district, wanted, versions, row["duties"])
    return {"report_types": len(data["types"])}


def _known_forms(district: District) -> dict[str, list[ReportType]]:
    """The versions of each form, newest first."""
    found: dict[str, list[ReportType]] = {}
    rows = ReportType.objects.filter(district=district).prefetch_related(*_PARTS, "duties")
    for form in rows.order_by("-number"):
        found.setdefault(form.code, []).append(form)
    return found


def _wanted(row: Row, data: Row, cited: Cited) -> Row:
    """The whole content of a form as the file has it; what it leaves out is as the model has it."""
    own = {
        name: value for name, value in row.items() if name not in ("sections", "rules", "duties")
    }
    return {
        "form": _columns(ReportType, own | {"valid_from": day(row["valid_from"])}, cited),
        "items": {
            item["key"]: _columns(ReportItem, item | {"sort": sort}, cited)
            for sort, item in enumerate(_items(row, data["items"]), start=1)
        },
        "rules": {
            code: _columns(ReportRule, _rule(data["rules"][code]) | {"code": code}, cited)
            for code in row["rules"]
        },
    }


def _items(row: Row, shared: dict[str, Row]) -> list[Row]:
    """The form's items in their order: the shared ones, with what the form says otherwise."""
    found = []
    for section in row["sections"]:
        for named in section["items"]:
            own = {"key": named} if isinstance(named, str) else named
            found.append(shared[own["key"]] | own | {"section": section["name"]})
    return found


def _rule(row: Row) -> Row:
    return row | {"constant": Decimal(row["constant"])} if "constant" in row else row


# What identifies a row, says where it belongs, or is the staff's.
_NOT_CONTENT = {"id", "type", "district", "number", "state", "version"}


def _columns(model: type[Any], row: Row, cited: Cited) -> Row:
    """Every column of content: the row's, or the model's default; a clause by its id."""
    given = dict(row)
    place = given.pop("document", None), given.pop("ref", None)
    if place != (None, None):
        given["clause_id"] = cited[place].pk
    names = [
        field.attname for field in model._meta.concrete_fields if field.name not in _NOT_CONTENT
    ]
    if unknown := given.keys() - set(names):
        raise ValueError(f"report_types.json: {model.__name__} has no {sorted(unknown)}")
    blank = model()
    return {name: given.get(name, getattr(blank, name)) for name in names}


def _content(form: ReportType) -> Row:
    """A stored version's content, in the shape of `_wanted`."""

    def of(row: Any) -> Row:
        fields = row._meta.concrete_fields
        return {f.attname: getattr(row, f.attname) for f in fields if f.name not in _NOT_CONTENT}

    return {
        "form": of(form),
        "items": {item.key: of(item) for item in form.items.all()},
        "rules": {rule.code: of(rule) for rule in form.rules.all()},
    }


def _create(district: District, wanted: Row, versions: list[ReportType], duties: list[Row]) -> None:
    newest = versions[0] if versions else None
    form = ReportType.objects.create(
        district=district,
        number=newest.number + 1 if newest else 1,
        state=ReportType.State.DRAFT if newest else ReportType.State.PUBLISHED,
        **wanted["form"],
    )
    ReportItem.objects.bulk_create(
        ReportItem(type=form, **columns) for columns in wanted["items"].values()
    )
    ReportRule.objects.bulk_create(
        ReportRule(type=form, **columns) for columns in wanted["rules"].values()
    )
    ReportDuty.objects.bulk_create(
        ReportDuty(type=form, **columns)
        for columns in (_kept_duties(newest) if newest else _first_duties(form, duties))
    )


def _kept_duties(newest: ReportType) -> list[Row]:
    """Who owes the form is the staff's to say: a new version keeps the last one's duties."""
    columns = ("audience", "office_id", "valid_from", "valid_to")
    return [{name: getattr(duty, name) for name in columns} for duty in newest.duties.all()]


def _first_duties(form: ReportType, duties: list[Row]) -> list[Row]:
    named = {duty["office"] for duty in duties if "office" in duty}
    offices: dict[str, uuid.UUID] = (
        dict(Office.objects.filter(code__in=named).values_list("code", "pk")) if named else {}
    )
    return [
        {
            "audience": duty["audience"],
            "office_id": offices[duty["office"]] if "office" in duty else None,
            "valid_from": form.valid_from,
        }
        for duty in duties
    ]
