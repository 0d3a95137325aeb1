"""Acts on a round, its applications in batch, and objections."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.coordination.acting import ActPage, CommentForm, act_page, sent
from portal.coordination.tasks import whole
from portal.subsidies import round_forms as forms
from portal.subsidies.round_page import crumbs, find
from portal.templatetags.money import wan
from portal.views.common import page, scope_of
from subsidies.models import Application, Objection, Round
from subsidies.publicity import period_of
from subsidies.round_rules import line_of, tallies, warnings
from subsidies.services import objections, proposing
from subsidies.services import rounds as services
from subsidies.workflow.rounds import MANAGE, ROUND

State, Case = Round.State, Application.State
Given = dict[str, Any]


@page("subsidies.rounds")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """The page of a move of the table, or of the meeting."""
    row, scope = find(request, pk), scope_of(request)
    if word not in ACTS:
        raise Http404(_("没有这项办理。"))
    policy.require(scope, MANAGE if word == "meeting" else ROUND.move(word).action, row)
    return act_page(request, ACTS[word](request, row))


# --- Applications in batch ------------------------------------------------------------------------
DONE = {
    "propose": gettext_lazy("已列入拟支持名单 %(n)d 项，资金已安排。"),
    "unpropose": gettext_lazy("已移出拟支持名单 %(n)d 项，资金已撤销安排。"),
    "cancel": gettext_lazy("已取消支持 %(n)d 项，资金已撤销安排。"),
}


@require_POST
@page("subsidies.handle_application")
def applications(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """列入拟支持名单, 移出, 取消支持: all of the ticked, or none with why of each."""
    row, scope = find(request, pk), scope_of(request)
    policy.require(scope, "subsidies.handle_application", row)
    if word not in DONE:
        raise Http404(_("没有这项办理。"))
    given: Given = {"applications": _ticked(request, row), "by": current_actor(), "scope": scope}
    if word != "propose":
        given["comment"] = request.POST.get("comment", "").strip()[:500]
    runs: dict[str, Callable[..., list[Application]]] = {
        "propose": proposing.propose_applications,
        "unpropose": proposing.unpropose_applications,
        "cancel": proposing.cancel_applications,
    }
    try:
        with refusals():
            done = runs[word](**given)
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
    else:
        messages.success(request, str(DONE[word]) % {"n": len(done)})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe and back.startswith("/") else _page_of(row))


def _ticked(request: HttpRequest, row: Round) -> list[tuple[Application, int | None]]:
    """The ticked ones with the versions that were looked at: `application=<id>:<version>`."""
    seen: dict[uuid.UUID, int | None] = {}
    for value in request.POST.getlist("application"):
        key, _colon, version = value.partition(":")
        try:
            seen[uuid.UUID(key)] = whole(version) or None
        except ValueError:
            continue
    rows = Application.objects.visible_to(scope_of(request)).filter(round=row, pk__in=list(seen))
    return [(one, seen[one.pk]) for one in rows.select_related("item")]


# --- Objections -----------------------------------------------------------------------------------
@page("subsidies.manage_rounds")
def objection_new(request: HttpRequest, pk: Any) -> HttpResponse:
    """登记异议."""
    row = find(request, pk)
    policy.require(scope_of(request), MANAGE, row)
    form = forms.ObjectionForm(sent(request))
    listed = Application.objects.filter(round=row, state=Case.PROPOSED)
    choice: Any = form.fields["application"]
    choice.queryset = listed.select_related("enterprise").order_by("number", "id")

    def run(given: Given, common: Given) -> None:
        common.pop("seen_version")
        objections.receive_objection(**given, **common)

    return act_page(
        request,
        _page(
            row,
            title=_("登记异议"),
            explanation=_("登记后须处理完毕才能审定；异议人信息只供区商务委查看。"),
            submit=_("登记异议"),
            form=form,
            run=run,
            done=_("已登记，请调查处理。"),
        ),
    )


@page("subsidies.manage_rounds")
def objection(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """异议成立, or not."""
    scope = scope_of(request)
    rows = Objection.objects.visible_to(scope).select_related(
        "application__round__policy__fund", "application__round__district"
    )
    found: Objection | None = rows.filter(pk=pk).first()
    if found is None or word not in ("uphold", "dismiss"):
        raise Http404(_("没有这件异议，或者不在您的范围内。"))
    row = found.application.round
    policy.require(scope, MANAGE, row)
    upheld = word == "uphold"

    def run(given: Given, common: Given) -> None:
        handle = objections.uphold_objection if upheld else objections.dismiss_objection
        handle(objection=found, **given, **common)

    told = {"case": found.application, "text": found.text}
    return act_page(
        request,
        _page(
            row,
            title=_("异议成立") if upheld else _("异议不成立"),
            explanation=_("“%(case)s”将取消支持，资金撤销安排。异议：%(text)s") % told
            if upheld
            else _("“%(case)s”继续支持。异议：%(text)s") % told,
            submit=_("异议成立，取消支持") if upheld else _("异议不成立"),
            form=forms.HandlingForm(sent(request), initial={"seen_version": found.version}),
            run=run,
            done=_("已处理。"),
            danger=upheld,
        ),
    )


# --- The acts' pages ------------------------------------------------------------------------------
def _page(row: Round, *, title: str, **more: Any) -> ActPage:
    here = crumbs({"label": row.name, "url": _page_of(row)}, {"label": title})
    more.setdefault("template", "subsidies/act.html")
    return ActPage(title=title, back=_page_of(row), crumbs=here, **more)


def _plain(request: HttpRequest, row: Round, act: Callable[..., Any], **more: Any) -> ActPage:
    """An act with its form, by default a remark."""

    def run(given: Given, common: Given) -> None:
        act(round_=row, **given, **common)

    kind = more.pop("kind", forms.NoteForm)
    initial = {"seen_version": row.version} | more.pop("initial", {})
    return _page(row, form=kind(sent(request), initial=initial), run=run, **more)


def _open(request: HttpRequest, row: Round) -> ActPage:
    told = {"from": row.opens_on.isoformat(), "to": row.closes_on.isoformat()}
    return _plain(
        request,
        row,
        services.open_round,
        title=_("发布申报通知"),
        explanation=_("申报期 %(from)s 至 %(to)s。发布后街道（镇）收到消息，事项和日期不能再改。")
        % told,
        submit=_("发布申报通知"),
        done=_("已发布，街道（镇）可以代企业申报。"),
        extra={"warnings": warnings(row, line_of(row))},
    )


def _close(request: HttpRequest, row: Round) -> ActPage:
    early = row.closes_on >= timezone.localdate()
    told = {"day": row.closes_on.isoformat()}
    return _plain(
        request,
        row,
        services.close_round,
        kind=CommentForm if early else forms.NoteForm,
        title=_("截止申报"),
        explanation=_("原定 %(day)s 截止，提前截止须写明理由。") % told
        if early
        else _("申报已于 %(day)s 到期。截止后不再接受新的申报，补正仍可报送。") % told,
        submit=_("截止申报"),
        done=_("已截止申报。"),
        danger=early,
    )


def _reopen(request: HttpRequest, row: Round) -> ActPage:
    return _plain(
        request,
        row,
        services.reopen_round,
        kind=forms.ReopenForm,
        title=_("延长申报"),
        explanation=_("恢复接受申报，并通知街道（镇）。")
        + (_("已登记的集体审议作废，须重新审议。") if row.meeting_on else ""),
        submit=_("延长申报"),
        done=_("已延长申报。"),
    )


def _meeting(request: HttpRequest, row: Round) -> ActPage:
    initial: Given = {"minutes_number": row.minutes_number, "note": row.meeting_note}
    if row.meeting_on:
        initial["meeting_on"] = row.meeting_on
    initial["seen_version"] = row.version

    def run(given: Given, common: Given) -> None:
        given.pop("attached", None)
        given["files"] = request.FILES.getlist("attached")
        services.record_meeting(round_=row, **given, **common)

    return _page(
        row,
        title=_("登记集体审议"),
        explanation=_("会议审议拟支持名单后，登记日期、纪要号和意见。"),
        submit=_("登记"),
        form=forms.MeetingForm(sent(request), initial=initial),
        run=run,
        done=_("已登记集体审议。"),
        extra={"facts": _list_facts(row)},
    )


def _announce(request: HttpRequest, row: Round) -> ActPage:
    told = {"n": row.public_days}
    names = ("public_place", "objection_contact")
    return _plain(
        request,
        row,
        services.announce_round,
        kind=forms.AnnounceForm,
        initial={name: getattr(row, name) for name in names},
        title=_("发布公示"),
        explanation=_(
            "公示期 %(n)d 个完整的工作日，自发布次日起算。公示期间名单不能调整，收到异议请登记。"
        )
        % told,
        submit=_("发布公示"),
        done=_("已登记公示。"),
        extra=_if_published_today(row),
    )


def _if_published_today(row: Round) -> Given:
    """What the list would be public until; a warning where that is not certain."""
    today = timezone.localdate()
    trial = Round(public_from=today, public_until=today, public_days=row.public_days)
    period, told = period_of(trial, today), _list_facts(row)
    unsure = []
    if period is not None:
        told.append((_("今天发布则公示至"), period.until.isoformat()))
        if not period.known:
            year = {"year": period.until.year}
            unsure.append(
                _("%(year)d年放假安排尚未录入，截止日暂按周末推算；录入后不足的工作日须补足。")
                % year
            )
    return {"facts": told, "warnings": unsure}


def _return(request: HttpRequest, row: Round) -> ActPage:
    return _plain(
        request,
        row,
        services.return_round,
        kind=CommentForm,
        title=_("撤回公示"),
        explanation=_("撤回后可以调整名单，再次公示须重新计算公示期；已安排的资金不变。"),
        submit=_("撤回公示"),
        done=_("已撤回公示。"),
        danger=True,
    )


def _approve(request: HttpRequest, row: Round) -> ActPage:
    return _plain(
        request,
        row,
        services.approve_round,
        kind=forms.DecisionForm,
        title=_("审定"),
        explanation=_(
            "拟支持名单全部转为已审定，并通知街道（镇）；报送、申报、审核过的人员不能审定。"
        ),
        submit=_("审定"),
        done=_("已审定，可以编制拨付清单。"),
        extra={"facts": _list_facts(row)},
    )


def _pay(request: HttpRequest, row: Round) -> ActPage:
    return _plain(
        request,
        row,
        services.pay_round,
        title=_("转入拨付"),
        explanation=_("财务据此编制拨付清单。"),
        submit=_("转入拨付"),
        done=_("已转入拨付。"),
    )


def _finish(request: HttpRequest, row: Round) -> ActPage:
    return _plain(
        request,
        row,
        services.finish_round,
        title=_("办结"),
        explanation=_("全部申报拨付完毕或终止后办结；以后年度的分期也须拨付完毕。"),
        submit=_("办结"),
        done=_("已办结。"),
    )


ACTS: dict[str, Callable[[HttpRequest, Round], ActPage]] = {
    "open": _open,
    "close": _close,
    "reopen": _reopen,
    "meeting": _meeting,
    "announce": _announce,
    "return": _return,
    "approve": _approve,
    "pay": _pay,
    "finish": _finish,
}


def _list_facts(row: Round) -> list[tuple[str, str]]:
    """What is on the list, and what became of the rest."""
    tally = tallies([row])[row.pk]
    listed = {"n": tally.counts[Case.PROPOSED], "amount": wan(tally.amounts.get(Case.PROPOSED, 0))}
    ended = tally.counts[Case.REFUSED] + tally.counts[Case.NOT_ACCEPTED]
    told = [
        (_("拟支持名单"), _("%(n)d 项，%(amount)s 万元") % listed),
        (_("不予支持、不予受理"), _("%(n)d 项") % {"n": ended}),
    ]
    if tally.undecided:
        told.append((_("尚未办理完"), _("%(n)d 项") % {"n": tally.undecided}))
    if period := period_of(row, timezone.localdate()):
        days = {"from": period.since.isoformat(), "to": period.until.isoformat()}
        told.append((_("公示期"), _("%(from)s 至 %(to)s") % days))
        raised = Objection.objects.filter(application__round=row)
        told.append((_("公示异议"), _("%(n)d 件") % {"n": raised.count()}))
    return told


def _page_of(row: Round) -> str:
    return reverse("subsidies:round", args=[row.pk])
