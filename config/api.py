"""The REST API: every room's faces under /api/v1/, its schema and its documentation."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from accounts.api.views import JobFace, MeFace
from assessments.api.checklists import ChecklistFace
from assessments.api.grades import GradeFace
from assessments.api.scorecards import ScorecardFace
from assessments.api.standards import StandardFace
from assessments.api.surveys import SurveyFace
from circles.api.sites import FacilityFace, SpaceFace
from circles.api.views import BatchFace, CircleFace, CompoundFace
from coordination.api.meetings import MeetingFace
from coordination.api.proposals import ProposalFace
from coordination.api.tasks import TaskFace
from core.api.docs import DocsView, SchemaView
from core.api.help import NowhereFace, ProblemFace
from core.api.sources import ClauseFace, DocumentFace
from metrics.api.views import NetworkFace, ReleaseFace, RunFace, ValueFace
from outlets.api.imports import ImportFace
from outlets.api.licences import LicenceNoticeFace
from outlets.api.quality import FindingFace
from outlets.api.register import OutletFace
from outlets.api.views import BrandFace, EnterpriseFace, FormatFace
from reports.api.periods import PeriodFace
from reports.api.progress_reports import ProgressReportFace
from reports.api.work_items import WorkItemFace
from subsidies.api.applications import ApplicationFace
from subsidies.api.budgets import BudgetFace
from subsidies.api.payments import PaymentFace
from subsidies.api.policies import PolicyFace
from subsidies.api.rounds import RoundFace
from territory.api.views import DistrictFace, NeighbourhoodFace, StreetFace

router = SimpleRouter(use_regex_path=False)
for prefix, face in {
    "districts": DistrictFace,
    "streets": StreetFace,
    "neighbourhoods": NeighbourhoodFace,
    "compounds": CompoundFace,
    "circles": CircleFace,
    "facilities": FacilityFace,
    "spaces": SpaceFace,
    "formats": FormatFace,
    "brands": BrandFace,
    "enterprises": EnterpriseFace,
    "outlets": OutletFace,
    "licence-notices": LicenceNoticeFace,
    "quality-findings": FindingFace,
    "imports": ImportFace,
    "batches": BatchFace,
    "networks": NetworkFace,
    "runs": RunFace,
    "releases": ReleaseFace,
    "values": ValueFace,
    "periods": PeriodFace,
    "progress-reports": ProgressReportFace,
    "documents": DocumentFace,
    "clauses": ClauseFace,
    "work-items": WorkItemFace,
    "meetings": MeetingFace,
    "tasks": TaskFace,
    "proposals": ProposalFace,
    "standards": StandardFace,
    "checklists": ChecklistFace,
    "scorecards": ScorecardFace,
    "surveys": SurveyFace,
    "grades": GradeFace,
    "policies": PolicyFace,
    "subsidy-rounds": RoundFace,
    "subsidy-applications": ApplicationFace,
    "payments": PaymentFace,
    "budgets": BudgetFace,
    "jobs": JobFace,
}.items():
    router.register(prefix, face, basename=prefix)

v1: list[URLPattern | URLResolver] = [
    *router.urls,
    path("me/", MeFace.as_view(), name="me"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((v1, "v1"))),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    path("problems/<slug:slug>/", ProblemFace.as_view(), name="problem"),
    # Last: an address that is nowhere answers with a problem, too, not with a page.
    re_path(r"^.*$", NowhereFace.as_view(), name="nowhere"),
]
