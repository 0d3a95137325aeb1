"""Who may do what with the register of outlets and its reference rows."""

from typing import Any

from accounts.roles import (
    COMMISSION,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    EVERYONE,
    PROGRAMME_OFFICER,
    STREET,
    STREET_OFFICER,
)
from core import policy
from core.scope import Scope


def in_own_street(scope: Scope, row: Any) -> bool:
    """Whether a register row (anything with a district and a street) lies in the caller's scope."""
    if row.district_id not in scope.district_ids:
        return False
    return scope.covers(row.street_id)


WRITERS = [COMMISSION_ADMIN, PROGRAMME_OFFICER, STREET_OFFICER]

# Formats, services, industry codes: the same for everyone.
policy.register("outlets.formats", roles=EVERYONE, token_scope="read:outlets")
policy.register("outlets.change_formats", roles=[COMMISSION_ADMIN])
policy.register(
    "outlets.view", roles=COMMISSION | STREET, token_scope="read:outlets", on_object=in_own_street
)
policy.register(
    "outlets.contact",
    roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER, *STREET],
    token_scope="read:contacts",
    on_object=in_own_street,
)
for verb in ("change", "close", "import"):
    policy.register(
        f"outlets.{verb}", roles=WRITERS, token_scope="write:outlets", on_object=in_own_street
    )
# 确认无误: saying that a row which a rule of data quality doubts is right as it is.
policy.register("outlets.waive", roles=WRITERS, on_object=in_own_street)
policy.register("outlets.quality_rules", roles=COMMISSION | STREET)
policy.register("outlets.change_quality_rules", roles=[COMMISSION_ADMIN])
policy.register("outlets.brands", roles=COMMISSION | STREET, token_scope="read:outlets")
policy.register("outlets.enterprises", roles=COMMISSION | STREET, token_scope="read:outlets")
policy.register("outlets.change_owners", roles=WRITERS)
# On the spot and at a desk: visits, rounds of check sheets, decisions on suspected changes.
for verb in ("visit", "rounds", "suspicions"):
    policy.register(f"outlets.{verb}", roles=WRITERS, on_object=in_own_street)
# 市场监管 pushes what happened to licences, and reads back what came of its own notices.
policy.register(
    "outlets.licence_notices",
    roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER, DEPARTMENT_LIAISON],
    token_scope="write:licences",
)
# Others' results and memberships are kept for the whole district.
for verb in ("change_alliances", "import_credit"):
    policy.register(f"outlets.{verb}", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
