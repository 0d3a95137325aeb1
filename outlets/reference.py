"""Loads formats, add-on services and industry codes (`formats`, `services`, `industry_codes`)."""

from pathlib import Path
from typing import Any

from core.reference import read
from core.upsert import upsert
from outlets.models import BusinessFormat, IndustryCode, Service, ServiceFormat


def load(fixtures: Path) -> dict[str, int]:
    """Idempotent; what the commission decides (counts, aliases) is only set at first."""
    formats = upsert(BusinessFormat, _formats(fixtures), key=["code"], once=["nature", "aliases"])
    data = read(fixtures, "services")
    services = upsert(
        Service,
        [
            {name: row[name] for name in ("code", "bit", "name", "name_en", "aliases")}
            for row in data["services"]
        ],
        key=["code"],
        once=["aliases"],
    )
    accepted = upsert(
        ServiceFormat,
        [
            {
                "service_id": services[row["service"]].pk,
                "format_id": formats[row["format"]].pk,
                "counts": row["counts_as_format"],
                "is_official": row["is_official"],
            }
            for row in data["service_formats"]
            if row["format"]
        ],
        key=["service_id", "format_id"],
        once=["counts", "is_official"],
    )
    codes = upsert(
        IndustryCode,
        [
            {
                "code": row["code"],
                "name": row["name"],
                "suggests_id": formats[row["format"]].pk if row["format"] else None,
            }
            for row in read(fixtures, "industry_codes")["codes"]
        ],
        key=["code"],
    )
    return {
        "formats": len(formats),
        "services": len(services),
        "service_formats": len(accepted),
        "industry_codes": len(codes),
    }


def _formats(fixtures: Path) -> list[dict[str, Any]]:
    return [
        {
            "code": row["code"],
            "number": row["number"],
            "name": row["name"],
            "name_en": row["name_en"],
            "category": row["category"],
            "nature": row["nature"],
            "priority": row["priority"],
            "aliases": row["aliases"],
            "symbol": row["icon"],
            "slogan": "、".join(row["tags"]),
            "is_official": True,
        }
        for row in read(fixtures, "formats")["formats"]
    ]
