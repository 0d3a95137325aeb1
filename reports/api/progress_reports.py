"""Progress reports through the API: a street's own system sends, the commission checks.

An answer is saved on its own version, not on the report's: two people who fill in different items
of one report do not stand in each other's way. Every move pins the report's version, which rises
with every answer that anybody saves.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Office
from core.api.callers import actor_of, scope_of
from core.api.etag import etag_of, seen_version
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.idempotency import once
from core.api.problems import problem_response
from core.api.schema import FaceSchema
from core.api.viewsets import ReadFace
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from reports.api.overview_serializers import OverviewSerializer
from reports.api.report_serializers import (
    AnswerSerializer,
    AnswersWriteSerializer,
    ProgressReportDetailSerializer,
    ProgressReportSerializer,
    ReopenSerializer,
    ReportDifferencesSerializer,
    ReportMoveSerializer,
    ReturnSerializer,
    SubmitSerializer,
)
from reports.models import ProgressReport, ReportSubmission
from reports.progress import sending
from reports.progress.answers import (
    AnswerConflictError,
    Given,
    save_answers,
)
from reports.progress.comparing import differences
from reports.progress.overview import matrix
from reports.progress.prefilling import prefill
from territory.models import District

_COMPARED = ("from", "to")
_OVERVIEW = ("year", "type", "kind")


class ProgressReportFilterSet(FaceFilterSet):
    period = CodesFilter(field_name="period__code", lookup_expr="in")
    type = CodesFilter(field_name="period__type_code", lookup_expr="in")
    office = CodesFilter(field_name="office__code", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    overdue = django_filters.BooleanFilter(method="by_overdue")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = ProgressReport
        fields = ("state", "no_change")

    def by_overdue(self, rows: Any, name: str, value: bool) -> Any:
        """Owed past the due day, or all others."""
        late = ProgressReport.objects.all().overdue(timezone.localdate()).values("pk")
        return rows.filter(pk__in=late) if value else rows.exclude(pk__in=late)


class ReportSchema(FaceSchema):
    """What is pinned by something else than the report's version says so."""

    view: Any

    def _pins_version(self) -> bool:
        free = ("partial_update", "differences", "overview")
        return self.view.action not in free and super()._pins_version()

    def _reads(self) -> bool:
        return self.view.action not in ("differences", "overview") and super()._reads()


def _moves(said: Any = ReportMoveSerializer) -> Any:
    """The schema of a move."""
    return extend_schema(request=said, responses=ProgressReportDetailSerializer)


