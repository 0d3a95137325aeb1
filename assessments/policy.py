"""Who may see and do what with standards, checklists, scorecards, surveys and grades."""

from typing import Any

from accounts.roles import (
    APPROVER,
    COMMISSION,
    COMMISSION_ADMIN,
    EXPERT,
    PROGRAMME_OFFICER,
    STREET,
    SURVEY_AGENCY,
)
from core import policy
from core.scope import Scope

OFFICERS = frozenset({COMMISSION_ADMIN, PROGRAMME_OFFICER})
READ, WRITE = "read:assessments", "write:assessments"


def in_district(scope: Scope, row: Any) -> bool:
    """Whether the row belongs to a district that the caller works for as a whole."""
    return scope.all_streets and row.district_id in scope.district_ids


def card_in_district(scope: Scope, row: Any) -> bool:
    """The same of a checklist or a scorecard."""
    return in_district(scope, row.evaluation)


def of_own_circle(scope: Scope, row: Any) -> bool:
    """A checklist of a circle that the caller's street reports for (主报), or of the district."""
    evaluation = row.evaluation
    if evaluation.district_id not in scope.district_ids:
        return False
    return scope.covers(evaluation.circle.lead_street_id)


def of_own_hand(scope: Scope, row: Any) -> bool:
    """Whether the scorecard is the caller's own: a judgement in person, not one to act for."""
    own = row.expert_id == scope.user_id
    return own and row.evaluation.district_id in scope.district_ids


def of_own_agency(scope: Scope, row: Any) -> bool:
    """A wave that the caller's office collects, or of the caller's district."""
    if in_district(scope, row):
        return True
    agency = row.agency
    return bool(agency and scope.office_code) and agency.code == scope.office_code


policy.register(
    "assessments.standards",
    roles=COMMISSION | STREET | {EXPERT, SURVEY_AGENCY},
    token_scope=READ,
)
policy.register(
    "assessments.change_standards", roles=OFFICERS, token_scope=WRITE, on_object=in_district
)

policy.register("assessments.evaluations", roles=COMMISSION | STREET, token_scope=READ)
policy.register("assessments.manage_evaluations", roles=OFFICERS, on_object=in_district)

policy.register("assessments.checklists", roles=COMMISSION | STREET, token_scope=READ)
policy.register(
    "assessments.override_line",
    roles=OFFICERS | STREET,
    token_scope=WRITE,
    on_object=of_own_circle,
)
# Confirmed by a person other than who found otherwise than the figures.
policy.register(
    "assessments.confirm_checklist",
    roles=[PROGRAMME_OFFICER, APPROVER],
    token_scope=WRITE,
    on_object=card_in_district,
)

policy.register("assessments.scorecards", roles=COMMISSION | {EXPERT}, token_scope=READ)
# Experts score in person, never by a system.
policy.register("assessments.score", roles=[EXPERT], on_object=of_own_hand)
policy.register(
    "assessments.manage_scoring",
    roles=OFFICERS,
    token_scope=WRITE,
    on_object=card_in_district,
)

policy.register(
    "assessments.surveys", roles=COMMISSION | STREET | {SURVEY_AGENCY}, token_scope=READ
)
# The start page of an agency; others find waves among the tabs of evaluation.
policy.register("assessments.own_surveys", roles=[SURVEY_AGENCY])
policy.register(
    "assessments.manage_surveys", roles=OFFICERS, token_scope=WRITE, on_object=in_district
)
policy.register(
    "assessments.collect_answers",
    roles=OFFICERS | {SURVEY_AGENCY},
    token_scope=WRITE,
    on_object=of_own_agency,
)

policy.register("assessments.grades", roles=COMMISSION | STREET, token_scope=READ)
policy.register(
    "assessments.propose_grades", roles=OFFICERS, token_scope=WRITE, on_object=in_district
)
# Decided by a person.
policy.register("assessments.approve_grade", roles=[APPROVER], on_object=in_district)
policy.register(
    "assessments.publish_grade", roles=[PROGRAMME_OFFICER, APPROVER], on_object=in_district
)
