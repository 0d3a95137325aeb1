"""While a draft is made anew, nobody's edit of it slips in to be written over."""

import datetime as dt
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from accounts.policy import scope_of
from core.audit import Actor
from reports import bulletin
from reports.progress import consolidating
from tests.factories import OfficeFactory, PeriodFactory, UserFactory

MONTH = dt.date(2026, 10, 1)


def barred(edit: Callable[[], Any]) -> bool:
    """Whether somebody else's edit has to wait just now."""
    waits = []

    def run() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                edit()
        except OperationalError:
            waits.append(True)
        finally:
            connection.close()

    other = Thread(target=run)
    other.start()
    other.join()
    return bool(waits)


@pytest.mark.django_db(transaction=True)
def test_an_edit_waits_until_the_draft_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    period = PeriodFactory(code="2026-10")
    commission = OfficeFactory(district=period.district)
    officer: Any = UserFactory(office=commission, roles=["programme_officer"])
    said: dict[str, Any] = {"by": Actor(officer.pk, str(officer)), "scope": scope_of(officer)}
    report = consolidating.draft(period=period, **said)
    issue = bulletin.draft_bulletin(district=period.district, month=MONTH, **said)
    found = []

    def meanwhile(make: Callable[..., Any], edit: Callable[[], Any]) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            found.append(barred(edit))
            return make(*given)

        return run

    def edit_report() -> None:
        consolidating.edit_texts(consolidation=report, texts={}, seen_version=None, **said)

    def edit_issue() -> None:
        bulletin.edit_bulletin(bulletin=issue, title="改", sections={}, seen_version=None, **said)

    monkeypatch.setattr(
        consolidating, "content_of", meanwhile(consolidating.content_of, edit_report)
    )
    monkeypatch.setattr(bulletin, "build", meanwhile(bulletin.build, edit_issue))
    consolidating.draft(period=period, **said)
    bulletin.draft_bulletin(district=period.district, month=MONTH, **said)
    assert found == [True, True]
    assert not barred(edit_report)
