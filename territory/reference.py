"""Loads the district, its streets and its neighbourhoods (`fixtures/territory.json`)."""

from pathlib import Path

from core.reference import read
from core.upsert import upsert
from territory.models import District, Neighbourhood, Street


def load(fixtures: Path) -> dict[str, int]:
    """Codes, names and order; outlines stay as they are. Idempotent; returns counts."""
    data = read(fixtures, "territory")
    own = data["district"]
    district = upsert(
        District,
        [
            {
                "code": own["code"],
                "name": own["name"],
                "name_en": own["name_en"],
                "city": data["city"]["name"],
            }
        ],
        key=["code"],
    )[own["code"]]
    streets = upsert(
        Street,
        [
            {
                "code": row["code"],
                "district_id": district.pk,
                "name": row["name"],
                "name_en": row["name_en"],
                "kind": row["kind"],
                "aliases": row["aliases"],
                "sort": row["sort_order"],
            }
            for row in data["streets"]
        ],
        key=["code"],
        once=["aliases"],
    )
    neighbourhoods = upsert(
        Neighbourhood,
        [
            {
                "code": row["code"],
                "district_id": district.pk,
                "street_id": streets[row["street"]].pk,
                "name": row["name"],
                "sort": row["sort_order"],
            }
            for row in data["neighbourhoods"]
        ],
        key=["code"],
    )
    return {"districts": 1, "streets": len(streets), "neighbourhoods": len(neighbourhoods)}
