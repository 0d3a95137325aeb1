"""Loads the twelve roles and the offices (`fixtures/departments.json`)."""

from pathlib import Path

from accounts.models import Office
from accounts.services import load_roles
from core.reference import read
from core.upsert import upsert
from territory.models import District, Street


def load(fixtures: Path) -> dict[str, int]:
    """Roles, the commission, the departments and the street offices. Idempotent."""
    data = read(fixtures, "departments")
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    streets = {street.code: street.pk for street in Street.objects.filter(district=district)}
    offices = upsert(
        Office,
        [
            {
                "code": row["code"],
                "district_id": district.pk,
                "name": row["full_name"] or row["short_name"],
                "kind": row["kind"],
                "street_id": streets[row["street"]] if "street" in row else None,
            }
            for row in (*data["departments"], *data["streets"])
        ],
        key=["code"],
        once=["name"],
    )
    return {"roles": load_roles(), "offices": len(offices)}
