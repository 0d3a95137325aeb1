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
    of_surveys,
    of_tasks,
    of_work_items,
)
