"""`/coordination/meetings/<id>/`: one meeting, its minutes, and what one may do with it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.models import Countersignature, Meeting
from coordination.papers import attendance_lines, mechanism_name
from coordination.policy import may_read_minutes
from coordination.services import meetings as calling
from coordination.services import minutes as minuting
from coordination.services.meetings import CALLABLE
from coordination.workflow.meetings import MEETING, opinions_on
from core import policy
from core.workflow import open_moves
from portal.coordination import meeting_forms as forms
from portal.coordination.acting import (
    ActPage,
    CommentForm,
    SeenForm,
    act_page,
    common_of,
    run_here,
    seen_in,
    sent,
)
from portal.coordination.meetings import STATUS, crumbs, waits_for, with_units
from portal.coordination.trails import trail_of
from portal.coordination.words import unit_name
from portal.views.common import page, scope_of

State = Meeting.State
# Moves with a place of their own on the page.
SHOWN_APART = frozenset({"confirm", "object", "settle"})
MAIN = frozenset({"announce", "finish", "review", "publish", "close"})


@page("coordination.meetings")
def meeting(request: HttpRequest, pk: Any) -> HttpResponse:
    """The meeting."""
    return _show(request, find(request, pk))


def _show(request: HttpRequest, row: Meeting, typed: str | None = None) -> HttpResponse:
    """The page; `typed` is a comment that was refused with it."""
    scope = scope_of(request)
    may_read = may_read_minutes(scope, row)
    may_manage = policy.may(scope, "coordination.manage_meetings", row)
    moves = open_moves(MEETING, row, scope)
    context = {
        "crumbs": crumbs({"label": row.title}),
        "meeting": row,
        "status": STATUS[State(row.state)],
        "mechanism": mechanism_name(row),
        "units": [unit_name(link.office) for link in row.offices.all()],
        "attendance": attendance_lines(row),
        "opinions": _opinions(row),
        "may_sign": any(move.word == "confirm" for move in moves),
        "waits": waits_for(row, scope),
        "may_settle": any(move.word == "settle" for move in moves),
        "may_draft": may_manage and row.state in minuting.DRAFTABLE,
        "moves": [_button(row, move) for move in moves if move.word not in SHOWN_APART],
        "may_read": may_read,
        "resolutions": _resolutions(row) if may_read else [],
        "typed": typed or "",
        "may_hand_out": may_manage and row.state in (State.ISSUED, State.FILED),
        "trail": trail_of(row, MEETING, more=("plan_meeting", "propose_meeting", "draft_minutes")),
    }
    status = 200 if typed is None else 422
    return render(request, "coordination/meeting.html", context, status=status)


@require_POST
@page("coordination.countersign")
def countersign(request: HttpRequest, pk: Any) -> HttpResponse:
    """A unit's opinion on the edition that was shown."""
    row = find(request, pk)
    agrees = request.POST.get("opinion") == "confirm"
    common = common_of(request)
    edition = seen_in(request, "edition") or 0
    comment = request.POST.get("comment", "")
    done = _("已同意第 %(n)d 稿。") if agrees else _("已登记不同意见，联席会议办公室会看到。")
    return run_here(
        request,
        _page_of(row),
        done % {"n": edition} if agrees else done,
        lambda: minuting.countersign(
            meeting=row, agrees=agrees, edition=edition, comment=comment, **common
        ),
        lambda _refusal: _show(request, find(request, pk), comment),
    )


@page("coordination.meetings")
def act(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """The page of a move of the table."""
    row, scope = find(request, pk), scope_of(request)
    if word not in ACTS:
        raise Http404(_("没有这项办理。"))
    policy.require(scope, MEETING.move(word).action, row)
    return act_page(request, ACTS[word](request, row))


@page("coordination.issue_minutes")
def settle(request: HttpRequest, pk: Any, opinion: Any) -> HttpResponse:
    """The convener's decision on one unit's objection."""
    row = find(request, pk)
    policy.require(scope_of(request), "coordination.issue_minutes", row)
    objection = get_object_or_404(
        Countersignature.objects.select_related("office__district"), pk=opinion, meeting=row
    )

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        minuting.settle_objection(meeting=row, office=objection.office, **given, **common)

    return act_page(
        request,
        ActPage(
            title=_("登记协调决定"),
            explanation=_("%(unit)s不同意：%(why)s")
            % {"unit": unit_name(objection.office), "why": objection.comment},
            submit=_("登记决定"),
            form=forms.SettleForm(
                sent(request),
                initial={"seen_version": row.version, "edition": objection.edition},
            ),
            run=run,
            done=_("已登记召集人的决定，不同意见不再影响印发。"),
            back=_page_of(row),
            crumbs=_crumbs(row, _("登记协调决定")),
        ),
    )


def find(request: HttpRequest, pk: Any) -> Meeting:
    """The meeting, if the caller's scope holds it."""
    rows = with_units(Meeting.objects.visible_to(scope_of(request)))
    found: Meeting | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("您的工作范围内没有这次会议。"))
    return found


# --- The acts' pages ------------------------------------------------------------------------------
def _announce(request: HttpRequest, row: Meeting) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        offices = given.pop("offices")
        calling.announce(meeting=row, values=given, offices=offices, **common)

    return ActPage(
        title=_("安排会议"),
        submit=_("安排并通知"),
        form=forms.PlanForm.of(row, sent(request)),
        run=run,
        done=_("已安排，并通知与会单位。"),
        back=_page_of(row),
        crumbs=_crumbs(row, _("安排会议")),
    )


