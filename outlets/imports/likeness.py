"""When a ledger row and a register row can be, or may be, one and the same thing."""

import re
from difflib import SequenceMatcher
from typing import Any

from core.geo import geodesic_m
from core.text import normalise_key
from outlets.imports.compared import Known, Stated

NEAR_M = 30.0
# Of two rows with one name this far apart nobody thinks that they are the same shop.
SAME_NAME_M = 100.0
# From here on two names are taken for spellings of one (ratio of difflib).
ALIKE = 0.5
_DIGITS = re.compile(r"\d+")

Key = tuple[Any, ...]


def natural_key(row: Stated | Known, address_key: str) -> Key | None:
    """What tells a row without code from others; None when it says too little."""
    if not row.name_key:
        return None
    if address_key:
        return row.street_id, row.name_key, address_key
    if row.lon is None or row.lat is None:
        return None
    return row.street_id, row.name_key, row.sort, round(row.lon, 5), round(row.lat, 5)


def one_identity(row: Stated, known: Known) -> bool:
    """Whether a row with the register row's code can be it: name, address or place agrees."""
    if row.name_key in ("", known.name_key):
        return True
    if row.address_key and row.address_key == normalise_key(known.address):
        return True
    distance = away(row, known)
    return distance is not None and distance <= NEAR_M and row.sort in (None, known.sort)


def may_be(row: Stated, known: Known) -> bool:
    """Whether nothing speaks against it: two addresses and two unlike names do."""
    if alike(row.name_key, known.name_key):
        return True
    address = normalise_key(known.address)
    return not address or not row.address_key or address == row.address_key


def alike(one: str, other: str) -> bool:
    """Whether two names may be spellings of one; 1号柜 and 2号柜 are not."""
    numbers, others = _DIGITS.findall(one), _DIGITS.findall(other)
    if numbers and others and numbers != others:
        return False
    if not one or one in other or other in one:
        return True
    return SequenceMatcher(None, other, one).ratio() >= ALIKE


def may_be_double(row: Stated, known: Known) -> bool:
    """Whether two things of one sort at one place may be one: nothing sets them apart."""
    address = normalise_key(known.address)
    if address and row.address_key and address != row.address_key:
        return row.name_key == known.name_key
    return alike(row.name_key, known.name_key)


def may_be_same_site(row: Stated, known: Known) -> bool:
    """Whether two rows of one name may stand at one place: near, or addresses much alike."""
    distance = away(row, known)
    if distance is not None:
        return distance <= SAME_NAME_M
    address = normalise_key(known.address)
    if not address or not row.address_key:
        return True
    return SequenceMatcher(None, address, row.address_key).ratio() >= 0.8


def away(row: Stated, known: Known) -> float | None:
    """Metres between the two; None when either is nowhere."""
    here: tuple[Any, Any] = row.lon, row.lat
    there: tuple[Any, Any] = known.lon, known.lat
    return None if None in (*here, *there) else float(geodesic_m(*here, *there))
