"""Who may see and do what with duties, the roster, meetings, tasks and proposals."""

from typing import Any

from django.db.models import Q

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
# Since when drafts are shown to the units that are asked for their opinion.
MINUTES_SHARED = frozenset({"countersigning", "issued", "filed"})
REPLY_SHARED = frozenset({"countersigning", "replied", "closed"})


def of_own_office(scope: Scope, row: Any) -> bool:
    """Whether the row is the caller's own office's."""
    return bool(scope.office_code) and row.office.code == scope.office_code


def in_district(scope: Scope, row: Any) -> bool:
    """Whether the row belongs to a district of the caller's."""
    return row.district_id in scope.district_ids


def takes_part(scope: Scope, row: Any) -> bool:
    """Whether the caller's office is one of those that the row names."""
    return bool(scope.office_code) and any(
        one.office.code == scope.office_code for one in row.offices.all()
    )


def leads(scope: Scope, row: Any) -> bool:
    """Whether the caller's office is the one that leads."""
    return bool(scope.office_code) and any(
        one.role == "lead" and one.office.code == scope.office_code for one in row.offices.all()
    )


def may_read_minutes(scope: Scope, meeting: Any) -> bool:
    """Whether the caller reads the minutes: a draft that is not yet sent is the drafters' own.

    The commission drafts; the unit that asked for the meeting reads along.
    """
    if scope.all_streets or meeting.state in MINUTES_SHARED:
        return True
    asked = meeting.proposed_by
    return bool(asked and scope.office_code) and asked.code == scope.office_code


def readable_minutes(scope: Scope) -> Q:
    """`may_read_minutes` as a condition on meetings that the caller sees."""
    if scope.all_streets:
        return Q()
    shared = Q(state__in=MINUTES_SHARED)
    return shared | Q(proposed_by__code=scope.office_code) if scope.office_code else shared


def may_read_reply(scope: Scope, proposal: Any) -> bool:
    """Whether the caller reads the reply: helping units once it is sent for their opinion."""
    return scope.all_streets or proposal.state in REPLY_SHARED or leads(scope, proposal)


policy.register("coordination.duties", roles=MEMBERS, token_scope="read:tasks")
policy.register(
    "coordination.report_duty", roles=UNITS | {PROGRAMME_OFFICER}, on_object=of_own_office
)
policy.register("coordination.lines", roles=MEMBERS)
policy.register("coordination.change_lines", roles=OFFICERS)
policy.register("coordination.roster", roles=MEMBERS)
policy.register("coordination.change_roster", roles=OFFICERS, on_object=in_district)

policy.register("coordination.meetings", roles=MEMBERS, token_scope="read:meetings")
policy.register("coordination.propose_meeting", roles=MEMBERS, token_scope="write:meetings")
policy.register(
    "coordination.manage_meetings",
    roles=OFFICERS,
    token_scope="write:meetings",
    on_object=in_district,
)
# Minutes and replies are signed by persons, never by systems.
policy.register("coordination.issue_minutes", roles=[APPROVER], on_object=in_district)
policy.register(
    "coordination.countersign", roles=UNITS, token_scope="write:meetings", on_object=takes_part
)

policy.register("coordination.tasks", roles=MEMBERS, token_scope="read:tasks")
policy.register(
    "coordination.manage_tasks",
    roles=OFFICERS,
    token_scope="write:tasks",
    on_object=in_district,
)
policy.register(
    "coordination.close_tasks",
    roles=OFFICERS | {APPROVER},
    token_scope="write:tasks",
    on_object=in_district,
)
policy.register(
    "coordination.work_on_task",
    roles=UNITS | {PROGRAMME_OFFICER},
    token_scope="write:tasks",
    on_object=takes_part,
)
policy.register(
    "coordination.report_task",
    roles=UNITS | {PROGRAMME_OFFICER},
    token_scope="write:tasks",
    on_object=leads,
)

policy.register("coordination.proposals", roles=MEMBERS, token_scope="read:proposals")
policy.register(
    "coordination.manage_proposals",
    roles=OFFICERS,
    token_scope="write:proposals",
    on_object=in_district,
)
policy.register("coordination.sign_reply", roles=[APPROVER], on_object=in_district)
policy.register(
    "coordination.help_with_proposal",
    roles=UNITS,
    token_scope="write:proposals",
    on_object=takes_part,
)
