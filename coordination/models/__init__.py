"""The tables of coordination: duties, roster, lines of work, meetings, tasks, proposals."""

from coordination.models.duties import (
    Responsibility,
    ResponsibilityProgress,
    WorkLine,
    WorkLineProgress,
)
from coordination.models.meetings import (
    Countersignature,
    Meeting,
    MeetingOffice,
    Resolution,
)
from coordination.models.proposals import Proposal, ProposalFigure, ProposalOffice
from coordination.models.roster import Mechanism, RosterEntry
from coordination.models.tasks import Task, TaskFeedback, TaskOffice, TaskUrge

__all__ = [
    "Countersignature",
    "Mechanism",
    "Meeting",
    "MeetingOffice",
    "Proposal",
    "ProposalFigure",
    "ProposalOffice",
    "Resolution",
    "Responsibility",
    "ResponsibilityProgress",
    "RosterEntry",
    "Task",
    "TaskFeedback",
    "TaskOffice",
    "TaskUrge",
    "WorkLine",
    "WorkLineProgress",
]
