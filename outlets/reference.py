"""Loads what the register refers to: formats, add-on services, industry codes, labels, rules.

Files `formats`, `services`, `industry_codes`, `labels`, `quality_rules`.
"""

from pathlib import Path
from typing import Any

from core.models import Document
from core.reference import read
from core.upsert import upsert
from outlets.models import (
    BusinessFormat,
    IndustryCode,
    Label,
    QualityRule,
    Service,
    ServiceFormat,
)


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
        "labels": len(_labels(fixtures)),
        "quality_rules": len(_quality_rules(fixtures)),
    }


def _labels(fixtures: Path) -> dict[Any, Label]:
    documents = dict(Document.objects.values_list("code", "short_name"))
    rows = [
        {
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "aliases": row["aliases"],
            "source": f"{documents[row['document']]} {row['ref']}" if row["document"] else "",
            "sort": row["sort_order"],
            "is_official": row["is_official"],
        }
        for row in read(fixtures, "labels")["labels"]
    ]
    return upsert(Label, rows, key=["code"], once=["aliases"])


def _quality_rules(fixtures: Path) -> dict[Any, QualityRule]:
    """How serious, with which numbers, and whether in force: staff decide after the first time."""
    rows = read(fixtures, "quality_rules")["rules"]
    return upsert(QualityRule, rows, key=["code"], once=["severity", "numbers"])


def _formats(fixtures: Path) -> list[dict[str, Any]]:
    """The official list, and the wider vocabulary that the commission has not confirmed."""
    data = read(fixtures, "formats")
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
            "is_official": official,
        }
        for official, rows in ((True, data["formats"]), (False, data["wider"]["formats"]))
        for row in rows
    ]
