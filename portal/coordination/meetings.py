"""`/coordination/meetings/`: joint meetings; to suggest one, to arrange one."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Office
from coordination.models import Countersignature, Meeting, MeetingOffice
from coordination.policy import readable_minutes
from coordination.services import meetings as services
from core import policy
from core.scope import Scope
from portal.basis import offset_pager, with_query
from portal.coordination.acting import (
    ActPage,
    act_page,
    sent,
)
from portal.coordination.exports import meetings_workbook
from portal.coordination.meeting_forms import PlanForm, SuggestForm
from portal.coordination.tasks import whole
from portal.coordination.words import unit_name
from portal.ledger.lists import described, search, select
from portal.views.common import own_district, page, scope_of

PER_PAGE = 30
State = Meeting.State
STATUS = {
    State.PROPOSED: "unknown",
    State.PLANNED: "unknown",
    State.HELD: "warn",
    State.COUNTERSIGNING: "warn",
    State.ISSUED: "good",
    State.FILED: "good",
    State.CANCELLED: "none",
}
CONDITIONS = ("q", "state", "kind", "year")


@page("coordination.meetings")
def meetings(request: HttpRequest) -> HttpResponse:
    """The list, the newest first; what waits for the caller's unit is said."""
    scope = scope_of(request)
    district = own_district(scope)
    every = Meeting.objects.visible_to(scope).filter(district=district)
    found = _filtered(request, every, scope)
    if request.GET.get("export") == "xlsx":
        return meetings_workbook(request, with_units(found), district)
    start = whole(request.GET.get("from", ""))
    total = found.count()
    context = {
        "crumbs": [{"label": district.name}, {"label": _("联席会议")}],
        "filters": _filters(request, every),
        "tools": {
            "count_text": _("共 %(n)d 次会议") % {"n": total},
            "exports": [{"label": _("导出 Excel"), "url": with_query(request, export="xlsx")}],
            "actions": _actions(scope),
        },
        "meetings": [_line(row, scope) for row in with_units(found)[start : start + PER_PAGE]],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "filtered": any(request.GET.get(name) for name in CONDITIONS),
    }
    return render(request, "coordination/meetings.html", context)


@page("coordination.propose_meeting")
def suggest(request: HttpRequest) -> HttpResponse:
    """成员单位建议召开."""
    scope = scope_of(request)
    office = Office.objects.filter(code=scope.office_code, district__in=scope.district_ids).first()
    if office is None:
        raise PermissionDenied(_("您的账号尚未归属任何单位，请联系系统管理员。"))
    district = own_district(scope)

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        made = services.propose_meeting(district=district, office=office, by=common["by"], **given)
        return reverse("coordination:meeting", args=[made.pk])

    return act_page(
        request,
        ActPage(
            title=_("建议召开会议"),
            explanation=_("由%(unit)s向联席会议办公室提出，办公室安排后通知与会单位。")
            % {"unit": unit_name(office)},
            submit=_("提出建议"),
            form=SuggestForm(sent(request)),
            run=run,
            done=_("已提出，联席会议办公室会收到消息。"),
            back=reverse("coordination:meetings"),
            crumbs=crumbs({"label": _("建议召开")}),
        ),
    )


@page("coordination.manage_meetings")
def plan(request: HttpRequest) -> HttpResponse:
    """A meeting that the commission calls on its own account."""
    district = own_district(scope_of(request))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        offices = given.pop("offices")
        made = services.plan_meeting(district=district, values=given, offices=offices, **common)
        return reverse("coordination:meeting", args=[made.pk])

    return act_page(
        request,
        ActPage(
            title=_("安排会议"),
            submit=_("安排并通知"),
            form=PlanForm(sent(request), district=district),
            run=run,
            done=_("已安排，并通知与会单位。"),
            back=reverse("coordination:meetings"),
            crumbs=crumbs({"label": _("安排会议")}),
        ),
    )


def crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    """The way here."""
    return [{"label": _("联席会议"), "url": reverse("coordination:meetings")}, *more]


def with_units(rows: "QuerySet[Meeting]") -> "QuerySet[Meeting]":
    """With the units called and their opinions."""
    links = MeetingOffice.objects.select_related("office__district").order_by("id")
    opinions = Countersignature.objects.select_related("office__district").order_by("at", "id")
    return rows.select_related("proposed_by__district", "mechanism", "district").prefetch_related(
        Prefetch("offices", queryset=links), Prefetch("countersignatures", queryset=opinions)
    )


def waits_for(meeting: Meeting, scope: Scope) -> bool:
    """Whether the caller's unit has yet to countersign the present edition."""
    if meeting.state != State.COUNTERSIGNING:
        return False
    if not policy.may(scope, "coordination.countersign", meeting):
        return False
    signed = {
        one.office.code
        for one in meeting.countersignatures.all()
        if one.edition == meeting.minutes_edition
    }
    return scope.office_code not in signed


def _filtered(request: HttpRequest, rows: "QuerySet[Meeting]", scope: Scope) -> "QuerySet[Meeting]":
    get = request.GET.get
    for word in get("q", "").split():
        within = readable_minutes(scope) & Q(minutes__icontains=word)
        rows = rows.filter(Q(title__icontains=word) | Q(number__icontains=word) | within)
    if get("state") in State.values:
        rows = rows.filter(state=get("state"))
    if get("kind") in Meeting.Kind.values:
        rows = rows.filter(kind=get("kind"))
    year = get("year", "")
    if year.isascii() and year.isdecimal() and len(year) == 4 and int(year):
        rows = rows.filter(Q(held_on__year=year) | Q(held_on=None, planned_on__year=year))
    return rows.order_by("-id")


def _filters(request: HttpRequest, rows: "QuerySet[Meeting]") -> dict[str, Any]:
    days = rows.exclude(planned_on=None).order_by().values_list("planned_on__year", flat=True)
    years = sorted(map(str, set(days)), reverse=True)
    fields = [
        search(request, "q", _("搜索"), _("会议名称、文号、纪要内容")),
        select(request, "state", _("状态"), State.choices),
        select(request, "kind", _("会议类型"), Meeting.Kind.choices),
        select(request, "year", _("年度"), [(year, year) for year in years]),
    ]
    return described(request, fields)


def _actions(scope: Scope) -> list[dict[str, Any]]:
    if policy.may(scope, "coordination.manage_meetings"):
        url = reverse("coordination:meeting_plan")
        return [{"label": _("安排会议"), "url": url, "main": True}]
    if policy.may(scope, "coordination.propose_meeting"):
        url = reverse("coordination:meeting_suggest")
        return [{"label": _("建议召开会议"), "url": url, "main": True}]
    return []


def _line(meeting: Meeting, scope: Scope) -> dict[str, Any]:
    units = [unit_name(link.office) for link in meeting.offices.all()]
    signed = [
        one for one in meeting.countersignatures.all() if one.edition == meeting.minutes_edition
    ]
    return {
        "row": meeting,
        "day": meeting.held_on or meeting.planned_on,
        "units": "、".join(units[:3]) + (_(" 等 %(n)d 个") % {"n": len(units)})
        if len(units) > 3
        else "、".join(units),
        "status": STATUS[State(meeting.state)],
        "signed": len(signed),
        "called": sum(link.office.kind in services.CALLABLE for link in meeting.offices.all()),
        "waits": waits_for(meeting, scope),
    }
