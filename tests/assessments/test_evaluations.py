"""Evaluations of a year: begun once, drawn as anyone can check, shown to those they are about."""

import hashlib
import math
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Checklist, ChecklistLine, Evaluation, Grade
from assessments.services.evaluations import change_kind, draw_sample, start_evaluations
from core.attachments import attachments_of
from metrics.services import make_snapshot, release_run
from tests.assessments.making import YEAR, make_standard
from tests.coordination.people import Cast, Person
from tests.factories import CircleFactory, StreetFactory
from tests.metrics.worlds import DAY
from tests.outlets.pictures import jpeg

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def test_a_year_is_begun_and_drawn() -> None:
    cast = Cast()
    standard = make_standard(cast.district, review_share=Decimal("0.3"))
    accepted = [
        CircleFactory(lead_street=cast.street, state="accepted", level="basic") for _ in range(7)
    ]
    new = CircleFactory(lead_street=cast.street)
    refused = CircleFactory(lead_street=cast.street)
    Grade.objects.create(
        district=cast.district,
        evaluation=Evaluation.objects.create(
            district=cast.district, circle=refused, year=YEAR - 1, standard=standard, kind="first"
        ),
        circle=refused,
        year=YEAR - 1,
        state="published",
        outcome="none",
    )
    told: dict[str, Any] = {"year": YEAR, "standard": standard}
    for person in (cast.street_officer, cast.approver, cast.foreign):
        with pytest.raises(PermissionDenied):
            start_evaluations(circles=[new], **told, **person.acts)
    unbuilt = CircleFactory(lead_street=cast.street, state="building")
    with pytest.raises(ValidationError, match=unbuilt.name):
        start_evaluations(circles=[new, unbuilt], **told, **cast.officer.acts)
    with pytest.raises(ValidationError, match="没有可抽样"):
        draw_sample(district=cast.district, seed="1", **told, **cast.officer.acts)

    begun = start_evaluations(circles=[*accepted, new, refused], **told, **cast.officer.acts)
    assert {row.circle_id: row.kind for row in begun} == {
        **{circle.pk: "review" for circle in accepted},
        new.pk: "first",
        refused.pk: "first",
    }
    # Those that have begun stay as they are.
    again = start_evaluations(circles=accepted, kind="upgrade", **told, **cast.officer.acts)
    assert again == []
    assert Evaluation.objects.filter(kind="upgrade").count() == 0

    with pytest.raises(PermissionDenied):
        draw_sample(district=cast.district, seed="8823", **told, **cast.street_officer.acts)
    sample = draw_sample(district=cast.district, seed="8823", **told, **cast.officer.acts)
    digests = {
        hashlib.sha256(b"8823:" + circle.code.encode()).hexdigest(): circle.code
        for circle in accepted
    }
    wanted = [digests[key] for key in sorted(digests)][: math.ceil(7 * 0.3)]
    assert sample.drawn == wanted
    assert len(wanted) == 3
    assert sample.drawn_from == sorted(circle.code for circle in accepted)
    drawn = Evaluation.objects.filter(sampled=True)
    assert sorted(drawn.values_list("circle__code", flat=True)) == sorted(wanted)
    with pytest.raises(ValidationError, match="不能重新抽样"):
        draw_sample(district=cast.district, seed="1", **told, **cast.officer.acts)

    first = next(row for row in begun if row.circle_id == new.pk)
    changed = change_kind(evaluation=first, kind="upgrade", **cast.officer.acts)
    assert (changed.kind, changed.version) == ("upgrade", 2)
    # Nobody slips out of being scored after the draw.
    with pytest.raises(ValidationError, match="复核抽样"):
        change_kind(evaluation=first, kind="review", **cast.officer.acts)
    late = next(row for row in begun if row.kind == "review")
    Evaluation.objects.filter(pk=late.pk).delete()
    with pytest.raises(ValidationError, match="不能再开始"):
        start_evaluations(circles=[late.circle], **told, **cast.officer.acts)


