"""Who may do what with compounds, circles and batches."""

from accounts.roles import COMMISSION, COMMISSION_ADMIN, EVERYONE, PROGRAMME_OFFICER, STREET
from core import policy

policy.register("circles.view", roles=COMMISSION | STREET, token_scope="read:circles")
policy.register("circles.change", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("circles.compounds", roles=COMMISSION | STREET, token_scope="read:circles")
policy.register("circles.change_compounds", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
policy.register("circles.batches", roles=EVERYONE, token_scope="read:circles")
policy.register("circles.change_batches", roles=[COMMISSION_ADMIN, PROGRAMME_OFFICER])
