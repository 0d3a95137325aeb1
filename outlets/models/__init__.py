"""Formats, enterprises, brands, outlets and their ledgers."""

from outlets.models.fieldwork import (
    CheckLine,
    CheckRound,
    CheckSheet,
    Finding,
    Suspicion,
    Visit,
    VisitPhoto,
)
from outlets.models.formats import BusinessFormat, IndustryCode, Service, ServiceFormat
from outlets.models.imports import Export, Import, ImportRow, RememberedColumn
from outlets.models.labels import Label, OutletLabel
from outlets.models.ledger import LedgerCompleteness
from outlets.models.outlet import Outlet, OutletFacts
from outlets.models.owners import (
    AllianceMember,
    Brand,
    BrandStoreCount,
    CreditResult,
    Enterprise,
)
from outlets.models.quality import QualityCount, QualityFinding, QualityRule

__all__ = [
    "AllianceMember",
    "Brand",
    "BrandStoreCount",
    "BusinessFormat",
    "CheckLine",
    "CheckRound",
    "CheckSheet",
    "CreditResult",
    "Enterprise",
    "Export",
    "Finding",
    "Import",
    "ImportRow",
    "IndustryCode",
    "Label",
    "LedgerCompleteness",
    "Outlet",
    "OutletFacts",
    "OutletLabel",
    "QualityCount",
    "QualityFinding",
    "QualityRule",
    "RememberedColumn",
    "Service",
    "ServiceFormat",
    "Suspicion",
    "Visit",
    "VisitPhoto",
]
