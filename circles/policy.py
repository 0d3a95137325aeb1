"""Who may do what with compounds, circles, facilities, spaces and batches."""

from accounts.roles import COMMISSION, COMMISSION_ADMIN, EVERYONE, PROGRAMME_OFFICER, STREET
from core import policy
from outlets.policy import WRITERS, in_own_street

policy.register("circles.view", roles=COMMISSION | STREET, token_scope="read:circles")
policy.register("circles.change", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("circles.compounds", roles=COMMISSION | STREET, token_scope="read:circles")
policy.register("circles.change_compounds", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("circles.batches", roles=EVERYONE, token_scope="read:circles")
policy.register("circles.change_batches", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])

# Facilities and spaces are written by the streets they lie in, like outlets.
for register in ("facilities", "spaces"):
    policy.register(
        f"circles.{register}",
        roles=COMMISSION | STREET,
        token_scope="read:circles",
        on_object=in_own_street,
    )
    policy.register(
        f"circles.change_{register}",
        roles=WRITERS,
        token_scope="write:circles",
        on_object=in_own_street,
    )
policy.register("circles.complaints", roles=COMMISSION | STREET)
policy.register("circles.import_complaints", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
