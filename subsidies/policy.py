"""Who may see and do what with policies, rounds, applications, budgets and payments."""

from typing import Any

from accounts.roles import (
    APPROVER,
    COMMISSION,
    COMMISSION_ADMIN,
    FINANCE,
    PROGRAMME_OFFICER,
    STREET,
    STREET_OFFICER,
)
from core import policy
from core.scope import Scope

OFFICERS = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
READ, WRITE = "read:subsidies", "write:subsidies"


def in_district(scope: Scope, row: Any) -> bool:
    """Whether the row belongs to a district that the caller works for as a whole."""
    return scope.all_streets and row.district_id in scope.district_ids


def of_own_street(scope: Scope, row: Any) -> bool:
    """An application that takes place in the caller's street, or in their district."""
    return row.district_id in scope.district_ids and scope.covers(row.street_id)


policy.register("subsidies.policies", roles=COMMISSION | STREET, token_scope=READ)
policy.register(
    "subsidies.change_policies", roles=OFFICERS, token_scope=WRITE, on_object=in_district
)

policy.register("subsidies.rounds", roles=COMMISSION | STREET, token_scope=READ)
policy.register("subsidies.manage_rounds", roles=OFFICERS, token_scope=WRITE, on_object=in_district)
# Decided by a person.
policy.register("subsidies.approve_round", roles=[APPROVER], on_object=in_district)

policy.register("subsidies.applications", roles=COMMISSION | STREET, token_scope=READ)
policy.register(
    "subsidies.file_application",
    roles=OFFICERS | {STREET_OFFICER},
    token_scope=WRITE,
    on_object=of_own_street,
)
# 受理、审核: by a person, other than who filed it.
policy.register("subsidies.handle_application", roles=OFFICERS, on_object=in_district)
policy.register("subsidies.approve_application", roles=[APPROVER], on_object=in_district)

policy.register("subsidies.budgets", roles=COMMISSION, token_scope=READ)
policy.register(
    "subsidies.manage_budgets", roles=[FINANCE, PROGRAMME_OFFICER], on_object=in_district
)
policy.register("subsidies.approve_budget", roles=[APPROVER], on_object=in_district)

policy.register("subsidies.payments", roles=COMMISSION, token_scope=READ)
policy.register(
    "subsidies.manage_payments", roles=[FINANCE], token_scope=WRITE, on_object=in_district
)
# Who knows whether a shop still trades, and who found that money has to come back.
policy.register("subsidies.confirm_condition", roles=OFFICERS | {FINANCE}, on_object=in_district)
policy.register("subsidies.ask_clawback", roles=OFFICERS | {FINANCE}, on_object=in_district)
# 审签: another person than who made the list, or who asked for the money back.
policy.register("subsidies.approve_payment", roles=[APPROVER], on_object=in_district)
# Account numbers in full; others see the last four digits.
policy.register("subsidies.see_accounts", roles=[FINANCE, PROGRAMME_OFFICER])

policy.register("subsidies.effects", roles=COMMISSION, token_scope=READ)
policy.register("subsidies.measure_effects", roles=OFFICERS, on_object=in_district)
