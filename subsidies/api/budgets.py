"""Budgets through the API: lines with their balances, and the ledger of each; only read."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.etag import etag_of
from core.api.fields import FaceSerializer
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.moving import StrictSerializer
from core.api.paging import DEFAULT_SIZE, MAX_SIZE
from core.api.viewsets import ReadFace
from core.scope import Scope
from subsidies.models import BudgetLine, BudgetMove

MOST = 2_000_000_000
_ASKED = frozenset({"format", "kind", "after", "page_size"})


def _money(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(19, 2, read_only=True, **options)


class BudgetSerializer(FaceSerializer):
    fund = serializers.CharField(source="fund.code", read_only=True)
    fund_name = serializers.CharField(source="fund.name", read_only=True)
    granted = _money(help_text=_("预算指标，元"))
    reserved = _money(help_text=_("已安排未拨付，元"))
    paid = _money(help_text=_("已拨付，元"))
    free = _money(help_text=_("可用余额，元：预算指标 − 已安排未拨付 − 已拨付"))

    class Meta:
        model = BudgetLine
        fields = (
            "id",
            "fund",
            "fund_name",
            "year",
            "granted",
            "reserved",
            "paid",
            "free",
            "is_sample",
            "version",
        )
        read_only_fields = fields


class BudgetMoveSerializer(serializers.ModelSerializer[BudgetMove]):
    """One entry of the ledger; the three deltas sum to the line's balances."""

    amount = _money()
    d_granted = _money()
    d_reserved = _money()
    d_paid = _money()
    application = serializers.UUIDField(source="application_id", read_only=True, allow_null=True)
    order = serializers.UUIDField(source="order_id", read_only=True, allow_null=True)

    class Meta:
        model = BudgetMove
        fields = (
            "seq",
            "kind",
            "amount",
            "d_granted",
            "d_reserved",
            "d_paid",
            "application",
            "instalment",
            "attempt",
            "order",
            "act",
            "at",
            "by_label",
        )
        read_only_fields = fields


class BudgetMovePageSerializer(serializers.Serializer[Any]):
    """A page of the ledger; `next` is null at its end."""

    next = serializers.URLField(allow_null=True)
    results = BudgetMoveSerializer(many=True)


class MovesAskedSerializer(StrictSerializer):
    """Which moves, after which number, how many."""

    format = serializers.CharField(required=False)
    kind = serializers.ChoiceField(choices=BudgetMove.Kind.choices, required=False)
    after = serializers.IntegerField(min_value=0, max_value=MOST, default=0)
    page_size = serializers.IntegerField(min_value=1, max_value=MAX_SIZE, default=DEFAULT_SIZE)


class BudgetFilterSet(FaceFilterSet):
    fund = CodesFilter(field_name="fund__code", lookup_expr="in")
    year = django_filters.NumberFilter(min_value=0, max_value=9999)

    class Meta:
        model = BudgetLine
        fields = ("is_sample",)


class BudgetFace(ReadFace):
    """预算指标: for the commission; what changes them is decided on the pages, by persons."""

    gates = dict.fromkeys(("list", "retrieve", "moves"), "subsidies.budgets")
    serializer_class = BudgetSerializer
    filterset_class = BudgetFilterSet
    orderings = frozenset({"id", "year"})
    versioned = True
    queryset = BudgetLine.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With the fund."""
        return BudgetLine.objects.visible_to(scope).select_related("fund")

    def parameters(self) -> frozenset[str]:
        """The ledger is asked by kind and number."""
        return _ASKED if self.action == "moves" else super().parameters()

    @extend_schema(
        responses=BudgetMovePageSerializer,
        parameters=[
            OpenApiParameter("kind", {"type": "string", "enum": BudgetMove.Kind.values}),
            OpenApiParameter("after", {"type": "integer", "minimum": 0, "maximum": MOST}),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}),
        ],
    )
    @action(detail=True, methods=["get"])
    def moves(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """预算流水, by number; `after` is the last one seen."""
        line = self.get_object()
        read = MovesAskedSerializer(data=request.query_params.dict())
        read.is_valid(raise_exception=True)
        asked: dict[str, Any] = read.validated_data
        rows = BudgetMove.objects.filter(line=line, seq__gt=asked["after"]).order_by("seq")
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        found = list(rows[: asked["page_size"] + 1])
        following = None
        if len(found) > asked["page_size"]:
            found.pop()
            address = request.build_absolute_uri()
            following = replace_query_param(address, "after", str(found[-1].seq))
        shown = BudgetMoveSerializer(found, many=True).data
        body = {"next": following, "results": shown}
        return Response(body, headers={"ETag": etag_of(line)})
