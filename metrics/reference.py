"""Loads the default rules and the targets (`fixtures/rule_sets.json`, `targets.json`)."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from core.reference import clauses, day, read
from core.upsert import upsert
from metrics.models import FormatRule, RuleSet, Target
from outlets.models import BusinessFormat


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent. Rules are created, never changed: a released figure may rest on them."""
    rule_sets = list(read(fixtures, "rule_sets")["rule_sets"].values())
    own = [_rule_set(row) for row in rule_sets]
    loaded = upsert(RuleSet, own, key=["code"], once=set(own[0]) - {"code"})
    formats = {row.code: row.pk for row in BusinessFormat.objects.all()}
    rules = upsert(
        FormatRule,
        [
            {
                "rule_set_id": loaded[row["code"]].pk,
                "format_id": formats[limit["format"]],
                "minutes": limit["minutes"],
                "basket": _baskets(row).get(limit["format"]),
            }
            for row in rule_sets
            for limit in row["walk_limits"]
        ],
        key=["rule_set_id", "format_id"],
        once=["minutes", "basket"],
    )
    cited = clauses()
    targets = upsert(
        Target,
        [
            {
                "indicator": row["indicator"],
                "part": row["part"],
                "programme": row["programme"],
                "scopes": row["scope"],
                "value": _in_stored_unit(row),
                "comparison": row["comparison"],
                "year": row["year"],
                "nature": row["nature"],
                "clause_id": cited[row["document"], row["ref"]].pk,
                "applies": not row["reference_only"],
            }
            for row in read(fixtures, "targets")["targets"]
        ],
        key=["indicator", "part", "programme", "year"],
        once=["applies"],
    )
    return {"rule_sets": len(loaded), "format_rules": len(rules), "targets": len(targets)}


def _rule_set(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"],
        "valid_from": day(row["valid_from"]),
        "valid_to": day(row["valid_to"]),
        "walking_speed": row["walking_speed_m_per_min"],
        "elderly_speed": row["elderly_walking_speed_m_per_min"],
        "detour": Decimal(str(row["detour_factor"])),
        "chain_min_stores": row["chain_min_stores"],
        "quality_kinds": row["quality_basket_k"],
        "check_months": row["format_check_valid_months"],
        "coverage_floor": Decimal(str(max(each["floor"] for each in row["coverage_floors"]))),
        "is_official": row["is_official"],
        "note": row["note"],
    }


def _baskets(row: dict[str, Any]) -> dict[str, int]:
    """Format code → number of its either-or group among the required ones."""
    return {
        code: number
        for number, group in enumerate(row["required_basket"], start=1)
        for code in group["formats"]
    }


def _in_stored_unit(row: dict[str, Any]) -> Decimal:
    """Shares are stored as fractions of one, as the values are that they are compared with."""
    value = Decimal(str(row["value"]))
    return value / 100 if row["unit"] == "percent" else value
