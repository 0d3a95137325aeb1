"""Proposals through the API: registered, handed out, countersigned, answered."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Office
from coordination.api.proposal_serializers import (
    ProposalAssignSerializer,
    ProposalCloseSerializer,
    ProposalDetailSerializer,
    ProposalReplySerializer,
    ProposalSerializer,
    ProposalWriteSerializer,
    ReplyDraftSerializer,
)
from coordination.models import Proposal, ProposalOffice
from coordination.services import drafting, proposals, signing
from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope
from territory.models import District

Given = dict[str, Any]


class ProposalFilterSet(FaceFilterSet):
    number = CodesFilter(field_name="number", lookup_expr="in")
    office = CodesFilter(method="of_office")
    due_since = django_filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_until = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Proposal
        fields = ("state", "kind", "feedback")

    def of_office(self, rows: QuerySet[Any], name: str, codes: list[str]) -> QuerySet[Any]:
        """Proposals that one of these units answers or helps with."""
        links = ProposalOffice.objects.filter(office__in=Office.objects.filter(code__in=codes))
        return rows.filter(pk__in=links.values("proposal"))


def _moves(said: Any = MoveCommentSerializer) -> Any:
    return described(said, ProposalDetailSerializer)


@extend_schema_view(
    create=extend_schema(
        request=ProposalWriteSerializer, responses={201: ProposalDetailSerializer}
    ),
    partial_update=_moves(ReplyDraftSerializer),
)
class ProposalFace(MovingFace):
    """Proposals that the caller's unit answers or helps with; for the commission all of them.

    Signing a reply is for persons: tokens are refused.
    """

    gates = {
        "list": "coordination.proposals",
        "retrieve": "coordination.proposals",
        "create": "coordination.manage_proposals",
        "partial_update": "coordination.manage_proposals",
        "assign": "coordination.manage_proposals",
        "send": "coordination.manage_proposals",
        "confirm": "coordination.help_with_proposal",
        "object": "coordination.help_with_proposal",
        "return_": "coordination.sign_reply",
        "reply": "coordination.sign_reply",
        "close": "coordination.manage_proposals",
    }
    serializer_class = ProposalSerializer
    detail_serializer_class = ProposalDetailSerializer
    filterset_class = ProposalFilterSet
    orderings = frozenset({"id", "due_on", "received_on", "updated_at"})
    queryset = Proposal.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the units."""
        links = ProposalOffice.objects.select_related("office").order_by("-role", "id")
        rows: QuerySet[Any] = Proposal.objects.visible_to(scope)
        rows = rows.prefetch_related(Prefetch("offices", queryset=links))
        if self.action == "list":
            return rows.defer("text", "reply")
        return rows.select_related("district").defer("district__outline")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记."""

        def make(given: Given) -> Proposal:
            scope = scope_of(request)
            districts = District.objects.filter(pk__in=scope.district_ids).order_by("code")
            district = get_object_or_404(districts[:1])
            return proposals.register_proposal(
                district=district, values=given, by=actor_of(request), scope=scope
            )

        return self.created(request, ProposalWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the reply; a changed text is countersigned anew."""
        return self.moved(
            request,
            ReplyDraftSerializer,
            lambda row, given, **common: drafting.save_draft(proposal=row, **given, **common),
        )

    @_moves(ProposalAssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """交办."""

        def move(row: Proposal, given: Given, **common: Any) -> None:
            given.setdefault("helping", [])
            proposals.assign(proposal=row, **given, **common)

        return self.moved(request, ProposalAssignSerializer, move)

    @_moves()
    @action(detail=True, methods=["post"])
    def send(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """送审."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: drafting.send_draft(proposal=row, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """会签：同意."""
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
            lambda row, given, **common: drafting.return_draft(proposal=row, **given, **common),
        )

    @_moves(ProposalReplySerializer)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """签发答复."""

        def move(row: Proposal, given: Given, **common: Any) -> None:
            key = given.pop("figures_key", "")
            signing.sign_reply(proposal=row, figures_seen=key, **given, **common)

        return self.moved(request, ProposalReplySerializer, move)

    @_moves(ProposalCloseSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记委员反馈."""

        def move(row: Proposal, given: Given, **common: Any) -> None:
            proposals.record_feedback(
                proposal=row,
                feedback=given["feedback"],
                text=given["feedback_text"],
                on=given["feedback_on"],
                **common,
            )

        return self.moved(request, ProposalCloseSerializer, move)

    def _countersign(self, request: Request, *, agrees: bool) -> Response:
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: drafting.countersign_reply(
                proposal=row, agrees=agrees, **given, **common
            ),
        )
