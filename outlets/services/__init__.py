"""Acts on the register of outlets: ledgers taken in, single rows entered and changed."""

from outlets.imports.taking import ImportOutcome, import_ledger
from outlets.services.changes import (
    EDITABLE,
    change_outlet,
    close_outlet,
    create_outlet,
    merge_outlets,
    verify_places,
    void_outlet,
)
from outlets.services.labels import give_label, withdraw_label
from outlets.services.offers import services_mask, services_of
from outlets.services.owners import brand_for, enterprise_for

__all__ = [
    "EDITABLE",
    "ImportOutcome",
    "brand_for",
    "change_outlet",
    "close_outlet",
    "create_outlet",
    "enterprise_for",
    "give_label",
    "import_ledger",
    "merge_outlets",
    "services_mask",
    "services_of",
    "verify_places",
    "void_outlet",
    "withdraw_label",
]
