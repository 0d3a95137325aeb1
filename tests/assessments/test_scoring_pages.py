"""Pages of scoring without scripts: given out, declared, scored at once, handed in, confirmed."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessments.models import Scorecard, ScoreItem
from core.models import Attachment
from tests.assessments.making import make_evaluation, make_scorecard
from tests.assessments.test_scoring import Scoring
from tests.coordination.people import Person
from tests.factories import CircleFactory
from tests.outlets.pictures import jpeg

State = Scorecard.State


@pytest.fixture
def cast(db: None) -> Scoring:
    return Scoring(circles=2)


def browser(person: Person) -> Client:
    client = Client()
    client.force_login(person.user, backend="accounts.backends.ModelBackend")
    return client


def page(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    answer = client.get(reverse(f"evaluation:{name}", args=arguments) + query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_the_form_of_all_items_saves_at_once(cast: Scoring) -> None:
    ScoreItem.objects.filter(key="signs").update(photo_required=True)
    card, expert = cast.card(), browser(cast.experts[0])
    there = reverse("evaluation:scorecard", args=[card.pk])
    # Nobody else's, and nothing to score before the declaration.
    assert browser(cast.experts[1]).get(there).status_code == 404
    assert "points-signs" not in page(expert, "scorecard", card.pk)
    form = {"points-signs": "30", "version-signs": "0", "reason-signs": ""}
    expert.post(there, form)
    assert not card.scores.exists()
    declare = reverse("evaluation:scorecard_move", args=[card.pk, "declare"])
    expert.post(declare, {"seen_version": card.version})
    assert "points-signs" not in page(expert, "scorecard", card.pk), "the box was not ticked"
    expert.post(declare, {"seen_version": card.version, "declared": "1"})
    shown = page(expert, "scorecard", card.pk)
    assert "证照公示" in shown
    assert "居民满意度得分" in shown, "what the figures say"
    assert "草稿" in page(browser(cast.officer), "scorecard", card.pk)

    # What is refused comes back as typed, the rest is saved.
    form |= {
        "points-elderly_friendly": "12.5",
        "version-elderly_friendly": "0",
        "reason-elderly_friendly": "坡道较陡",
        "photos-signs": SimpleUploadedFile("1.jpg", jpeg(), "image/jpeg"),
    }
    answer = expert.post(there, form)
    assert answer.status_code == 409
    assert "评分步长为 1 分" in answer.content.decode()
    assert 'value="12.5"' in answer.content.decode()
    assert card.scores.get().item.key == "signs"
    photo = Attachment.objects.get()
    file = expert.get(reverse("evaluation:score_photo", args=[card.pk, photo.pk]))
    assert file["Content-Type"] == "image/jpeg"
    assert b"".join(file).startswith(b"\xff\xd8")
    summary = reverse("evaluation:scorecard_summary", args=[card.pk])
    refused = expert.post(summary, {"opinion": "总体较好", "seen_version": ""})
    assert refused.status_code == 422
    assert "“适老化”尚未评分。" in refused.content.decode()
    assert "总体较好" in refused.content.decode()

    # Scored on another device meanwhile.
    cast.save(card, "elderly_friendly", "5", 0)
    form = {"points-elderly_friendly": "12", "version-elderly_friendly": "0"}
    answer = expert.post(there, form)
    assert answer.status_code == 409
    assert "另一设备填写的" in answer.content.decode()
    form["version-elderly_friendly"] = "1"
    assert expert.post(there, form | {"next": "summary"})["Location"] == summary
    card.refresh_from_db()
    done = expert.post(summary, {"opinion": "总体较好", "seen_version": card.version})
    assert done["Location"] == there
    card.refresh_from_db()
    assert (card.state, card.total, card.opinion) == (State.SUBMITTED, 42, "总体较好")
    assert "总体较好" in page(expert, "scorecard", card.pk)
    told = expert.post(
        reverse("evaluation:score_save", args=[card.pk]),
        {"key": "signs", "value": "1", "seen_version": 1},
        content_type="application/json",
    )
    assert told.status_code == 423


def test_cards_are_given_out_in_bulk_urged_compared_and_confirmed(cast: Scoring) -> None:
    officer = browser(cast.officer)
    make_evaluation(CircleFactory(lead_street=cast.street), cast.standard, kind="review")
    shown = page(officer, "assign")
    assert shown.count('name="evaluation"') == 2, "not the review that was not drawn"
    assign = reverse("evaluation:assign")
    empty = officer.post(assign, {"step": "preview", "every": "1"})
    assert empty.status_code == 422
    assert "请选择评审专家" in empty.content.decode()
    chosen = {"every": "1", "expert": [str(one.user.pk) for one in cast.experts]}
    preview = officer.post(assign, chosen | {"step": "preview"})
    plan = preview.context["plan"]
    assert plan.cards == 4
    assert not Scorecard.objects.exists()
    officer.post(assign, chosen | {"step": "confirm", "plan": "another"})
    assert not Scorecard.objects.exists()
    officer.post(assign, chosen | {"step": "confirm", "plan": plan.digest})
    assert Scorecard.objects.count() == 4
    assert "没有需要分派的生活圈" in page(officer, "assign")

    by_expert = page(officer, "scoring", query="?by=expert")
    assert by_expert.count('name="card"') == 2
    told = officer.post(
        reverse("evaluation:scoring_urge"),
        {"card": ",".join(str(pk) for pk in Scorecard.objects.values_list("pk", flat=True))},
        follow=True,
    )
    assert "通知 2 人" in told.content.decode()
    sheet = officer.get(reverse("evaluation:scoring") + "?export=xlsx")
    assert io.BytesIO(sheet.content).read(2) == b"PK"
    assert "没有符合条件" in page(officer, "scoring", query="?step=divergent")

    Scorecard.objects.filter(evaluation=cast.evaluations[0]).delete()
    first, second = cast.submitted(0), cast.submitted(1, signs="10")
    circle = cast.evaluations[0]
    compared = page(officer, "circle_scoring", circle.pk)
    assert "超过分歧上限 10 分" in compared
    confirm = reverse("evaluation:circle_scoring_move", args=[circle.pk, "confirm"])
    seen = {f"version-{card.pk}": card.version for card in (first, second)}
    assert "须增派 1 位专家" in officer.post(confirm, seen, follow=True).content.decode()
    cast.standard.divergence = 30
    cast.standard.save()
    # A card that the page did not show is not confirmed with it.
    extra = make_scorecard(circle, state="submitted", total=40)
    assert "已被他人修改" in officer.post(confirm, seen, follow=True).content.decode()
    extra.delete()
    assert "已确认全部评分表" in officer.post(confirm, seen, follow=True).content.decode()
    assert "公布 2 份评分表" in page(officer, "circle_scoring", circle.pk)
    assert browser(cast.street_officer).get(confirm.removesuffix("confirm/")).status_code == 403
    mine = page(browser(cast.experts[0]), "my_scorecards")
    assert "待确认无利益关系" in mine
    assert "已确认" in mine


def test_the_lists_ask_no_more_for_more_cards(
    cast: Scoring, django_assert_max_num_queries: Any
) -> None:
    def asked(client: Client, name: str, query: str = "") -> int:
        with django_assert_max_num_queries(60) as counted:
            page(client, name, query=query)
        return len(counted)

    officer, expert = browser(cast.officer), browser(cast.experts[0])
    pages = [(officer, "scoring", ""), (officer, "scoring", "?by=expert"), (officer, "assign", "")]
    pages.append((expert, "my_scorecards", ""))
    cast.card()
    before = [asked(*one) for one in pages]
    for _n in range(3):
        row = make_evaluation(CircleFactory(lead_street=cast.street), cast.standard)
        for one in cast.experts:
            make_scorecard(row, expert=one.user)
    assert [asked(*one) for one in pages] == before