class ProgressReportFace(ReadFace):
    """What offices report: their own, all of the district's for the commission."""

    gates = {
        "list": "reports.view",
        "retrieve": "reports.view",
        "differences": "reports.view",
        "overview": "reports.overview",
        "partial_update": "reports.fill",
        "prefill": "reports.fill",
        "submit": "reports.fill",
        "withdraw": "reports.fill",
        "accept": "reports.check",
        "send_back": "reports.check",
        "sign_off": "reports.finalise",
        "reopen": "reports.check",
    }
    schema = ReportSchema()
    serializer_class = ProgressReportSerializer
    detail_serializer_class = ProgressReportDetailSerializer
    filterset_class = ProgressReportFilterSet
    orderings = frozenset({"id", "due_on", "submitted_at", "updated_at"})
    queryset = ProgressReport.objects.none()
    versioned = True
    explained = gettext_lazy(
        "填报内容逐项保存，每项以自己的版本（version）为准；他人已改动同一项时返回 409，"
        "conflicts 给出现有内容，整次请求不作任何保存。报送、审核等须用 If-Match 指明报告版本，"
        "任何人每保存一次，报告版本加一。"
    )

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Reports of the caller's office, or of all."""
        rows: QuerySet[Any] = ProgressReport.objects.visible_to(scope)
        rows = rows.select_related("period__type", "office", "street").defer("street__outline")
        if self.action != "list":
            rows = rows.prefetch_related("period__type__items")
        return rows

    def parameters(self) -> frozenset[str]:
        """Submissions are compared by their numbers."""
        if self.action == "differences":
            return frozenset({"format", *_COMPARED})
        if self.action == "overview":
            return frozenset({"format", *_OVERVIEW})
        return super().parameters()

    @extend_schema(request=AnswersWriteSerializer, responses=ProgressReportDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Save answers, each on the version that was seen; all of them or none."""
        report = self.get_object()
        said = self._said(AnswersWriteSerializer)["answers"]
        pinned = seen_version(request) if "If-Match" in request.headers else None
        try:
            save_answers(
                report=report,
                given={key: _given(one) for key, one in said.items()},
                by=actor_of(request),
                scope=scope_of(request),
                seen_report=pinned,
            )
        except AnswerConflictError as error:
            return _conflict(error)
        except DjangoValidationError as error:
            raise _among_answers(error) from error
        return self._now(report)

    @_moves(None)
    @action(detail=True, methods=["post"])
    def prefill(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Fill in what ledger, figures and 工作信息 know; what somebody has changed stays."""
        return once(request, self._prefill)

    @_moves(SubmitSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """报送, or 无变化报送."""

        def move(*, no_change: bool, **rest: Any) -> ProgressReport:
            return sending.submit_unchanged(**rest) if no_change else sending.submit(**rest)

        return self._move(move, SubmitSerializer)

    @_moves()
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """撤回, before anybody has decided."""
        return self._move(sending.withdraw)

    @_moves()
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """审核通过."""
        return self._move(sending.accept)

    @_moves(ReturnSerializer)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def send_back(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回修改."""
        return self._move(sending.return_report, ReturnSerializer)

    @_moves()
    @action(detail=True, methods=["post"])
    def sign_off(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """定稿."""
        return self._move(sending.sign_off)

    @_moves(ReopenSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """重新开放."""
        return self._move(sending.reopen, ReopenSerializer)

    @extend_schema(
        responses=ReportDifferencesSerializer,
        parameters=[
            OpenApiParameter(
                name, {"type": "integer", "minimum": 1, "maximum": 9999}, required=True
            )
            for name in _COMPARED
        ],
    )
    @action(detail=True, methods=["get"])
    def differences(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What differs between two sendings, by their numbers."""
        report = self.get_object()
        older, newer = (self._submission(report, name) for name in _COMPARED)
        found = {"older": older, "newer": newer, "differences": differences(older, newer)}
        shown = ReportDifferencesSerializer(found).data
        return Response(shown, headers={"ETag": etag_of(report)})

    @extend_schema(
        responses=OverviewSerializer,
        filters=False,
        parameters=[
            OpenApiParameter("year", {"type": "integer", "minimum": 2000, "maximum": 2100}),
            OpenApiParameter("type", {"type": "string"}, description=gettext_lazy("报表编码")),
            OpenApiParameter("kind", {"type": "string", "enum": Office.Kind.values}),
        ],
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def overview(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who owes what, by when: offices × the periods that end in a year (this one)."""
        scope, asked = scope_of(request), request.query_params
        district = District.objects.visible_to(scope).order_by("code").first()
        if district is None:
            raise NotFound
        table = matrix(
            scope,
            district,
            _year(asked.get("year", str(timezone.localdate().year))),
            asked.get("type", ""),
            office_kind=_kind(asked.get("kind", "")),
        )
        return Response(OverviewSerializer(table).data)

    def _prefill(self) -> Response:
        seen, report = seen_version(self.request), self.get_object()
        with transaction.atomic():
            now = locked(ProgressReport.objects.filter(pk=report.pk)).get()
            require_version(now, seen)
            prefill(report=now, by=actor_of(self.request))
        return self._now(report)

    def _move(
        self, move: Callable[..., ProgressReport], said: Any = ReportMoveSerializer
    ) -> Response:
        def act() -> Response:
            seen, report = seen_version(self.request), self.get_object()
            moved = move(
                report=report,
                by=actor_of(self.request),
                scope=scope_of(self.request),
                seen_version=seen,
                **self._said(said),
            )
            return self._now(moved)

        return once(self.request, act)

    def _said(self, serializer: Any) -> dict[str, Any]:
        said = serializer(data=self.request.data)
        said.is_valid(raise_exception=True)
        data: dict[str, Any] = said.validated_data
        return data

    def _now(self, report: ProgressReport) -> Response:
        return self.answer(self.get_queryset().get(pk=report.pk))

    def _submission(self, report: ProgressReport, name: str) -> ReportSubmission:
        text = self.request.query_params.get(name, "")
        if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 9999 and len(text) < 9):
            raise ValidationError({name: _("须为报送次数（1 到 9999 的整数）")})
        found = report.submissions.filter(number=int(text)).first()
        if found is None:
            raise NotFound
        return found


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 2000 <= int(text) <= 2100):
        raise ValidationError({"year": _("须为 2000 到 2100 的年份")})
    return int(text)


def _kind(text: str) -> str:
    if text and text not in Office.Kind.values:
        kinds = "、".join(Office.Kind.values)
        raise ValidationError({"kind": _("须为其中之一：%(kinds)s") % {"kinds": kinds}})
    return text


def _given(said: dict[str, Any]) -> Given:
    value = said["number"] if "number" in said else said["text"]
    return Given(value, said["version"], said["reason"])


def _among_answers(error: DjangoValidationError) -> ValidationError:
    """Said of items, it is said of `answers`; else of the report."""
    if hasattr(error, "error_dict"):
        return ValidationError({"answers": error.message_dict})
    return ValidationError(error.messages)


def _conflict(error: AnswerConflictError) -> HttpResponse:
    """409: which items, and what stands there now."""
    now = AnswerSerializer(error.conflicts, many=True).data
    told = [
        {
            "field": f"answers.{answer.key}",
            "row": None,
            "message": _("“%(who)s”已改动此项，现为第 %(version)d 版")
            % {"who": answer.by_label or _("他人"), "version": answer.version},
        }
        for answer in error.conflicts
    ]
    return problem_response(409, str(error), told, more={"conflicts": now})
