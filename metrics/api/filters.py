"""What lists of runs, releases and figures can be filtered by."""

import uuid

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from core.api.filters import CodesFilter, FaceFilterSet, UUIDsFilter
from metrics.api.serializers import SCOPE_WORDS
from metrics.indicators import get
from metrics.models import Release, Run, Value
from outlets.models import BusinessFormat


class RunFilterSet(FaceFilterSet):
    as_of = django_filters.DateFilter()

    class Meta:
        model = Run
        fields = ("kind", "state")


class ReleaseFilterSet(FaceFilterSet):
    class Meta:
        model = Release
        fields = ("purpose", "cutoff")


class ValueFilterSet(FaceFilterSet):
    # `live`, `released` (the default: the last 定稿), or a run's id.
    run = django_filters.CharFilter(method="of_run")
    indicator = CodesFilter(method="of_indicators")
    scope = django_filters.ChoiceFilter(
        choices=[(word, word) for word in SCOPE_WORDS.values()], method="of_scope"
    )
    scope_id = UUIDsFilter(field_name="scope_id", lookup_expr="in")
    business_format = CodesFilter(method="of_formats")

    class Meta:
        model = Value
        fields = ()

    def of_run(self, rows: QuerySet[Value], _name: str, word: str) -> QuerySet[Value]:
        """Figures of the live run, of the last release, or of one run."""
        if word == "live":
            return rows.filter(run__kind=Run.Kind.LIVE)
        if word == "released":
            return rows  # the face has narrowed them already
        try:
            return rows.filter(run=uuid.UUID(word))
        except ValueError:
            raise ValidationError(
                {"run": _("应为 live（实时测算）、released（最近定稿）或批次 id")}
            ) from None

    def of_indicators(self, rows: QuerySet[Value], _name: str, codes: list[str]) -> QuerySet[Value]:
        """Figures of these indicators; an unknown code is refused."""
        numbers, unknown = [], []
        for code in codes:
            try:
                numbers.append(get(code).number)
            except KeyError:
                unknown.append(code)
        if unknown:
            raise ValidationError(
                {"indicator": _("没有这些指标：%(codes)s") % {"codes": "、".join(unknown)}}
            )
        return rows.filter(indicator__in=numbers)

    def of_scope(self, rows: QuerySet[Value], _name: str, word: str) -> QuerySet[Value]:
        """Figures about circles, streets or the district."""
        letters = [letter for letter, known in SCOPE_WORDS.items() if known == word]
        return rows.filter(scope__in=letters)

    def of_formats(self, rows: QuerySet[Value], _name: str, codes: list[str]) -> QuerySet[Value]:
        """Figures of single formats."""
        numbers = BusinessFormat.objects.filter(code__in=codes).values("number")
        return rows.filter(part__in=numbers, indicator__in=by_format())


def by_format() -> list[int]:
    """Numbers of the indicators whose parts are formats."""
    from metrics.indicators import Part, all_indicators

    return [one.number for one in all_indicators() if one.part is Part.FORMAT]
