"""Who may see and do what with forms, periods, progress reports, 工作信息 and bulletins."""

from typing import Any

from accounts.roles import (
    APPROVER,
    COMMISSION,
    COMMISSION_ADMIN,
    DEPARTMENT_LIAISON,
    PROGRAMME_OFFICER,
    STREET,
)
from core import policy
from core.scope import Scope

UNITS = STREET | {DEPARTMENT_LIAISON}
MEMBERS = COMMISSION | UNITS
OFFICERS = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
CHECKERS = frozenset({PROGRAMME_OFFICER, APPROVER})


def of_own_office(scope: Scope, row: Any) -> bool:
    """Whether the row is the caller's own office's."""
    return bool(scope.office_code) and row.office.code == scope.office_code


def in_district(scope: Scope, row: Any) -> bool:
    """Whether the row belongs to a district that the caller works for as a whole."""
    return scope.all_streets and row.district_id in scope.district_ids


def decides_for_district(scope: Scope, row: Any) -> bool:
    """In the district; a system decides on nothing of its own office, for it may have sent it."""
    own_by_token = scope.token_scopes is not None and of_own_office(scope, row)
    return in_district(scope, row) and not own_by_token


policy.register("reports.view", roles=MEMBERS, token_scope="read:reports")
# The commission owes reports of its own, too.
policy.register(
    "reports.fill",
    roles=UNITS | {PROGRAMME_OFFICER},
    token_scope="write:reports",
    on_object=of_own_office,
)
policy.register(
    "reports.check", roles=CHECKERS, token_scope="write:reports", on_object=decides_for_district
)
policy.register(
    "reports.finalise",
    roles=[PROGRAMME_OFFICER],
    token_scope="write:reports",
    on_object=decides_for_district,
)
policy.register("reports.urge", roles=CHECKERS, token_scope="write:reports", on_object=in_district)
policy.register("reports.overview", roles=COMMISSION, token_scope="read:reports")
policy.register("reports.forms", roles=COMMISSION)
policy.register("reports.change_forms", roles=OFFICERS)
policy.register("reports.change_periods", roles=OFFICERS)
policy.register("reports.consolidate", roles=[PROGRAMME_OFFICER], on_object=in_district)

policy.register("reports.work_items", roles=MEMBERS, token_scope="read:reports")
policy.register(
    "reports.add_work_item",
    roles=UNITS | {PROGRAMME_OFFICER},
    token_scope="write:reports",
    on_object=of_own_office,
)
policy.register(
    "reports.adopt_work_item",
    roles=CHECKERS,
    token_scope="write:reports",
    on_object=decides_for_district,
)
policy.register("reports.bulletins", roles=COMMISSION)
policy.register("reports.change_bulletins", roles=[PROGRAMME_OFFICER], on_object=in_district)
