"""A grade is sent for decision on today's figures, and tells nothing that is withheld."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from assessments.grounds import grounds_of
from assessments.models import Grade, Standard, Survey
from assessments.services.checklists import override_line
from assessments.services.grades import submit_grade, submit_grades
from portal.evaluation.register import year_of
from tests.assessments.making import make_evaluation, make_standard
from tests.assessments.test_grades import Year, today

pytestmark = pytest.mark.django_db


def test_what_was_found_after_the_proposal_is_in_what_is_decided_on() -> None:
    here = Year()
    (grade,) = here.propose()
    # The database gives what was written last at the end: that alone changes nothing.
    for line in here.evaluation.checklist.lines.order_by("-item__sort"):
        line.save()
    (again,) = here.propose()
    assert again.version == grade.version
    line = here.evaluation.checklist.lines.get(item__key="repair")
    override_line(line=line, verdict="absent", reason="现场核查未见", **here.officer.acts)
    for send in (
        lambda: submit_grade(grade=grade, **here.officer.acts),
        lambda: submit_grades(grades=[(grade, None)], **here.officer.acts),
    ):
        with pytest.raises(ValidationError, match="请重新测评"):
            send()
    grade.refresh_from_db()
    assert grade.state == "proposed"
    here.propose()
    assert submit_grade(grade=grade, **here.officer.acts).state == "submitted"


def test_a_later_wave_over_other_circles_takes_nothing_away() -> None:
    here = Year()
    extra = here.prepare()
    extra.circles.filter(circle=here.circle).delete()
    Survey.objects.filter(pk=extra.pk).update(
        state="closed", closed_at=timezone.now(), is_sample=True
    )
    beside = make_evaluation(here.other, here.standard, year=here.year)
    grounds = grounds_of([here.evaluation, beside])
    own, other = grounds[here.evaluation.pk], grounds[beside.pk]
    assert (own.survey, own.satisfaction and own.satisfaction.n) == (here.survey, 10)
    assert (other.survey, other.satisfaction and other.satisfaction.n) == (extra, 0)


def test_how_few_answered_is_told_nowhere_in_an_explanation() -> None:
    here = Year()
    keep = here.survey.answers.values_list("pk", flat=True)[:7]
    here.survey.answers.exclude(pk__in=list(keep)).delete()
    (grade,) = here.propose()
    assert grade.explanation["figures"]["satisfaction"]["withheld"]
    assert "7/" not in str(grade.explanation)


def test_streets_are_told_neither_drafts_nor_what_is_not_published() -> None:
    here = Year()
    draft = make_standard(here.district, code="other", state="draft")
    seen = Standard.objects.visible_to(here.street_officer.scope)
    assert list(seen) == [here.standard]
    assert draft in Standard.objects.visible_to(here.approver.scope)
    # Last year's decision is not published, this year's is.
    past = make_evaluation(here.circle, here.standard, year=here.year - 1)
    told: dict[str, Any] = {"district": here.district, "circle": here.circle, "decided_on": today()}
    Grade.objects.create(
        evaluation=past, year=past.year, state="approved", outcome="quality", **told
    )
    Grade.objects.create(
        evaluation=here.evaluation, year=here.year, state="published", outcome="basic", **told
    )
    pages = {}
    for person in (here.street_officer, here.officer):
        client = Client()
        client.force_login(person.user)
        pages[person] = client.get("/evaluation/grades/", {"year": here.year}).content.decode()
    assert f"{past.year} 品质型" in pages[here.officer]
    assert f"{past.year} 品质型" not in pages[here.street_officer]


def test_a_year_of_an_address_is_a_year() -> None:
    this = timezone.localdate().year
    assert [year_of(text) for text in ("2024", "0" + "2024" + "9" * 9, "9" * 5000, "²")] == [
        2024,
        this,
        this,
        this,
    ]
