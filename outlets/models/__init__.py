"""Formats, enterprises, brands, outlets and their ledgers."""

from outlets.models.formats import BusinessFormat, IndustryCode, Service, ServiceFormat
from outlets.models.ledger import Import, LedgerCompleteness
from outlets.models.outlet import Outlet, OutletFacts
from outlets.models.owners import Brand, BrandStoreCount, Enterprise

__all__ = [
    "Brand",
    "BrandStoreCount",
    "BusinessFormat",
    "Enterprise",
    "Import",
    "IndustryCode",
    "LedgerCompleteness",
    "Outlet",
    "OutletFacts",
    "Service",
    "ServiceFormat",
]
