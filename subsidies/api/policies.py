"""Policies through the API: read with their rules, drafted, published, closed, tried."""

from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.scope import Scope
from subsidies.api.policy_serializers import (
    PolicyChangeSerializer,
    PolicyDetailSerializer,
    PolicySerializer,
    PolicyWriteSerializer,
    TrialAskSerializer,
    TrialSerializer,
)
from subsidies.models import Policy
from subsidies.parts import SPENT
from subsidies.rules.shapes import read_rule
from subsidies.services import policies
from subsidies.trials import try_rule
from territory.models import District

Given = dict[str, Any]


class PolicyFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")
    fund = CodesFilter(field_name="fund__code", lookup_expr="in")
    in_force_on = django_filters.DateFilter(method="of_day")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Policy
        fields = ("state", "is_official", "is_reference")

    def of_day(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        """In force on the day, in whatever state."""
        return rows.filter(valid_from__lte=day).exclude(valid_to__lte=day)


_moved = described(MoveCommentSerializer, PolicyDetailSerializer)


@extend_schema_view(
    create=extend_schema(request=PolicyWriteSerializer, responses={201: PolicyDetailSerializer}),
    partial_update=described(PolicyChangeSerializer, PolicyDetailSerializer),
)
class PolicyFace(MovingFace):
    """Support policies, all versions; a published one is frozen, a change is a new one."""

    gates = {
        "list": "subsidies.policies",
        "retrieve": "subsidies.policies",
        "try_item": "subsidies.policies",
        "create": "subsidies.change_policies",
        "partial_update": "subsidies.change_policies",
        "publish": "subsidies.change_policies",
        "close": "subsidies.change_policies",
    }
    subject = gettext_lazy("扶持政策")
    explained = gettext_lazy(
        '街镇只见已发布和停用过的本区政策。规则中的数值都是文字（如 "0.3"），空值表示标准待定。'
        "算例不符、标准待定、没有计算步骤或没有指定专项资金的草稿不能发布；"
        "外地参考可以标准待定，不能据此发起资金批次。"
    )
    serializer_class = PolicySerializer
    detail_serializer_class = PolicyDetailSerializer
    filterset_class = PolicyFilterSet
    orderings = frozenset({"id", "code", "valid_from", "updated_at"})
    queryset = Policy.objects.none()
    unpinned = frozenset({"try_item"})

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With what they name; alone with all items."""
        rows: QuerySet[Any] = Policy.objects.visible_to(scope)
        rows = rows.select_related("clause__document", "fund").defer("clause__text")
        if self.action == "list":
            return rows.defer("clause__text", "common")
        rows = rows.select_related("district").defer("clause__text", "district__outline")
        return rows.prefetch_related("items")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A draft, with its items where they are given."""
        common: Given = {"by": actor_of(request), "scope": scope_of(request)}
        districts = District.objects.filter(pk__in=common["scope"].district_ids).order_by("code")

        def make(given: Given) -> Policy:
            items = given.pop("items", None)
            with transaction.atomic():
                made = policies.create_policy(
                    district=get_object_or_404(districts[:1]), values=given, **common
                )
                if items:
                    made = policies.arrange_items(policy=made, rows=items, **common)
            return made

        return self.created(request, PolicyWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a draft."""

        def change(row: Policy, given: Given, *, seen_version: int, **common: Any) -> None:
            items = given.pop("items", None)
            pinned = {**common, "seen_version": seen_version}
            if items is None:
                policies.change_policy(policy=row, values=given, **pinned)
                return
            if not given:
                policies.arrange_items(policy=row, rows=items, **pinned)
                return
            with transaction.atomic():
                policies.change_policy(policy=row, values=given, **pinned)
                policies.arrange_items(policy=row, rows=items, **common)

        return self.moved(request, PolicyChangeSerializer, change)

    @_moved
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """发布: sound ones alone; the published version of the code gives way."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: policies.publish_policy(policy=row, **common),
        )

    @_moved
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """停用; `comment` says why."""
        return self.moved(
            request,
            MoveCommentSerializer,
            lambda row, given, **common: policies.close_policy(policy=row, **given, **common),
        )

    @extend_schema(
        request=TrialAskSerializer,
        responses=TrialSerializer,
        parameters=[OpenApiParameter("key", OpenApiTypes.STR, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["post"], url_path="items/<slug:key>/try")
    def try_item(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """试算: an item's rule on these facts, line by line; nothing is stored."""
        row = self.get_object()
        item = get_object_or_404(row.items.all(), key=kwargs["key"])
        given = self.said(TrialAskSerializer)
        strange = [name for name in given["spent"] if name not in dict(SPENT)]
        if strange:
            raise ValidationError({"spent": [_("没有这个字段")]})
        found = try_rule(
            read_rule(item.rule, row.common),
            given["facts"],
            on=given.get("on") or timezone.localdate(),
            spent=given["spent"],
        )
        return Response(TrialSerializer(found).data)
