"""Notices of licences: pushed by 市场监管 in bulk, read back with what came of them."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import COMMISSION
from core.api.callers import actor_of, scope_of
from core.api.fields import FaceSerializer, code_of
from core.api.filters import CodesFilter, FaceFilterSet
from core.api.idempotency import once
from core.api.problems import errors_of, problem_response
from core.api.schema import FaceSchema
from core.api.viewsets import ReadFace
from core.credit_code import normalise_credit_code
from core.scope import Scope
from core.text import normalise
from outlets.fieldwork.licences import KINDS, MOST_NOTICES, Notice, push_licences
from outlets.models import Suspicion
from outlets.models.owners import validate_credit_code
from territory.models import District, Street

_KINDS = [(kind.value, kind.label) for kind in KINDS]


class NoticeSerializer(FaceSerializer):
    """A notice with what came of it."""

    street = code_of("street")
    outlet = serializers.UUIDField(source="outlet_id", read_only=True, allow_null=True)
    outlet_code = code_of("outlet")
    name = serializers.CharField(source="content.name", read_only=True, default="")
    credit_code = serializers.CharField(source="content.credit_code", read_only=True, default="")

    class Meta:
        model = Suspicion
        fields = (
            "id",
            "external_id",
            "source",
            "kind",
            "state",
            "month",
            "street",
            "outlet",
            "outlet_code",
            "name",
            "credit_code",
            "at",
            "decided_at",
            "comment",
            "is_sample",
        )
        read_only_fields = fields


class NoticeWriteSerializer(serializers.Serializer[Any]):
    """What happened to one licence. Nothing of persons is taken."""

    external_id = serializers.CharField(max_length=80, help_text=_("来源系统中的唯一编号"))
    kind = serializers.ChoiceField(choices=_KINDS)
    name = serializers.CharField(max_length=120, help_text=_("营业执照名称"))
    credit_code = serializers.CharField(
        required=False, allow_blank=True, max_length=30, help_text=_("统一社会信用代码")
    )
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    street = serializers.CharField(
        required=False, allow_blank=True, max_length=9, help_text=_("街道（镇）区划代码")
    )
    industry_code = serializers.CharField(required=False, allow_blank=True, max_length=5)
    on = serializers.DateField(required=False, allow_null=True, help_text=_("核准日期"))
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)

    def to_internal_value(self, data: Any) -> Any:
        """As usual, but a name that no field has is a mistake."""
        names = data if isinstance(data, Mapping) else ()
        if strange := [name for name in names if name not in self.fields]:
            raise serializers.ValidationError(dict.fromkeys(strange, _("没有这个字段")))
        return super().to_internal_value(data)

    def validate_external_id(self, text: str) -> str:
        """One line, in its stored form."""
        return normalise(text)

    def validate_credit_code(self, text: str) -> str:
        """The code in its stored form, as GB 32100 would issue it."""
        if not text:
            return ""
        code = normalise_credit_code(text)
        validate_credit_code(code)
        return code

    def validate_street(self, code: str) -> Street | None:
        """A street of the district; the codes are fetched once for a whole push."""
        if not code:
            return None
        streets: dict[str, Street] = self.context["streets"]
        if code not in streets:
            raise serializers.ValidationError(_("没有该街道（镇）代码"))
        return streets[code]


class PushSerializer(serializers.Serializer[Any]):
    """Up to 5,000 notices."""

    notices = NoticeWriteSerializer(many=True, min_length=1, max_length=MOST_NOTICES)  # type: ignore[call-arg]


class PushErrorSerializer(serializers.Serializer[Any]):
    """Why a notice was not taken."""

    row = serializers.IntegerField(help_text=_("第几条，从 1 起"))
    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class PushedSerializer(serializers.Serializer[Any]):
    """What came of a push."""

    received = serializers.IntegerField()
    new = serializers.IntegerField(help_text=_("新收下的"))
    known = serializers.IntegerField(help_text=_("以前已推送过的"))
    matched = serializers.IntegerField(help_text=_("新收下的中对应到台账网点的"))
    settled = serializers.IntegerField(help_text=_("新收下的中经比对无须核实的"))
    failed = serializers.IntegerField()
    errors = PushErrorSerializer(many=True)  # type: ignore[assignment]


class NoticeFilterSet(FaceFilterSet):
    external_id = CodesFilter(field_name="external_id", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    month = django_filters.DateFilter(field_name="month")
    kind = django_filters.ChoiceFilter(choices=_KINDS)

    class Meta:
        model = Suspicion
        fields = ("state",)


class NoticeSchema(FaceSchema):
    """Tells of `partial`, which only the push knows."""

    def get_override_parameters(self) -> list[Any]:
        """With `partial` for the push."""
        made = super().get_override_parameters()
        if self.method == "POST":
            said = _("1 = 有误的条目跳过，其余照收；默认有一条有误即全部不收")
            made.append(OpenApiParameter("partial", {"enum": ["0", "1"]}, description=said))
        return made


class LicenceNoticeFace(ReadFace):
    """Licences set up, changed and ended, as 市场监管 tells of them."""

    gates = {
        "list": "outlets.licence_notices",
        "retrieve": "outlets.licence_notices",
        "create": "outlets.licence_notices",
    }
    subject = gettext_lazy("证照变化通知")
    explained = gettext_lazy(
        "按来源单位和 external_id 去重，重复推送不重复登记；一次最多 5,000 条。"
        "结果为疑似变化，由街道（镇）核实后才更新台账。"
    )
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilterSet
    orderings = frozenset({"id", "at"})
    queryset = Suspicion.objects.none()
    schema = NoticeSchema()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """The commission sees all of the district's; any other office those it pushed."""
        rows: models.QuerySet[Any] = Suspicion.objects.filter(
            district__in=scope.district_ids, kind__in=[kind.value for kind in KINDS]
        )
        if not (scope.all_streets and scope.has_role(*COMMISSION)):
            rows = rows.filter(source=scope.office_code)
        return rows.select_related("street", "outlet").defer("street__outline")

    def parameters(self) -> frozenset[str]:
        """`partial` for the push."""
        known = super().parameters()
        return known | {"partial"} if self.action == "create" else known

    @extend_schema(request=PushSerializer, responses={200: PushedSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Take in notices: all or none, or with `partial=1` the good ones."""
        partial = request.query_params.get("partial", "0")
        if partial not in ("0", "1"):
            raise serializers.ValidationError({"partial": _("只能填 0 或 1")})
        district = self._own_district()
        good, errors, received = _read(request.data, district)
        if errors and (partial == "0" or not good):
            return _refused(errors)
        return once(request, lambda: self._push(request, district, good, errors, received))

    def _push(
        self,
        request: Request,
        district: District,
        good: list[Notice],
        errors: list[dict[str, Any]],
        received: int,
    ) -> Response:
        pushed = push_licences(
            district=district,
            source=scope_of(request).office_code,
            notices=good,
            by=actor_of(request),
        )
        return Response(
            {
                "received": received,
                "new": pushed.new,
                "known": pushed.known,
                "matched": pushed.matched,
                "settled": pushed.settled,
                "failed": received - len(good),
                "errors": errors,
            }
        )

    def _own_district(self) -> District:
        districts = District.objects.visible_to(scope_of(self.request)).defer("outline")
        district: District = districts.order_by("code")[0]
        return district


def _read(data: Any, district: District) -> tuple[list[Notice], list[dict[str, Any]], int]:
    """The good notices, what is wrong with the others (by row from 1), and how many there were."""
    sent = data.get("notices") if isinstance(data, Mapping) else None
    if not isinstance(sent, list) or set(data) != {"notices"}:
        raise serializers.ValidationError({"notices": _('请求内容须为 {"notices": [...]}')})
    if not 1 <= len(sent) <= MOST_NOTICES:
        raise serializers.ValidationError(
            {"notices": _("一次须有 1 到 %(most)d 条") % {"most": MOST_NOTICES}}
        )
    streets = {street.code: street for street in district.streets.defer("outline")}
    good: list[Notice] = []
    errors: list[dict[str, Any]] = []
    first: dict[str, int] = {}
    for row, item in enumerate(sent, start=1):
        said = NoticeWriteSerializer(data=item, context={"streets": streets})
        if not said.is_valid():
            errors += errors_of(said.errors, row=row)
            continue
        notice = Notice(**{**said.validated_data, "street": said.validated_data.get("street")})
        earlier = first.setdefault(notice.external_id, row)
        if earlier != row:
            message = _("与第 %(row)d 条的 external_id 相同") % {"row": earlier}
            errors.append({"field": "external_id", "row": row, "message": message})
            continue
        good.append(notice)
    return good, errors, len(sent)


def _refused(errors: list[dict[str, Any]]) -> Any:
    """400 with every error and its row; nothing was taken."""
    rows = len({error["row"] for error in errors})
    detail = _("%(n)d 条有误，未收下任何内容；改正后重发，或用 ?partial=1 只收无误的") % {"n": rows}
    return problem_response(400, detail, errors)
