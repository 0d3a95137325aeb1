"""Which rows of evaluation a caller sees."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from accounts.roles import EXPERT, STREET, SURVEY_AGENCY
from circles.models import CircleStreet
from core.querysets import DistrictQuerySet
from core.scope import Scope


class OfDistrict(DistrictQuerySet):
    """Standards and questionnaires: the same for everyone of the district, once published."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's districts; drafts are for who works for all of it."""
        rows = super().visible_to(scope)
        return rows if scope.all_streets else rows.exclude(state="draft")


class _OfCircle(models.QuerySet[Any]):
    """Rows about a circle (`circle_path` leads to it): the district's, or of own streets."""

    circle_path = "circle"
    district_path = "district"
    # Streets see only rows in these states; empty = all.
    shown_to_streets: frozenset[str] = frozenset()

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission; of circles in their street for its people."""
        rows = self.filter(**{f"{self.district_path}__in": scope.district_ids})
        if scope.all_streets:
            return rows
        if not scope.has_role(*STREET) or not scope.street_ids:
            return rows.none()
        if self.shown_to_streets:
            rows = rows.filter(state__in=self.shown_to_streets)
        streets: Any = scope.street_ids
        own = CircleStreet.objects.filter(circle=OuterRef(self.circle_path), street__in=streets)
        return rows.filter(Exists(own))


class EvaluationQuerySet(_OfCircle):
    """Evaluations: as circles are."""


class SampleQuerySet(models.QuerySet[Any]):
    """Draws: the commission's own."""

    def visible_to(self, scope: Scope) -> Self:
        """Of the caller's district, for who works for all of it."""
        rows = self.filter(district__in=scope.district_ids)
        return rows if scope.all_streets else rows.none()


class CardQuerySet(_OfCircle):
    """Checklists: of one's own circles."""

    circle_path = "evaluation__circle"
    district_path = "evaluation__district"


class GradeQuerySet(_OfCircle):
    """Grades: streets see what was published."""

    shown_to_streets = frozenset({"published"})

    def decided(self) -> Self:
        """Approved or published."""
        return self.filter(state__in=["approved", "published"])


class ScorecardQuerySet(models.QuerySet[Any]):
    """Scorecards."""

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission; their own for experts."""
        cards = self.filter(evaluation__district__in=scope.district_ids)
        if scope.all_streets:
            return cards
        if not scope.has_role(EXPERT):
            return cards.none()
        return cards.filter(expert__in=scope.persons)

    def waiting(self) -> Self:
        """Not yet scored."""
        return self.filter(state="draft")

    def counted(self) -> Self:
        """Whose points make the score."""
        return self.filter(state__in=["confirmed", "published"])


class SurveyQuerySet(models.QuerySet[Any]):
    """Waves."""

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission, an agency's own; to streets what was published."""
        rows = self.filter(district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        if scope.has_role(SURVEY_AGENCY):
            return rows.filter(agency__code=scope.office_code) if scope.office_code else rows.none()
        if not scope.has_role(*STREET) or not scope.street_ids:
            return rows.none()
        covered = self.model._meta.get_field("circles").related_model.objects
        links = covered.filter(
            survey=OuterRef("pk"), circle__street_links__street__in=scope.street_ids
        )
        return rows.filter(Exists(links), state="published")


class OfSurveyQuerySet(models.QuerySet[Any]):
    """Answers and files of a wave: for those who collect them."""

    def visible_to(self, scope: Scope) -> Self:
        """The district's for the commission, an agency's own."""
        rows = self.filter(survey__district__in=scope.district_ids)
        if scope.all_streets:
            return rows
        if not scope.has_role(SURVEY_AGENCY) or not scope.office_code:
            return rows.none()
        return rows.filter(survey__agency__code=scope.office_code)

    def counted(self) -> Self:
        """What makes results: flagged ones not, where the wave says so."""
        return self.exclude(survey__drop_flagged=True, flags__gt=0)
