"""Reports by their addresses: one's own office's to fill in, the district's to check."""

from typing import Any

from django.http import Http404, HttpRequest

from core import policy
from core.scope import Scope
from portal.views.common import scope_of
from reports.models import ProgressReport
from reports.progress.answers import FILLABLE


def find(request: HttpRequest, pk: Any) -> ProgressReport:
    """A report that the caller may see; 404 else."""
    rows = ProgressReport.objects.visible_to(scope_of(request))
    report = rows.filter(pk=pk).select_related("period__type", "office", "street").first()
    if report is None:
        raise Http404
    return report


def find_own(request: HttpRequest, pk: Any) -> ProgressReport:
    """A report that the caller's office owes; PermissionDenied for those who only check it."""
    report = find(request, pk)
    policy.require(scope_of(request), "reports.fill", report)
    return report


def may_write(scope: Scope, report: ProgressReport) -> bool:
    """Whether the caller may change its answers as it stands."""
    return report.state in FILLABLE and policy.may(scope, "reports.fill", report)
