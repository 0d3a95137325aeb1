"""The tables of reporting: forms, periods, progress reports, 工作信息, bulletins."""

from reports.models.bulletins import Bulletin
from reports.models.forms import ReportDuty, ReportItem, ReportRule, ReportType
from reports.models.periods import Consolidation, Period
from reports.models.progress import (
    ProgressReport,
    ReportAnswer,
    ReportComment,
    ReportSubmission,
    ReportUrge,
)
from reports.models.work_items import WorkItem

__all__ = [
    "Bulletin",
    "Consolidation",
    "Period",
    "ProgressReport",
    "ReportAnswer",
    "ReportComment",
    "ReportDuty",
    "ReportItem",
    "ReportRule",
    "ReportSubmission",
    "ReportType",
    "ReportUrge",
    "WorkItem",
]
