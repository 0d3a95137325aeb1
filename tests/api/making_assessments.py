"""Rows of evaluation, as many as asked (`tests/api/making.py`)."""

from collections.abc import Callable
from typing import Any

from assessments.models import Checklist, Standard
from metrics.models import Release
from tests.assessments.making import make_evaluation, make_standard
from tests.factories import CircleFactory


def _checklist(setting: Any) -> None:
    """One on which somebody found otherwise than the figures."""
    standard = Standard.objects.filter(district=setting.district).first()
    evaluation = make_evaluation(
        CircleFactory(lead_street=setting.street), standard or make_standard(setting.district)
    )
    release = Release.objects.get(district=setting.district)
    checklist = Checklist.objects.create(evaluation=evaluation, release=release)
    for item in evaluation.standard.checklist_items.all():
        checklist.lines.create(
            item=item, override="present", reason="现场看到", override_by_id=setting.officer.pk
        )


ONE_MORE: dict[str, Callable[[Any], Any]] = {
    "assessments.checklist": _checklist,
}
