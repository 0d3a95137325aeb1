"""All that an indicator may look at, as plain arrays: nothing else enters a figure.

Rows refer to each other by position (`street[o]` is the row of outlet o's street); ids are kept
beside them so that figures can be traced back. -1 and NaN mean *not known*.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Raised when a formula changes meaning, so that older figures are known to be of the older one.
FORMULA_VERSION = "1"

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ids = NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Inputs:
    """O outlets, H compounds, C circles, S streets, N neighbourhoods, F formats, B brands."""

    # --- outlets [O]
    outlet_id: Ids
    outlet_code: Ids
    outlet_street: Ints
    outlet_lon: Floats
    outlet_lat: Floats
    located: Bools
    outside: Bools
    open: Bools
    undated: Bools
    outlet_format: Ints
    services: NDArray[np.int64]
    brand: Ints
    chain_stated: Bools
    facility_form: Ids
    employees: Ints
    area: Floats
    # Tri-state flags: -1 not stated, 0 no, 1 yes.
    open_24h: Ints
    elderly_friendly: Ints
    cash_accepted: Ints
    supply: Ints
    # --- brands [B]
    brand_id: Ids
    brand_stores: Ints
    # --- memberships, pairs
    member_circle: Ints
    member_outlet: Ints
    member_inside: Bools
    # --- compounds [H]
    compound_id: Ids
    compound_street: Ints
    compound_lon: Floats
    compound_lat: Floats
    population: Ints
    population_60: Ints
    new_estate: Bools
    floor_area: Floats
    commercial_area: Floats
    # --- circles [C]
    circle_id: Ids
    circle_code: Ids
    circle_built: Bools
    circle_accepted: Bools
    circle_active: Bools
    circle_level: Ids
    circle_street_pairs: Ints  # [2, K]
    circle_compound_pairs: Ints
    circle_neighbourhood_pairs: Ints
    # --- streets [S], neighbourhoods [N]
    street_id: Ids
    street_code: Ids
    neighbourhood_street: Ints
    # --- formats [F], in the order of their numbers
    format_number: Ints
    format_code: Ids
    format_basic: Bools
    format_minutes: Ints  # 0 = not in the list in force
    format_basket: Ints  # -1 = not required
    format_services: NDArray[np.int64]
    # --- what is known of absence
    street_complete: Bools  # [S, F] ledger confirmed complete, within the checks' validity
    circle_checked: Ints  # [C, F] -1 nobody looked, 0 not found, 1 found
    street_checked: Ints  # [S, F]
    # --- scalars: ids, rules, the day; and what rooms above contributed (`metrics.contributed`)
    meta: dict[str, Any]

    @property
    def network_digest(self) -> str:
        """Digest of the street network used; '' = straight line."""
        return str(self.meta["network_digest"])


ARRAY_NAMES = tuple(field.name for field in fields(Inputs) if field.name != "meta")
