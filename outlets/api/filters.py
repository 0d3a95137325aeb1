"""What lists of formats, owners and outlets can be filtered by."""

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter, UUIDsFilter
from outlets.models import Brand, BusinessFormat, Enterprise, Import, Outlet, OutletLabel
from outlets.services.labels import carried_on


class FormatFilterSet(FaceFilterSet):
    code = CodesFilter(field_name="code", lookup_expr="in")

    class Meta:
        model = BusinessFormat
        fields = ("category", "nature", "priority", "is_official")


class BrandFilterSet(FaceFilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Brand
        fields = ("chain_kind",)


class EnterpriseFilterSet(FaceFilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains")
    credit_code = CodesFilter(field_name="credit_code", lookup_expr="in")

    class Meta:
        model = Enterprise
        fields = ()


class ImportFilterSet(FaceFilterSet):
    street = CodesFilter(field_name="street__code", lookup_expr="in")

    class Meta:
        model = Import
        fields = ("subject", "state", "sha256")


class OutletFilterSet(FaceFilterSet):
    q = django_filters.CharFilter(method="named")
    code = CodesFilter(field_name="code", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    neighbourhood = CodesFilter(field_name="neighbourhood__code", lookup_expr="in")
    main_format = CodesFilter(field_name="main_format__code", lookup_expr="in")
    serves = django_filters.CharFilter(method="that_serve")
    category = django_filters.ChoiceFilter(
        field_name="main_format__category", choices=BusinessFormat.Category.choices
    )
    brand = UUIDsFilter(field_name="brand", lookup_expr="in")
    enterprise = UUIDsFilter(field_name="enterprise", lookup_expr="in")
    label = CodesFilter(method="carrying")
    located = django_filters.BooleanFilter(method="with_place")
    opened_after = django_filters.DateFilter(field_name="opened_on", lookup_expr="gte")
    opened_before = django_filters.DateFilter(field_name="opened_on", lookup_expr="lte")
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Outlet
        fields = (
            "status",
            "chain_kind",
            "facility_form",
            "place_state",
            "outside",
            "supply",
            "open_24h",
            "void",
        )

    def named(self, rows: QuerySet[Outlet], _name: str, words: str) -> QuerySet[Outlet]:
        """Each word part of the name, its pinyin or initials, code, address, licence or brand."""
        return rows.search(words)  # type: ignore[attr-defined]

    def that_serve(self, rows: QuerySet[Outlet], _name: str, code: str) -> QuerySet[Outlet]:
        """Main format, or an add-on service accepted as it; an unknown format serves nowhere."""
        wanted = BusinessFormat.objects.filter(code=code).first()
        return rows.serving(wanted) if wanted else rows.none()  # type: ignore[attr-defined]

    def carrying(self, rows: QuerySet[Outlet], _name: str, codes: list[str]) -> QuerySet[Outlet]:
        """Outlets that carry one of the titles (标识) today."""
        held = OutletLabel.objects.filter(
            carried_on(timezone.localdate()), outlet=OuterRef("pk"), label__code__in=codes
        )
        return rows.filter(Exists(held))

    def with_place(self, rows: QuerySet[Outlet], _name: str, wanted: bool) -> QuerySet[Outlet]:
        """Verified positions, or all the others."""
        located = Q(lon__isnull=False, place_state="verified")
        return rows.filter(located if wanted else ~located)
