"""The pages: who may open them, what they say, and how many queries they cost."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.audit import Actor
from core.models import Clause
from metrics.indicators import get
from metrics.models import Run, Value
from metrics.services import inputs_root, make_snapshot, recompute_live, release_run
from tests.factories import OfficeFactory, UserFactory
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db
OFFICER = Actor(label="王经办")


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(3, outlets=30, compounds=8, circles=4)


@pytest.fixture
def run(world: World) -> Run:
    made = make_snapshot(district=world.district, as_of=DAY)
    release_run(run=made, purpose="month", by=OFFICER)
    return Run.objects.get(pk=made.pk)


def signed_in(world: World, role: str, street: Any = None) -> Client:
    office = OfficeFactory(street=street) if street else OfficeFactory(district=world.district)
    client = Client()
    client.force_login(UserFactory(office=office, roles=[role]))
    return client


def pages(world: World, run: Run) -> list[str]:
    value = Value.objects.filter(run=run, indicator=get("chain_share").number, scope="C").first()
    assert value is not None
    clause = Clause.objects.first()
    assert clause is not None
    return [
        reverse("portal:circles"),
        reverse("portal:circle", args=[world.circles[0].code]),
        reverse("portal:street", args=[world.streets[0].code]),
        reverse("portal:gaps"),
        reverse("portal:figure", args=[run.pk, "chain_share", "C", value.scope_id, 0]),
        reverse("portal:clause", args=[clause.pk]),
        reverse("portal:map_layer", args=["circle"]),
        reverse("portal:map_layer", args=["compound"]),
        reverse("portal:map_values", args=[run.pk]) + "?indicator=chain_share",
    ]


def test_visitors_are_asked_to_sign_in(world: World, run: Run) -> None:
    for url in [reverse("portal:dashboard"), reverse("portal:desk"), *pages(world, run)]:
        response = Client().get(url)
        assert response.status_code == 302, url
        assert reverse("login") in response["Location"]


@pytest.mark.parametrize("role", ["street_officer", "auditor", "expert", "department_liaison"])
def test_the_dashboard_is_the_commissions(world: World, run: Run, role: str) -> None:
    street = world.streets[0] if role == "street_officer" else None
    response = signed_in(world, role, street).get(reverse("portal:dashboard"))
    assert response.status_code == 403
    assert "科室经办人" in response.content.decode()


def test_live_figures_of_another_street_stay_closed(world: World, run: Run) -> None:
    recompute_live(world.district)
    client = signed_in(world, "street_officer", world.streets[0])
    other = reverse("portal:street", args=[world.streets[1].code])
    assert client.get(other).status_code == 200
    assert client.get(other + "?live=1").status_code == 403
    live = Run.objects.get(district=world.district, kind="live")
    figure = reverse(
        "portal:figure", args=[live.pk, "outlet_count_all", "S", world.streets[1].pk, 0]
    )
    assert client.get(figure).status_code == 403
    own = reverse("portal:figure", args=[live.pk, "outlet_count_all", "S", world.streets[0].pk, 0])
    assert client.get(own).status_code == 200


def test_another_district_does_not_exist(world: World, run: Run) -> None:
    elsewhere = make_world(9, outlets=3, compounds=2, circles=1)
    client = signed_in(elsewhere, "programme_officer")
    for url in pages(world, run)[1:5]:
        if "gaps" not in url and "clauses" not in url:
            assert client.get(url).status_code == 404, url


def test_commission_sees_every_page(world: World, run: Run) -> None:
    client = signed_in(world, "programme_officer")
    for url in [reverse("portal:dashboard"), *pages(world, run)]:
        assert client.get(url).status_code == 200, url


def test_without_a_sign_off_the_dashboard_says_what_to_do(world: World) -> None:
    page = signed_in(world, "programme_officer").get(reverse("portal:dashboard")).content.decode()
    assert "还没有定稿数据" in page


def test_the_dashboard_shows_the_runs_figures_and_what_is_unknown(world: World, run: Run) -> None:
    page = signed_in(world, "leader").get(reverse("portal:dashboard")).content.decode()
    value = Value.objects.get(run=run, indicator=get("chain_share").number, scope="D").value
    assert value is not None
    assert f"{value * 100:.1f}" in page
    assert "目标 ≥30%" in page
    assert "尚无调查结果" in page


def test_live_shows_the_difference(world: World, run: Run) -> None:
    recompute_live(world.district)
    page = signed_in(world, "leader").get(reverse("portal:dashboard") + "?live=1").content.decode()
    assert "实时测算" in page
    assert "较定稿" in page


def test_a_figure_says_how_it_was_computed_and_shows_its_rows(world: World, run: Run) -> None:
    url = reverse("portal:figure", args=[run.pk, "chain_share", "D", world.district.pk, 0])
    page = signed_in(world, "leader").get(url).content.decode()
    value = Value.objects.get(run=run, indicator=get("chain_share").number, scope="D")
    assert "推进城市一刻钟便民生活圈首批国家级试点建设实施方案" in page
    assert "计入分子" in page
    assert page.count('<th scope="row">') == value.den


def test_gaps_are_exported_as_shown_and_noted(world: World, run: Run) -> None:
    from core.models import AuditEvent

    client = signed_in(world, "programme_officer")
    response = client.get(reverse("portal:gaps") + "?export=csv")
    assert response["Content-Type"].startswith("text/csv")
    rows = response.content.decode("utf-8-sig").strip().splitlines()
    event = AuditEvent.objects.get(action="portal.export")
    assert event.changes["rows"] == len(rows) - 1


def test_pages_cost_the_same_for_few_and_for_many(
    world: World, run: Run, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(world, "programme_officer")
    with django_assert_max_num_queries(60) as small:
        client.get(reverse("portal:dashboard"))
    bigger = make_world(5, outlets=60, compounds=20, circles=9)
    made = make_snapshot(district=bigger.district, as_of=DAY)
    release_run(run=made, purpose="month", by=OFFICER)
    client = signed_in(bigger, "programme_officer")
    with django_assert_max_num_queries(60) as large:
        client.get(reverse("portal:dashboard"))
    assert len(large) == len(small)


def test_a_figure_is_still_read_when_its_inputs_are_gone(world: World, run: Run) -> None:
    (inputs_root() / run.input_file).unlink()
    url = reverse("portal:figure", args=[run.pk, "chain_share", "D", world.district.pk, 0])
    response = signed_in(world, "leader").get(url)
    assert response.status_code == 200
    assert "计入分子" not in response.content.decode()