def _finish(request: HttpRequest, row: Meeting) -> ActPage:
    form = forms.HoldForm(sent(request), meeting=row)

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        calling.hold_meeting(meeting=row, **form.told(), **common)
        return reverse("coordination:minutes", args=[row.pk])

    return ActPage(
        title=_("登记召开"),
        submit=_("登记召开"),
        form=form,
        run=run,
        done=_("已登记召开，请起草纪要。"),
        back=_page_of(row),
        crumbs=_crumbs(row, _("登记召开")),
        template="coordination/meeting_hold.html",
    )


def _review(request: HttpRequest, row: Meeting) -> ActPage:
    return _plain(
        request,
        row,
        title=_("送会签"),
        explanation=_("将纪要第 %(n)d 稿送 %(m)d 个与会单位会签；纪要再有修改，须重新会签。")
        % {"n": row.minutes_edition, "m": len(row.offices.all())},
        submit=_("送会签"),
        run=lambda given, common: _nowhere(minuting.send_minutes(meeting=row, **common)),
        done=_("已送会签，并通知与会单位。"),
    )


def _return(request: HttpRequest, row: Meeting) -> ActPage:
    return _plain(
        request,
        row,
        form=CommentForm(sent(request), initial={"seen_version": row.version}),
        title=_("退回修改"),
        submit=_("退回修改"),
        run=lambda given, common: _nowhere(minuting.return_minutes(meeting=row, **given, **common)),
        done=_("已退回，并通知经办科室。"),
    )


def _publish(request: HttpRequest, row: Meeting) -> ActPage:
    return _plain(
        request,
        row,
        form=forms.IssueForm(sent(request), initial={"seen_version": row.version}),
        title=_("印发纪要"),
        explanation=_("印发后纪要不能再改；与会单位会收到消息。"),
        submit=_("印发"),
        run=lambda given, common: _nowhere(minuting.issue_minutes(meeting=row, **given, **common)),
        done=_("纪要已印发，请登记报备，并将议定事项下达为任务。"),
    )


def _close(request: HttpRequest, row: Meeting) -> ActPage:
    return _plain(
        request,
        row,
        form=forms.FileForm(sent(request), initial={"seen_version": row.version}),
        title=_("登记报备"),
        submit=_("登记报备"),
        run=lambda given, common: _nowhere(minuting.file_minutes(meeting=row, **given, **common)),
        done=_("已登记报备。"),
    )


def _revoke(request: HttpRequest, row: Meeting) -> ActPage:
    return _plain(
        request,
        row,
        form=CommentForm(sent(request), initial={"seen_version": row.version}),
        title=_("取消会议"),
        submit=_("确认取消"),
        run=lambda given, common: _nowhere(
            calling.cancel_meeting(meeting=row, reason=given["comment"], **common)
        ),
        done=_("已取消，并通知有关单位。"),
        danger=True,
    )


ACTS: dict[str, Callable[[HttpRequest, Meeting], ActPage]] = {
    "announce": _announce,
    "finish": _finish,
    "review": _review,
    "return": _return,
    "publish": _publish,
    "close": _close,
    "revoke": _revoke,
}


def _plain(request: HttpRequest, row: Meeting, *, title: str, **more: Any) -> ActPage:
    more.setdefault("form", SeenForm(sent(request), initial={"seen_version": row.version}))
    return ActPage(title=title, back=_page_of(row), crumbs=_crumbs(row, title), **more)


def _nowhere(_done: Any) -> None:
    """Back to the meeting."""


def _page_of(row: Meeting) -> str:
    return reverse("coordination:meeting", args=[row.pk])


def _crumbs(row: Meeting, here: str) -> list[dict[str, str]]:
    return crumbs({"label": row.title, "url": _page_of(row)}, {"label": here})


# --- What the page shows --------------------------------------------------------------------------
def _button(row: Meeting, move: Any) -> dict[str, Any]:
    label = move.label
    if move.word == "announce" and row.state == State.PLANNED:
        label = _("调整安排")
    return {
        "label": label,
        "url": reverse("coordination:meeting_act", args=[row.pk, move.word]),
        "main": move.word in MAIN and label == move.label,
    }


def _opinions(row: Meeting) -> list[dict[str, Any]]:
    """Each called unit and what it says of the present edition."""
    now = opinions_on(row)
    told = []
    for link in row.offices.all():
        one = now.get(link.office_id)
        if one is None and link.office.kind not in CALLABLE:
            continue
        status, word = "warn", _("未会签")
        if one is not None and one.opinion == Countersignature.Opinion.AGREED:
            status, word = "good", _("同意")
        elif one is not None and one.settlement:
            status, word = "good", _("不同意，已协调")
        elif one is not None:
            status, word = "bad", _("不同意")
        told.append(
            {"unit": unit_name(link.office), "status": status, "word": word, "opinion": one}
        )
    return told


def _resolutions(row: Meeting) -> list[dict[str, Any]]:
    rows = row.resolutions.prefetch_related("tasks__offices__office__district").order_by("sort")
    return [{"row": one, "tasks": [_task(task) for task in one.tasks.all()]} for one in rows]


def _task(task: Any) -> dict[str, Any]:
    leads = [unit_name(one.office) for one in task.offices.all() if one.role == "lead"]
    return {"row": task, "lead": "、".join(leads)}