def test_the_register_its_acts_and_a_line_looked_at_on_the_spot() -> None:
    cast = Cast()
    elsewhere = StreetFactory(district=cast.district)
    standard = make_standard(cast.district)
    here, there = CircleFactory(lead_street=cast.street), CircleFactory(lead_street=elsewhere)
    run = make_snapshot(district=cast.district, as_of=DAY)
    release_run(run=run, purpose="year", by=cast.officer.actor)
    officer, street, approver = map(signed_in, (cast.officer, cast.street_officer, cast.approver))
    home = reverse("evaluation:home") + f"?year={YEAR}"
    form = {
        "circle": [str(here.pk), str(there.pk)],
        "year": YEAR,
        "standard": str(standard.pk),
        "next": home,
    }
    for name in ("start", "fill", "draw"):
        assert street.post(reverse(f"evaluation:{name}"), form).status_code == 403
    assert (
        "请先勾选"
        in officer.post(
            reverse("evaluation:start"), form | {"circle": []}, follow=True
        ).content.decode()
    )
    for name, said in (("start", "已开始 2 个"), ("fill", "填列 2 个")):
        answer = officer.post(reverse(f"evaluation:{name}"), form, follow=True)
        assert said in answer.content.decode()

    # However many circles there are, the register asks the database as often.
    with CaptureQueriesContext(connection) as few:
        officer.get(home)
    more = [CircleFactory(lead_street=cast.street) for _ in range(3)]
    for name in ("start", "fill"):
        officer.post(reverse(f"evaluation:{name}"), form | {"circle": [c.pk for c in more]})
    with CaptureQueriesContext(connection) as many:
        assert more[2].name in officer.get(home).content.decode()
    assert len(many) == len(few)

    # A street finds its own circles; what is exported is what is shown.
    shown = street.get(home).content.decode()
    assert here.name in shown
    assert there.name not in shown
    filtered = officer.get(home + "&street=" + elsewhere.code).content.decode()
    assert there.name in filtered
    assert here.name not in filtered
    assert officer.get(home + "&export=xlsx").status_code == 200
    evaluation = Evaluation.objects.get(circle=here)
    foreign_evaluation = Evaluation.objects.get(circle=there)
    page = reverse("evaluation:evaluation", args=[evaluation.pk])
    assert "7 项情况不明" in street.get(page).content.decode()
    other = reverse("evaluation:checklist", args=[foreign_evaluation.pk])
    assert street.get(other).status_code == 404

    # On the spot: refused without a reason, what was ticked stays; then saved with a photograph.
    line = ChecklistLine.objects.get(checklist__evaluation=evaluation, item__key="carwash")
    url = reverse("evaluation:checklist_line", args=[evaluation.pk, line.pk])
    told = {"verdict": "present", "reason": "", "seen_mark": "-"}
    refused = street.post(url, told)
    assert refused.status_code == 422
    assert 'value="present" required checked' in refused.content.decode()
    picture = SimpleUploadedFile("1.jpg", jpeg(), content_type="image/jpeg")
    told |= {"reason": "试验路8号洗车店在营业", "photos": picture, "then": "next"}
    saved = street.post(url, told)
    assert saved.status_code == 302
    assert "/lines/" in saved["Location"]
    line.refresh_from_db()
    assert (line.verdict, len(attachments_of(line))) == ("present", 1)
    assert (
        "试验路8号"
        in street.get(reverse("evaluation:checklist", args=[evaluation.pk])).content.decode()
    )

    checklist = Checklist.objects.get(evaluation=evaluation)
    move = reverse("evaluation:checklist_move", args=[evaluation.pk, "confirm"])
    assert street.post(move, {}).status_code == 403
    stale = approver.post(move, {"seen_version": checklist.version - 1}, follow=True)
    assert "已被他人修改" in stale.content.decode()
    done = approver.post(move, {"seen_version": checklist.version}, follow=True)
    assert "已确认" in done.content.decode()
    assert street.post(url, told | {"seen_mark": "", "photos": []}).status_code == 422
