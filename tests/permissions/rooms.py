"""The rooms whose entries stand in files of their own."""

from types import ModuleType

from tests.permissions import (
    of_bulletins,
    of_duties,
    of_evaluations,
    of_grades,
    of_meetings,
    of_notices,
    of_people,
    of_proposals,
    of_reports,
    of_results,
    of_scoring,
    of_standards,
    of_subsidy_applications,
    of_subsidy_budgets,
    of_subsidy_effects,
    of_subsidy_payments,
    of_subsidy_policies,
    of_subsidy_reviews,
    of_subsidy_rounds,
    of_surveys,
    of_tasks,
    of_work_items,
)

ROOMS: tuple[ModuleType, ...] = (
    of_bulletins,
    of_duties,
    of_evaluations,
    of_grades,
    of_meetings,
    of_notices,
    of_people,
    of_proposals,
    of_reports,
    of_results,
    of_scoring,
    of_standards,
    # Each fills what the next ones stand on.
    of_subsidy_policies,
    of_subsidy_rounds,
    of_subsidy_applications,
    of_subsidy_reviews,
    of_subsidy_budgets,
    of_subsidy_payments,
    of_subsidy_effects,
    of_surveys,
    of_tasks,
    of_work_items,
)
