"""Loads pilot batches and designations (`fixtures/batches.json`)."""

from pathlib import Path
from typing import Any

from circles.models import Designation, PilotBatch
from core.models import Clause
from core.reference import clauses, read
from core.upsert import upsert
from territory.models import District, Street

Stage = PilotBatch.Stage


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent; the stage and streets of a batch are set at first only, then staff's."""
    data = read(fixtures, "batches")
    district = District.objects.get(code=read(fixtures, "territory")["district"]["code"])
    streets = {street.code: street for street in Street.objects.filter(district=district)}
    cited = clauses()
    batches = _load_batches(data["district_batches"], district, streets, cited)
    designations = upsert(
        Designation,
        [
            {
                "street_id": streets[row["street"]].pk,
                "level": row["level"],
                "batch": f"第{'一二三四五六七八九'[row['batch'] - 1]}批",
                "year": row["year"],
                "clause_id": cited[row["document"], row["ref"]].pk,
            }
            for row in data["designations"]
        ],
        key=["street_id", "level", "year"],
    )
    return {"batches": batches, "designations": len(designations)}


def _load_batches(
    rows: list[dict[str, Any]],
    district: District,
    streets: dict[str, Street],
    cited: dict[tuple[str, str], Clause],
) -> int:
    known = set(PilotBatch.objects.filter(district=district).values_list("code", flat=True))
    batches = upsert(
        PilotBatch,
        [
            {
                "district_id": district.pk,
                "code": row["code"],
                "year": row["year"],
                "name": row["name"],
                # Only the batch whose streets the plan names is more than a plan.
                "stage": PilotBatch.Stage.ANNOUNCED
                if row["streets"]
                else PilotBatch.Stage.PREPARING,
                "planned": row["quote"],
                "clause_id": cited[row["document"], row["ref"]].pk,
            }
            for row in rows
        ],
        key=["district_id", "code"],
        once=["stage"],
    )
    link = PilotBatch.streets.through
    link._default_manager.bulk_create(
        link(pilotbatch_id=batches[district.pk, row["code"]].pk, street_id=streets[code].pk)
        for row in rows
        if row["code"] not in known
        for code in row["streets"]
    )
    return len(batches)
