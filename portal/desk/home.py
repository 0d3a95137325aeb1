"""`/desk/`: what one's office owes and by when, its circles, its ledger, its messages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from core import policy
from core.models import Notice
from core.notices import notices_of
from core.scope import Scope
from core.workdays import Workdays, calendar
from portal.console import address_of
from portal.desk.circles import circle_cards
from portal.desk.items import Item, items_for, owed_reports, quotes_of, report_act, with_comments
from portal.desk.words import (
    STATE_STATUS,
    due_text,
    moment_text,
    period_text,
    report_title,
)
from portal.views.common import own_district, page, scope_of
from portal.views.street import ledger_health
from reports.models import ProgressReport
from territory.models import Street

MESSAGES = 8
# label, address name, the action that opens it
QUICK = (
    (gettext_lazy("工作信息"), "news:new", "reports.add_work_item", "plus"),
    (gettext_lazy("导入台账"), "ledger:imports", "outlets.import", "upload"),
)


@page("portal.desk")
def desk(request: HttpRequest) -> HttpResponse:
    """The start page of street offices and departments."""
    scope = scope_of(request)
    district = own_district(scope)
    office = Office.objects.filter(code=scope.office_code).first()
    if office is None:
        raise Http404(_("您的账号尚未归属任何单位，请联系系统管理员。"))
    today = timezone.localdate()
    own: Any = scope.street_ids
    street = (
        None
        if scope.all_streets
        else Street.objects.filter(pk__in=own).defer("outline").order_by("sort").first()
    )
    first = owed_reports(scope).first()
    items = items_for(scope, today)
    context: dict[str, Any] = {
        "office": office,
        "street": street,
        "today": today,
        "owed": _owed_card(first, today, calendar()) if first else None,
        "sent": None if first else _sent_card(scope),
        "items": [item for item in items if not _is_top(item, first)],
        "quick": _quick(scope),
        "notices": _notices(scope),
    }
    if street:
        context |= {
            "circles": circle_cards(scope, district, street),
            "ledger": ledger_health(scope, street),
            "import_url": reverse("ledger:imports") if policy.may(scope, "outlets.import") else "",
        }
    return render(request, "desk/home.html", context)


@page("reports.view")
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where signing in again leads while a report waits in another tab."""
    return render(request, "desk/signed_in.html")


def _is_top(item: Item, first: ProgressReport | None) -> bool:
    return first is not None and item.url == reverse("desk:report", args=[first.pk])


def _owed_card(report: Any, today: Any, days: Workdays) -> dict[str, Any]:
    late = report.due_on < today
    return {
        "report": report,
        "title": report_title(report, today),
        "due_text": due_text(report.due_on, today, days),
        "late": late,
        "state_word": report.get_state_display(),
        "status": "bad" if late else STATE_STATUS[report.state],
        "act": report_act(report),
        "quotes": quotes_of(report),
    }


def _sent_card(scope: Scope) -> dict[str, Any] | None:
    """The last report that was sent, while nothing is owed."""
    rows = ProgressReport.objects.visible_to(scope).filter(office__code=scope.office_code)
    last = with_comments(rows).order_by("-period__ends_on", "-pk").first()
    if last is None:
        return None
    return {
        "report": last,
        "title": f"{period_text(last.period)}　{last.period.type.name}",
        "state_word": last.get_state_display(),
        "status": STATE_STATUS[last.state],
        "sent_text": moment_text(last.submitted_at) if last.submitted_at else "",
    }


def _notices(scope: Scope) -> list[Notice]:
    if scope.user_id is None:
        return []
    return list(notices_of(scope.user_id).filter(read_at=None)[:MESSAGES])


def _quick(scope: Scope) -> list[dict[str, str]]:
    return [
        {"label": str(label), "url": url, "icon": icon}
        for label, name, action, icon in QUICK
        if policy.may(scope, action) and (url := address_of(name))
    ]
