"""Loads the mechanism, its seats, the division of duties and the lines of work.

Sources: 普陀实施方案 七(一)1–2 (工作小组, 联络员, 工作专班), its units in brackets (任务分工) and
四, 提案答复 一1 (24字方针, 七个一). Another province's draft gives no duties of ours.
"""

from pathlib import Path
from typing import Any

from accounts.models import Office
from coordination.models import Mechanism, Responsibility, RosterEntry, WorkLine
from core.models import Document
from core.reference import clauses, day, read
from core.upsert import upsert
from territory.models import District, Street

Place = RosterEntry.Place
# What the document says of members: 各部门、各街道（镇）分管领导为组员.
MEMBERS_POST = "分管领导"


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent; seats that staff have filled or ended stay as they are."""
    units = read(fixtures, "departments")
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    mechanisms = _mechanisms(district, units)
    seats = _seats(district, units, mechanisms, since=_issued_on(fixtures, units))
    duties = _duties(district, fixtures, units)
    lines = _lines(fixtures)
    return {
        "mechanisms": len(mechanisms),
        "roster_seats": seats,
        "responsibilities": duties,
        "work_lines": lines,
    }


def _mechanisms(district: District, units: dict[str, Any]) -> dict[str, Mechanism]:
    """By code: the working group, and a team of each street."""
    told, cited = units["mechanism"], clauses()
    streets = Street.objects.filter(district=district).order_by("sort", "code")
    rows = [
        {
            "code": "working-group",
            "name": told["name"],
            "kind": Mechanism.Kind.WORKING_GROUP,
            "clause_id": cited[told["document"], told["ref"]].pk,
            "sort": 0,
        },
        *(
            {
                "code": _team_code(street.code),
                "name": f"{street.name}{told['street_team']}",
                "kind": Mechanism.Kind.STREET_TEAM,
                "clause_id": cited[told["document"], told["street_team_ref"]].pk,
                "sort": number,
            }
            for number, street in enumerate(streets, 1)
        ),
    ]
    own = [{**row, "district_id": district.pk} for row in rows]
    found = upsert(Mechanism, own, key=["district_id", "code"], once=["name", "sort"])
    return {code: mechanism for (_district, code), mechanism in found.items()}


def _team_code(street: str) -> str:
    return f"street-team-{street}"


def _issued_on(fixtures: Path, units: dict[str, Any]) -> Any:
    code = units["mechanism"]["document"]
    return next(
        day(row["issued_on"])
        for row in read(fixtures, "documents")["documents"]
        if row["code"] == code
    )


def _seats(
    district: District, units: dict[str, Any], mechanisms: dict[str, Mechanism], *, since: Any
) -> int:
    """The places that the document names, vacant until somebody reports who holds them."""
    offices = {office.code: office for office in Office.objects.filter(district=district)}
    group = mechanisms["working-group"]
    named: list[tuple[Mechanism, Office | None, str, str]] = [
        (group, None, Place.HEAD, units["mechanism"]["head"])
    ]
    for row in (*units["departments"], *units["streets"]):
        named.append((group, offices[row["code"]], Place.MEMBER, MEMBERS_POST))
    for row in units["departments"]:
        named.append((group, offices[row["code"]], Place.LIAISON, ""))
    for row in units["streets"]:
        team = mechanisms[_team_code(row["street"])]
        named.append((team, offices[row["code"]], Place.TEAM, ""))
    known = set(
        RosterEntry.objects.filter(district=district).values_list(
            "mechanism_id", "office_id", "place"
        )
    )
    RosterEntry.objects.bulk_create(
        RosterEntry(
            district=district,
            mechanism=mechanism,
            office=office,
            place=place,
            post=post,
            valid_from=since,
        )
        for mechanism, office, place, post in named
        if (mechanism.pk, office.pk if office else None, place) not in known
    )
    return len(named)


def _duties(district: District, fixtures: Path, units: dict[str, Any]) -> int:
    """A row for each office that a clause of the district's own documents names."""
    offices = dict(Office.objects.filter(district=district).values_list("code", "pk"))
    own = {
        row["code"]
        for row in read(fixtures, "documents")["documents"]
        if row["level"] == Document.Level.DISTRICT
    }
    named = _codes_by_print(units)
    rows = [
        {
            "district_id": district.pk,
            "clause_id": clause.pk,
            "office_id": offices[code],
            "printed_as": unit,
        }
        for (document, _ref), clause in clauses().items()
        if document in own
        for unit in clause.units
        for code in named[unit]
    ]
    return len(upsert(Responsibility, rows, key=["clause_id", "office_id"]))


def _codes_by_print(units: dict[str, Any]) -> dict[str, list[str]]:
    """Printed name → codes of offices; none for a collective that the document does not list."""
    single = {
        name: [row["code"]]
        for row in (*units["departments"], *units["streets"])
        for name in row["printed_as"]
    }
    groups = {name: row["members"] for row in units["groups"] for name in row["printed_as"]}
    return single | groups


def _lines(fixtures: Path) -> int:
    data, cited = read(fixtures, "work_lines"), clauses()
    rows = [
        {
            "code": row["code"],
            "group": group,
            "name": row["name"],
            "title": row.get("title", ""),
            "clause_id": cited[row["document"], row["ref"]].pk,
            "sort": row["sort_order"],
        }
        for group, name in (
            (WorkLine.Group.LINES, "policy_lines"),
            (WorkLine.Group.ONES, "seven_ones"),
        )
        for row in data[name]
    ]
    return len(upsert(WorkLine, rows, key=["code"]))
