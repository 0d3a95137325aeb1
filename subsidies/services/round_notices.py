"""Who hears of a round: streets when it opens and when it is decided, approvers when it waits."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Office
from accounts.people import people_of, recipients_of_commission
from accounts.roles import APPROVER, STREET_HEAD, STREET_OFFICER
from core import jobs, schedule
from core.models import Job
from core.notices import Recipient, notify
from core.workdays import calendar
from subsidies.models import Application, Objection, Round
from subsidies.publicity import period_of
from subsidies.services.application_notices import applicants, application_path

TELL = "subsidies.tell_waiting_rounds"
Case = Application.State


def round_path(round_: Round) -> str:
    """Where the round is dealt with."""
    return f"/subsidies/rounds/{round_.pk}/"


def tell_opened(round_: Round, key: str) -> None:
    """申报通知 to the streets, once a closing day."""
    offices = Office.objects.filter(district=round_.district_id, kind=Office.Kind.STREET)
    told = people_of(offices.order_by("code"), (STREET_OFFICER, STREET_HEAD))
    _tell(
        [one for people in told.values() for one in people],
        f"round:{round_.pk}:opened:{key}",
        lazy("“%(round)s”开始申报，截止 %(day)s"),
        round_path(round_),
        {"round": round_.name, "day": round_.closes_on.isoformat()},
    )


def tell_decided(round_: Round, key: str) -> None:
    """审定 to each street of whose places something was applied for: how many of each outcome."""
    filed = Application.objects.filter(round=round_).exclude(state=Case.DRAFT)
    rows = filed.exclude(street=None).values_list("street", "state")
    by_street: dict[Any, Counter[str]] = {}
    for street, state in rows:
        by_street.setdefault(street, Counter())[state] += 1
    offices = Office.objects.filter(street__in=by_street, kind=Office.Kind.STREET)
    street_of = {office.pk: office.street_id for office in offices}
    for office, people in people_of(street_of, (STREET_OFFICER, STREET_HEAD)).items():
        states = by_street[street_of[office]]
        supported = states[Case.APPROVED]
        _tell(
            people,
            f"round:{round_.pk}:decided:{key}",
            lazy("“%(round)s”已审定：支持 %(n)d 项，未予支持 %(m)d 项"),
            round_path(round_),
            {"round": round_.name, "n": supported, "m": sum(states.values()) - supported},
        )


def tell_cancelled(application: Application, reason: str, key: str) -> None:
    """取消支持 to who had filed it, and to its street."""
    _tell(
        applicants(application),
        f"application:{application.pk}:cancelled:{key}",
        lazy("取消支持：%(case)s"),
        application_path(application),
        {"case": str(application)},
        text=reason,
    )


def tell_stopped(application: Application, reason: str, key: str) -> None:
    """终止剩余拨付 to who had filed it, and to its street."""
    _tell(
        applicants(application),
        f"application:{application.pk}:stopped:{key}",
        lazy("终止剩余拨付：%(case)s"),
        application_path(application),
        {"case": str(application)},
        text=reason,
    )


def tell_waiting(today: dt.date) -> int:
    """Approvers, the day after 公示 ended without open objections; each round once. How many."""
    workdays, told = calendar(), 0
    rows = Round.objects.filter(state=Round.State.NOTICE).select_related("district")
    disputed = Objection.objects.filter(outcome=Objection.Outcome.OPEN)
    blocked = set(disputed.values_list("application__round", flat=True))
    for round_ in rows.order_by("public_until", "id"):
        period = period_of(round_, today, workdays)
        if period is None or not period.over or round_.pk in blocked:
            continue
        told += _tell(
            recipients_of_commission(round_.district, APPROVER),
            f"round:{round_.pk}:waiting:{period.until}",
            lazy("“%(round)s”公示期满，请审定"),
            round_path(round_),
            {"round": round_.name},
        )
    return told


def _tell(
    people: Iterable[Recipient],
    key: str,
    title: Any,
    path: str,
    parts: Mapping[str, Any],
    text: str = "",
) -> int:
    # In the site's language, whoever acts.
    with translation.override(settings.LANGUAGE_CODE):
        said = str(title) % parts
        return notify(key=key, people=people, title=said, text=text, path=path)


@jobs.handler(TELL)
def _daily(job: Job) -> jobs.Effect:
    """Messages are written once for each key, so that a repeated run tells nobody twice."""
    return lambda: {"told": tell_waiting(timezone.localdate())}


schedule.daily(TELL, hour=8)
