"""Joint meetings through the API: suggested by units, countersigned by their own systems."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Office
from coordination.api.meeting_serializers import (
    MeetingAnnounceSerializer,
    MeetingCloseSerializer,
    MeetingDetailSerializer,
    MeetingFinishSerializer,
    MeetingPublishSerializer,
    MeetingSerializer,
    MeetingSuggestSerializer,
    MinutesSerializer,
)
from coordination.models import Countersignature, Meeting, MeetingOffice, Resolution
from coordination.services import meetings as calling
from coordination.services import minutes as minuting
from coordination.services.meetings import Attendance
from coordination.services.minutes import Resolved
from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope

Given = dict[str, Any]


class MeetingFilterSet(FaceFilterSet):
    office = CodesFilter(method="of_office")
    held_since = django_filters.DateFilter(field_name="held_on", lookup_expr="gte")
    held_until = django_filters.DateFilter(field_name="held_on", lookup_expr="lte")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Meeting
        fields = ("state", "kind")

    def of_office(self, rows: QuerySet[Any], name: str, codes: list[str]) -> QuerySet[Any]:
        """Meetings to which one of these units is called."""
        links = MeetingOffice.objects.filter(office__in=Office.objects.filter(code__in=codes))
        return rows.filter(pk__in=links.values("meeting"))


def _moves(said: Any = MoveCommentSerializer) -> Any:
    return described(said, MeetingDetailSerializer)


@extend_schema_view(
    create=extend_schema(
        request=MeetingSuggestSerializer, responses={201: MeetingDetailSerializer}
    ),
    partial_update=_moves(MinutesSerializer),
)
class MeetingFace(MovingFace):
    """Meetings to which the caller's unit is called, or that it suggested; for the commission all.

    Issuing minutes is for persons: tokens are refused.
    """

    gates = {
        "list": "coordination.meetings",
        "retrieve": "coordination.meetings",
        "create": "coordination.propose_meeting",
        "partial_update": "coordination.manage_meetings",
        "announce": "coordination.manage_meetings",
        "finish": "coordination.manage_meetings",
        "review": "coordination.manage_meetings",
        "confirm": "coordination.countersign",
        "object": "coordination.countersign",
        "return_": "coordination.issue_minutes",
        "publish": "coordination.issue_minutes",
        "close": "coordination.manage_meetings",
        "revoke": "coordination.manage_meetings",
    }
    serializer_class = MeetingSerializer
    detail_serializer_class = MeetingDetailSerializer
    filterset_class = MeetingFilterSet
    orderings = frozenset({"id", "updated_at"})
    queryset = Meeting.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the units called; a meeting alone also with opinions and resolutions."""
        links = MeetingOffice.objects.select_related("office").order_by("id")
        rows: QuerySet[Any] = Meeting.objects.visible_to(scope)
        rows = rows.select_related("proposed_by").prefetch_related(
            Prefetch("offices", queryset=links)
        )
        if self.action == "list":
            return rows.defer("minutes", "agenda", "proposal")
        said = Countersignature.objects.select_related("office").order_by("edition", "at", "id")
        resolved = Resolution.objects.order_by("sort")
        return rows.prefetch_related(
            Prefetch("countersignatures", queryset=said), Prefetch("resolutions", queryset=resolved)
        )

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """建议召开, by the caller's unit."""

        def make(given: Given) -> Meeting:
            scope = scope_of(request)
            own = Office.objects.filter(district__in=scope.district_ids).select_related("district")
            office = get_object_or_404(own, code=scope.office_code)
            return calling.propose_meeting(
                district=office.district, office=office, by=actor_of(request), **given
            )

        return self.created(request, MeetingSuggestSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the minutes; a changed text is a new edition."""

        def write(row: Meeting, given: Given, **common: Any) -> None:
            told = [Resolved(**one) for one in given.get("resolutions", [])]
            minuting.draft_minutes(
                meeting=row, minutes=given["minutes"], resolutions=told, **common
            )

        return self.moved(request, MinutesSerializer, write)

    @_moves(MeetingAnnounceSerializer)
    @action(detail=True, methods=["post"])
    def announce(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """安排, and tell the units."""

        def move(row: Meeting, given: Given, **common: Any) -> None:
            offices = given.pop("offices")
            calling.announce(meeting=row, values=given, offices=offices, **common)

        return self.moved(request, MeetingAnnounceSerializer, move)

    @_moves(MeetingFinishSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记召开."""

        def move(row: Meeting, given: Given, **common: Any) -> None:
            came = {
                one["office"].pk: Attendance(one["attended"], one["person"])
                for one in given.pop("attendance", [])
            }
            calling.hold_meeting(meeting=row, attendance=came, **given, **common)

        return self.moved(request, MeetingFinishSerializer, move)

    @_moves()
    @action(detail=True, methods=["post"])
    def review(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """送会签."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: minuting.send_minutes(meeting=row, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """会签：同意, on the edition of the version that was seen."""
        return self._countersign(request, agrees=True)

    @_moves()
    @action(detail=True, methods=["post"])
    def object(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """会签：不同意; `comment` says why."""
        return self._countersign(request, agrees=False)

    @_moves()
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回修改; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: minuting.return_minutes(meeting=row, **given, **common),
        )

    @_moves(MeetingPublishSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """印发纪要."""
        return self.moved(
            request,
            MeetingPublishSerializer,
            lambda row, given, **common: minuting.issue_minutes(meeting=row, **given, **common),
        )

    @_moves(MeetingCloseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记报备."""
        return self.moved(
            request,
            MeetingCloseSerializer,
            lambda row, given, **common: minuting.file_minutes(meeting=row, **given, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """取消会议; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: calling.cancel_meeting(
                meeting=row, reason=given["comment"], **common
            ),
        )

    def _countersign(self, request: Request, *, agrees: bool) -> Response:
        # The version pins the edition: what was not seen is not agreed to.
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: minuting.countersign(
                meeting=row, agrees=agrees, edition=row.minutes_edition, **given, **common
            ),
        )
