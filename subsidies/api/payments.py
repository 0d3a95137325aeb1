"""Payments through the API: what the treasury paid, and booking that it did."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.fields import FaceSerializer
from core.api.filters import CodesFilter, FaceFilterSet, UUIDsFilter
from core.api.moving import MovingFace, StrictSerializer
from core.scope import Scope
from subsidies.models import Instalment, Payment
from subsidies.services.paying import record_payment


class PaymentFilterSet(FaceFilterSet):
    application = CodesFilter(
        field_name="instalment__application__number",
        lookup_expr="in",
        help_text=_("受理编号"),
    )
    enterprise = UUIDsFilter(field_name="instalment__application__enterprise", lookup_expr="in")
    line = UUIDsFilter(field_name="instalment__line", lookup_expr="in")
    payment_list = CodesFilter(
        field_name="instalment__payment_list__number", lookup_expr="in", help_text=_("清单编号")
    )
    voucher = CodesFilter(field_name="voucher", lookup_expr="in")
    paid_from = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte")
    paid_to = django_filters.DateFilter(field_name="paid_on", lookup_expr="lte")

    class Meta:
        model = Payment
        fields = ()


class PaymentSerializer(FaceSerializer):
    application = serializers.UUIDField(source="instalment.application_id", read_only=True)
    application_number = serializers.CharField(
        source="instalment.application.number", read_only=True
    )
    enterprise = serializers.UUIDField(
        source="instalment.application.enterprise_id", read_only=True
    )
    enterprise_name = serializers.CharField(
        source="instalment.application.enterprise.name", read_only=True
    )
    instalment_number = serializers.IntegerField(source="instalment.number", read_only=True)
    line = serializers.UUIDField(source="instalment.line_id", read_only=True)
    payment_list = serializers.CharField(
        source="instalment.payment_list.number", read_only=True, help_text=_("清单编号")
    )
    amount = serializers.DecimalField(19, 2, read_only=True)
    is_sample = serializers.BooleanField(source="instalment.application.is_sample", read_only=True)

    class Meta:
        model = Payment
        fields = (
            "id",
            "application",
            "application_number",
            "enterprise",
            "enterprise_name",
            "instalment",
            "instalment_number",
            "line",
            "payment_list",
            "paid_on",
            "voucher",
            "amount",
            "account_name",
            "at",
            "is_sample",
        )
        read_only_fields = fields


class PaymentWriteSerializer(StrictSerializer):
    """What the treasury paid."""

    instalment = serializers.UUIDField(help_text=_("拨付分期，须在已送拨付的清单中"))
    paid_on = serializers.DateField(help_text=_("支付日期"))
    voucher = serializers.CharField(max_length=60, help_text=_("凭证号"))
    amount = serializers.DecimalField(
        19, 2, min_value=0, help_text=_("支付金额（元），须与清单一致")
    )
    account_name = serializers.CharField(max_length=120, help_text=_("收款户名，须与清单一致"))


@extend_schema_view(
    create=extend_schema(request=PaymentWriteSerializer, responses={201: PaymentSerializer})
)
class PaymentFace(MovingFace):
    """Payments: one for each instalment, whatever is retried."""

    gates = {
        "list": "subsidies.payments",
        "retrieve": "subsidies.payments",
        "create": "subsidies.manage_payments",
    }
    subject = _("拨付记录")
    explained = _(
        "登记国库的一笔支付；同一分期以相同内容重发返回同一条记录，只入账一次，"
        "内容不同的报错并写明已登记的内容。"
    )
    serializer_class = PaymentSerializer
    filterset_class = PaymentFilterSet
    orderings = frozenset({"id", "paid_on", "amount", "at"})
    queryset = Payment.objects.none()
    versioned = False

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With what was paid, on which list, for whom."""
        rows: QuerySet[Any] = Payment.objects.visible_to(scope).select_related(
            "instalment__application__enterprise", "instalment__payment_list"
        )
        return rows.defer(
            "instalment__application__facts",
            "instalment__application__checked",
            "instalment__application__eligibility",
            "instalment__application__computation",
        )

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """登记拨付."""

        def make(said: dict[str, Any]) -> Payment:
            scope = scope_of(request)
            seen = Instalment.objects.visible_to(scope)
            row = get_object_or_404(seen, pk=said.pop("instalment"))
            return record_payment(instalment=row, **said, by=actor_of(request), scope=scope)

        return self.created(request, PaymentWriteSerializer, make)
