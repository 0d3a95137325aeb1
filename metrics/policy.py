"""Who may see figures, and who may have them made and signed off.

Released figures of the district are open to everyone signed in; which live figures a caller sees
is decided row by row (`metrics.querysets`).
"""

from accounts.roles import (
    APPROVER,
    COMMISSION,
    COMMISSION_ADMIN,
    EVERYONE,
    PROGRAMME_OFFICER,
    STREET,
)
from core import policy

policy.register("metrics.view", roles=EVERYONE, token_scope="read:values")
# Unreleased figures: the commission's, and a street's own (the pages look at the place as well).
policy.register("metrics.view_live", roles=COMMISSION | STREET, token_scope="read:values")
policy.register("metrics.networks", roles=COMMISSION, token_scope="read:networks")
policy.register("metrics.rules", roles=COMMISSION, token_scope="read:networks")
policy.register("metrics.change_rules", roles=[COMMISSION_ADMIN])
policy.register("metrics.import_network", roles=[COMMISSION_ADMIN])
for verb in ("recompute", "snapshot"):
    policy.register(f"metrics.{verb}", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("metrics.release", roles=[PROGRAMME_OFFICER, APPROVER])
