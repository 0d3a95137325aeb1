"""The page of results: each section, what streets find there, the workbook of what is shown."""

import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from scipy.stats import binomtest

from assessments.models import Survey
from assessments.results import Results
from core.audit import SYSTEM
from metrics.services import make_snapshot, release_run
from portal.briefing.figures import briefing_of
from tests.assessments.test_results import Answered, recount

pytestmark = pytest.mark.django_db
WITHHELD = "—（样本不足）"


def test_from_who_may_not_to_the_workbook(client: Client) -> None:
    wave = Answered()
    url = f"/evaluation/surveys/{wave.survey.pk}/results/"

    def asked(person: Any, query: str = "") -> Any:
        client.force_login(person.user, backend="accounts.backends.ModelBackend")
        return client.get(url + query)

    for person in (wave.rival, wave.foreign):
        assert asked(person).status_code == 404
    assert asked(wave.housing_liaison).status_code == 403
    other = wave.other.lead_street
    for query in (f"?place=street-{other.code}", f"?place=circle-{wave.other.code}", "?place=x"):
        assert asked(wave.street_officer, query).status_code == 404

    # A street begins with its own, and sees of the district the total.
    page = asked(wave.street_officer)
    assert page.context["head"]["place"] == wave.street.name
    assert [tab["label"] for tab in page.context["tabs"]][:2] == ["分生活圈", "分年龄段"]
    whole = asked(wave.street_officer, "?place=district&by=all")
    n, satisfied, *_ = recount(wave.counted())
    assert f"{satisfied / n:.1%}" in whole.content.decode()
    assert [one["key"] for one in whole.context["blocks"]] == ["street", "circle", "needs"]

    page = asked(wave.officer, "?by=all").content.decode()
    assert "已达目标" in page or "距目标" in page
    assert WITHHELD in page
    assert wave.counted()[0].answers["words"] in page
    assert wave.counted()[0].answers["words"] not in asked(wave.leader, "?by=all").content.decode()

    # The workbook has the same lines, and nothing of what is withheld.
    file = asked(wave.officer, "?by=all&export=xlsx")
    book = load_workbook(io.BytesIO(file.content))
    assert book.sheetnames[:2] == ["分街道（镇）", "分生活圈"]
    assert len(book.sheetnames) == 7
    rows = {row[0]: row for row in book["分生活圈"].iter_rows(values_only=True)}
    small, shown = rows[wave.small.name], rows[wave.other.name]
    assert small[2] == WITHHELD
    assert [one for one in small[4:] if one not in (None, "")] == []
    n, satisfied, _basic, score, *_ = recount(wave.counted(circle=wave.other))
    assert (shown[4], shown[5], shown[11]) == (n, f"{satisfied / n:.1%}", float(score))

    # While it is open there is nothing to read off from day to day.
    Survey.objects.filter(pk=wave.survey.pk).update(state="open")
    page = asked(wave.officer, "?by=all&export=xlsx").content.decode()
    assert "调查结束后形成结果" in page


def test_systems_read_the_same_cells(client: Client) -> None:
    wave = Answered()

    def asked(person: Any, query: str = "") -> Any:
        client.force_login(person.user, backend="accounts.backends.ModelBackend")
        return client.get(f"/api/v1/surveys/{wave.survey.pk}/results/{query}")

    assert asked(wave.rival).status_code == 404
    other = wave.other.lead_street.code
    assert asked(wave.street_officer, "?by=age_band").status_code == 403
    for query in (
        f"?by=circle&street={other}",
        "?by=town",
        f"?by=street&street={wave.street.code}",
    ):
        assert asked(wave.street_officer, query).status_code == 400
    cells = {one["key"]: one for one in asked(wave.officer, "?by=circle").json()["cells"]}
    n, satisfied, *_ = recount(wave.counted(circle=wave.other))
    shown, small = cells[wave.other.code], cells[wave.small.code]
    assert (shown["n"], shown["share"]) == (n, satisfied / n)
    assert {small[name] for name in small.keys() - {"key", "label", "state", "quota"}} == {None}
    query = f"?by=age_band&circle={wave.other.code}"
    bands = {one["key"]: one["state"] for one in asked(wave.officer, query).json()["cells"]}
    found = Results(wave.survey, wave.officer.scope).cells("age_band", wave.other)
    assert bands == {one.key: one.state for one in found}
    Survey.objects.filter(pk=wave.survey.pk).update(state="open")
    assert asked(wave.officer).status_code == 403


def test_a_signed_off_figure_says_how_sure_it_is_and_whose_words_it_is(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    wave = Answered()
    day = timezone.localdate()
    run = make_snapshot(district=wave.district, as_of=day)
    release_run(run=run, purpose="month", by=SYSTEM)
    n, satisfied, *_ = recount(wave.counted())
    client.force_login(wave.leader.user, backend="accounts.backends.ModelBackend")
    page = client.get("/admin/").content.decode()
    assert f"{satisfied / n * 100:.1f}" in page
    ends = binomtest(satisfied, n).proportion_ci(method="wilson")
    sure = f"±{(ends.high - ends.low) * 50:.1f} 个百分点（有效样本 {n} 份）"
    assert f"误差范围 {sure}" in page
    told = briefing_of(wave.district, wave.leader.scope)
    assert told is not None
    [card] = [one for one in told.cards if one.code == "satisfaction_share"]
    assert card.more == [{"label": "误差范围", "text": sure}]
    page = client.get(card.explain_url).content.decode()
    assert f"数据来自“{wave.survey.name}”" in page
    assert f"{ends.low * 100:.1f}%—{ends.high * 100:.1f}%" in page
