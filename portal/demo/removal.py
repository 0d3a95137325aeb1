"""Takes a demo out again: every sample row, nothing else."""

from typing import Any, Final

from django.db.models import QuerySet

from assessments.models import (
    Checklist,
    ChecklistLine,
    Evaluation,
    Grade,
    Sample,
    Score,
    Scorecard,
    Survey,
    SurveyAnswer,
    SurveyCircle,
    SurveyImport,
    SurveyToken,
)
from circles.models import (
    Circle,
    CircleCompound,
    CircleFacts,
    CircleNeighbourhood,
    CircleStreet,
    ComplaintCount,
    Compound,
    CompoundFacts,
    Facility,
    FormatCheck,
    Space,
)
from coordination.models import (
    Countersignature,
    Meeting,
    MeetingOffice,
    Proposal,
    ProposalFigure,
    ProposalOffice,
    Resolution,
    ResponsibilityProgress,
    RosterEntry,
    Task,
    TaskFeedback,
    TaskOffice,
    TaskUrge,
    WorkLineProgress,
)
from metrics.models import CompoundReach, Membership, Release, Run, StreetNetwork, Value
from outlets.models import (
    AllianceMember,
    Brand,
    BrandStoreCount,
    Enterprise,
    LedgerCompleteness,
    Outlet,
    OutletFacts,
    OutletLabel,
    QualityCount,
    QualityFinding,
)
from portal.demo import accounts
from reports.models import (
    Bulletin,
    Consolidation,
    Period,
    ProgressReport,
    ReportAnswer,
    ReportComment,
    ReportSubmission,
    ReportUrge,
    WorkItem,
)
from subsidies.models import (
    Application,
    BudgetLine,
    BudgetMove,
    BudgetOrder,
    Check,
    Clawback,
    Effect,
    Evidence,
    Fund,
    Instalment,
    Objection,
    Payment,
    PaymentImport,
    PaymentImportRow,
    PaymentList,
    Policy,
    PolicyItem,
    Round,
)
from territory.models import District, Neighbourhood, Street

# Children before parents; the flag is the row's own or that of what it belongs to.
SAMPLE: Final[tuple[tuple[Any, str], ...]] = (
    (Effect, "application__is_sample"),
    (Effect, "after__run__is_sample"),
    (Clawback, "instalment__application__is_sample"),
    (Payment, "instalment__application__is_sample"),
    (PaymentImportRow, "brought__is_sample"),
    (PaymentImport, "is_sample"),
    (BudgetMove, "line__is_sample"),
    (BudgetOrder.instalments.through, "budgetorder__is_sample"),
    (Instalment, "application__is_sample"),
    (PaymentList, "is_sample"),
    (BudgetOrder, "is_sample"),
    (BudgetLine, "is_sample"),
    (Objection, "application__is_sample"),
    (Check, "application__is_sample"),
    (Evidence, "application__is_sample"),
    (Application, "is_sample"),
    (Round, "is_sample"),
    (PolicyItem, "policy__is_sample"),
    (Policy, "is_sample"),
    (Fund, "is_sample"),
    (Grade, "is_sample"),
    (Score, "scorecard__evaluation__is_sample"),
    (Scorecard, "evaluation__is_sample"),
    (ChecklistLine, "checklist__evaluation__is_sample"),
    (Checklist, "evaluation__is_sample"),
    (Evaluation, "is_sample"),
    (Sample, "is_sample"),
    (SurveyAnswer, "survey__is_sample"),
    (SurveyImport, "survey__is_sample"),
    (SurveyToken, "survey__is_sample"),
    (SurveyCircle, "survey__is_sample"),
    (Survey, "is_sample"),
    (Countersignature, "meeting__is_sample"),
    (TaskUrge, "task__is_sample"),
    (TaskFeedback, "task__is_sample"),
    (TaskOffice, "task__is_sample"),
    (Task, "is_sample"),
    (Resolution, "meeting__is_sample"),
    (MeetingOffice, "meeting__is_sample"),
    (Meeting, "is_sample"),
    (ProposalFigure, "proposal__is_sample"),
    (ProposalFigure, "release__run__is_sample"),
    (ProposalOffice, "proposal__is_sample"),
    (Proposal, "is_sample"),
    (ResponsibilityProgress, "is_sample"),
    (WorkLineProgress, "is_sample"),
    (RosterEntry, "is_sample"),
    (WorkItem, "is_sample"),
    (Bulletin, "is_sample"),
    (Consolidation, "is_sample"),
    (ReportUrge, "report__is_sample"),
    (ReportComment, "report__is_sample"),
    (ReportSubmission, "report__is_sample"),
    (ReportAnswer.history.model, "report__is_sample"),
    (ReportAnswer, "report__is_sample"),
    (ProgressReport, "is_sample"),
    (Period, "is_sample"),
    (Release, "run__is_sample"),
    (Value, "run__is_sample"),
    (CompoundReach, "compound__is_sample"),
    (CompoundReach, "run__is_sample"),
    (Membership, "circle__is_sample"),
    (Membership, "outlet__is_sample"),
    (Run, "is_sample"),
    (FormatCheck, "is_sample"),
    (ComplaintCount, "is_sample"),
    (Facility, "is_sample"),
    (Space, "is_sample"),
    (AllianceMember, "is_sample"),
    (LedgerCompleteness, "is_sample"),
    (CircleFacts, "circle__is_sample"),
    (CircleNeighbourhood, "circle__is_sample"),
    (CircleCompound, "circle__is_sample"),
    (CircleStreet, "circle__is_sample"),
    (Circle, "is_sample"),
    (CompoundFacts, "compound__is_sample"),
    (Compound, "is_sample"),
    (QualityFinding, "outlet__is_sample"),
    (OutletLabel, "outlet__is_sample"),
    (OutletFacts, "outlet__is_sample"),
    (Outlet, "is_sample"),
    (BrandStoreCount, "brand__is_sample"),
    (Brand, "is_sample"),
    (Enterprise, "is_sample"),
    (Circle.history.model, "is_sample"),
    (Compound.history.model, "is_sample"),
    (Outlet.history.model, "is_sample"),
    (Facility.history.model, "is_sample"),
    (Space.history.model, "is_sample"),
)


def remove_sample(district: District) -> None:
    """Delete the demo's rows, accounts and outlines; the caller holds the transaction."""
    for model, flag in SAMPLE:
        _delete(model._default_manager.filter(**{flag: True}))
    used = Run.objects.exclude(network=None).values("network")
    _delete(StreetNetwork.objects.filter(district=district, is_sample=True).exclude(pk__in=used))
    # Counted among sample rows alone: a demo stands beside no real ones.
    _delete(QualityCount.objects.filter(district=district))
    accounts.remove()
    for area in (
        District.objects.filter(pk=district.pk),
        Street.objects.filter(district=district),
        Neighbourhood.objects.filter(district=district),
    ):
        area.filter(is_sample_outline=True).update(outline=None, is_sample_outline=False)


def _delete(rows: "QuerySet[Any]") -> None:
    """Without loading them and without signals: history of sample rows goes with them."""
    rows._raw_delete(rows.db)
