"""「汇报数据」: seven figures of the last 定稿; what may not be quoted cannot be copied."""

import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from core.audit import SYSTEM
from core.models import AuditEvent
from metrics.compute import Flag
from metrics.indicators import Basis, get
from metrics.models import Release, Run, Value
from metrics.services import make_snapshot, release_run
from portal.briefing.figures import briefing_of, previous, year_before
from portal.briefing.sentences import sentence, templates
from reports.models import WorkItem
from tests import factories as make
from tests.metrics.worlds import DAY, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Any, tmp_path: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(3, outlets=20, compounds=6, circles=4)


@pytest.fixture
def leader(world: World) -> Any:
    return make.UserFactory(office=make.OfficeFactory(district=world.district), roles=["leader"])


def signed(world: World, day: dt.date = DAY) -> Release:
    run = make_snapshot(district=world.district, as_of=day)
    release = release_run(run=run, purpose="quarter", by=SYSTEM)
    Run.objects.filter(pk=run.pk).update(is_sample=False)
    Value.objects.filter(run=run).update(flags=0)
    return Release.objects.select_related("run").get(pk=release.pk)


def page_of(user: Any, path: str = "/briefing/") -> Any:
    client = Client()
    client.force_login(user, backend="accounts.backends.ModelBackend")
    return client.get(path)


def set_value(run: Run, code: str, value: float, **more: Any) -> None:
    rows = Value.objects.filter(run=run, indicator=get(code).number, scope="D", part=0)
    rows.update(num=value, value=value, **more)


def test_street_people_do_not_see_it_and_nothing_is_shown_before_a_release(
    world: World, leader: Any
) -> None:
    officer = make.UserFactory(
        office=make.OfficeFactory(street=world.streets[0]), roles=["street_officer"]
    )
    assert page_of(officer).status_code == 403
    assert page_of(officer, "/briefing/paper.pdf").status_code == 403
    assert "还没有定稿数据" in page_of(leader).content.decode()
    assert page_of(leader, "/briefing/paper.pdf").status_code == 404


def test_only_figures_that_a_document_asks_for() -> None:
    assert len(templates()) == 7
    for code in {code for one in templates() for code in one.codes}:
        assert get(code).basis in (Basis.TARGET, Basis.STATISTIC), code
        assert get(code).clause is not None


def test_sentences_carry_their_day_and_read_as_officials_write() -> None:
    by_code = {one.code: one for one in templates()}
    day = dt.date(2026, 6, 30)
    levels = {"basic": 3, "improved": 0, "quality": 1, "": 2}
    assert sentence(by_code["circles_built"], day, {"circles_built": 6}, levels) == (
        "截至2026年6月30日，全区建成一刻钟便民生活圈6个，其中基础型3个、品质型1个、未评2个。"
    )
    served = {"communities_served": 12, "residents_served": 12345}
    assert sentence(by_code["communities_served"], day, served) == (
        "截至2026年6月30日，全区便民生活圈覆盖社区12个，服务居民1.2万人。"
    )
    chain = sentence(by_code["chain_share"], day, {"chain_share": 0.3024}, unconfirmed=True)
    assert chain.endswith("连锁化率为30.2%（口径待区商务委确认）。")


def test_what_may_be_quoted_can_be_copied_and_nothing_else(world: World, leader: Any) -> None:
    release = signed(world)
    run = release.run
    set_value(run, "outlet_count", 1234)
    set_value(run, "employee_count", 20_500, flags=Flag.PARTIAL, coverage=0.4)
    cards = {card.code: card for card in briefing_of(world.district, _scope(leader)).cards}
    assert cards["outlet_count"].copy == (
        f"截至{DAY.year}年{DAY.month}月{DAY.day}日，全区便民生活圈共有商业网点1234个。"
    )
    assert "已知输入占 40.0%" in cards["employee_count"].blocked
    # Nobody has been asked yet.
    assert "暂无数据" in cards["satisfaction_share"].blocked
    shown = page_of(leader).content.decode()
    assert f'data-copy="{cards["outlet_count"].copy}"' in shown
    assert 'data-copy="截至2026年6月30日，全区便民生活圈商业网点从业人员' not in shown
    assert "【数据不全，仅供参考】截至" in shown
    Run.objects.filter(pk=run.pk).update(is_sample=True)
    sample = page_of(leader).content.decode()
    assert "data-copy" not in sample
    assert "演示数据，不得对外引用，不能复制" in sample


def test_against_the_last_time_and_a_year_ago(world: World, leader: Any) -> None:
    for day, outlets in ((dt.date(2025, 6, 30), 100), (dt.date(2026, 3, 31), 110), (DAY, 108)):
        set_value(signed(world, day).run, "outlet_count", outlets)
    cards = {card.code: card for card in briefing_of(world.district, _scope(leader)).cards}
    told = [(one["word"], one["text"], one["direction"]) for one in cards["outlet_count"].changes]
    assert told == [("较上次", "-2 个", "worse"), ("同比", "+8 个", "better")]
    only = [Release(cutoff=DAY)]
    assert (previous(only), year_before(only)) == (None, None)


def test_three_highlights_chosen_by_the_section(world: World, leader: Any) -> None:
    signed(world)
    office = make.OfficeFactory(street=world.streets[0])
    for number in range(5):
        WorkItem.objects.create(
            district=world.district,
            office=office,
            category="event",
            title=f"邻里节{number}",
            happened_on=DAY - dt.timedelta(days=number),
            state="adopted" if number != 1 else "submitted",
            highlight=number != 2,
        )
    titles = [item.title for item in briefing_of(world.district, _scope(leader)).highlights]
    assert titles == ["邻里节0", "邻里节3", "邻里节4"]


@pytest.mark.parametrize("sample", [True, False])
def test_the_paper_is_one_page_and_says_what_it_is(world: World, leader: Any, sample: bool) -> None:
    run = signed(world).run
    Run.objects.filter(pk=run.pk).update(is_sample=sample)
    office = make.OfficeFactory(street=world.streets[0])
    for number in range(3):
        WorkItem.objects.create(
            district=world.district,
            office=office,
            category="event",
            title=f"{number}号社区" + "很长的标题" * 16,
            happened_on=DAY,
            state="adopted",
            highlight=True,
        )
    answer = page_of(leader, "/briefing/paper.pdf")
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    text = reader.pages[0].extract_text()
    assert "一刻钟便民生活圈建设情况" in text
    assert "2026年6月30日" in text
    assert "2号社区" in text.replace("\n", "")
    assert ("演示数据" in text) is sample
    assert AuditEvent.objects.filter(action="portal.briefing_paper").count() == 1


def _scope(user: Any) -> Any:
    from accounts.policy import scope_of

    return scope_of(user)
