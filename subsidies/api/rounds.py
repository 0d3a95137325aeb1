"""Rounds through the API: called, opened, closed, published, decided on, finished."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope
from core.versions import require_version
from subsidies.api.round_serializers import (
    RoundAnnounceSerializer,
    RoundApprovalSerializer,
    RoundChangeSerializer,
    RoundDetailSerializer,
    RoundListSerializer,
    RoundMeetingSerializer,
    RoundReopenSerializer,
    RoundSerializer,
    RoundWriteSerializer,
)
from subsidies.models import Application, Round
from subsidies.round_rules import tallies
from subsidies.services import rounds
from subsidies.services.proposing import propose_applications

Given = dict[str, Any]


class RoundFilterSet(FaceFilterSet):
    policy = CodesFilter(field_name="policy__code", lookup_expr="in")
    fund = CodesFilter(field_name="policy__fund__code", lookup_expr="in")
    year = django_filters.NumberFilter(min_value=0, max_value=9999)
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Round
        fields = ("state",)


def _moves(said: Any = MoveCommentSerializer) -> Any:
    return described(said, RoundDetailSerializer)


@extend_schema_view(
    create=extend_schema(request=RoundWriteSerializer, responses={201: RoundDetailSerializer}),
    partial_update=_moves(RoundChangeSerializer),
)
class RoundFace(MovingFace):
    """Rounds: for the commission all of them, for streets those that are or were open."""

    gates = {
        "list": "subsidies.rounds",
        "retrieve": "subsidies.rounds",
        "create": "subsidies.manage_rounds",
        "partial_update": "subsidies.manage_rounds",
        "open": "subsidies.manage_rounds",
        "close": "subsidies.manage_rounds",
        "reopen": "subsidies.manage_rounds",
        "meeting": "subsidies.manage_rounds",
        "propose": "subsidies.handle_application",
        "announce": "subsidies.manage_rounds",
        "return_": "subsidies.manage_rounds",
        "approve": "subsidies.approve_round",
        "pay": "subsidies.manage_rounds",
        "finish": "subsidies.manage_rounds",
    }
    subject = gettext_lazy("资金批次")
    explained = gettext_lazy(
        "申报数、支持数和金额只计调用者可见的申报。公示期自发布次日起计满工作日，"
        "public_until 为最后一天。列入拟支持名单（propose）即安排资金，全部办成或全部不办；"
        "列入名单和审定须由本人办理，令牌不能办理。"
    )
    serializer_class = RoundSerializer
    detail_serializer_class = RoundDetailSerializer
    filterset_class = RoundFilterSet
    orderings = frozenset({"id", "year", "opens_on", "closes_on", "updated_at"})
    queryset = Round.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the policy and its fund."""
        rows: QuerySet[Any] = Round.objects.visible_to(scope).select_related("policy__fund")
        return rows.defer("policy__common", "policy__note")

    def dress(self, rows: list[Any]) -> list[Any]:
        """With what the caller's applications come to."""
        counted = tallies(rows, Application.objects.visible_to(scope_of(self.request)))
        for row in rows:
            row.tally = counted[row.pk]
        return rows

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A draft, once for each Idempotency-Key."""
        common: Given = {"by": actor_of(request), "scope": scope_of(request)}

        def make(given: Given) -> Round:
            return rounds.create_round(rule=given.pop("policy"), values=given, **common)

        return self.created(request, RoundWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a draft; later only contact, public_place and objection_contact."""
        return self.moved(
            request,
            RoundChangeSerializer,
            lambda row, given, **common: rounds.change_round(round_=row, values=given, **common),
        )

    @_moves()
    @action(detail=True, methods=["post"])
    def open(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """发布申报通知."""
        return self._move(request, rounds.open_round)

    @_moves()
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """截止申报; before the closing day `comment` says why."""
        return self._move(request, rounds.close_round)

    @_moves(RoundReopenSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """延长申报 up to a new closing day."""
        return self._move(request, rounds.reopen_round, RoundReopenSerializer)

    @_moves(RoundMeetingSerializer)
    @action(detail=True, methods=["post"])
    def meeting(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记集体审议."""
        return self._move(request, rounds.record_meeting, RoundMeetingSerializer)

    @_moves(RoundListSerializer)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """列入拟支持名单: reserves their money; all of the applications or none."""

        def move(row: Round, given: Given, *, seen_version: int | None, **common: Any) -> None:
            require_version(row, seen_version)
            seen = {one["id"]: one["version"] for one in given["applications"]}
            found = Application.objects.visible_to(common["scope"]).filter(round=row, pk__in=seen)
            cases = list(found.select_related("item"))
            if len(cases) < len(seen):
                raise ValidationError({"applications": _("有的申报不在本批次中。")})
            propose_applications(applications=[(one, seen[one.pk]) for one in cases], **common)

        return self.moved(request, RoundListSerializer, move)

    @_moves(RoundAnnounceSerializer)
    @action(detail=True, methods=["post"])
    def announce(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """发布公示."""
        return self._move(request, rounds.announce_round, RoundAnnounceSerializer)

    @_moves()
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """撤回公示; `comment` says why."""
        return self._move(request, rounds.return_round)

    @_moves(RoundApprovalSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """审定: every 拟支持 becomes 已审定."""
        return self._move(request, rounds.approve_round, RoundApprovalSerializer)

    @_moves()
    @action(detail=True, methods=["post"])
    def pay(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """转入拨付."""
        return self._move(request, rounds.pay_round)

    @_moves()
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """办结."""
        return self._move(request, rounds.finish_round)

    def _move(
        self, request: Request, act: Callable[..., Round], said: Any = MoveCommentSerializer
    ) -> Response:
        return self.moved(
            request, said, lambda row, given, **common: act(round_=row, **given, **common)
        )
