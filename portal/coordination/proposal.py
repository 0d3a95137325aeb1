"""`/coordination/proposals/<id>/`: one proposal, its reply, and what one may do with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.models import Proposal, ProposalOffice
from coordination.papers import addressee, answering_office, reply_document, reply_title
from coordination.policy import may_read_reply
from coordination.services import drafting, proposals, signing
from coordination.services.figures import changes_key, changes_told, check_figures
from coordination.workflow.proposals import PROPOSAL, helpers_by_opinion
from core import audit, policy
from core.models import Document
from core.word import word_response
from core.workdays import calendar
from core.workflow import open_moves
from portal.coordination import proposal_forms as forms
from portal.coordination.acting import (
    ActPage,
    CommentForm,
    SeenForm,
    act_page,
    common_of,
    is_stale,
    run_here,
    seen_in,
    sent,
)
from portal.coordination.proposals import crumbs, own_part, standing_of, with_units
from portal.coordination.trails import trail_of
from portal.coordination.words import unit_name
from portal.views.common import page, scope_of

State, Opinion = Proposal.State, ProposalOffice.Opinion
SHOWN_APART = frozenset({"start", "confirm", "object"})
MAIN = frozenset({"assign", "send", "reply", "close"})
OPINION_STATUS = {Opinion.NONE: "warn", Opinion.AGREED: "good", Opinion.OBJECTED: "bad"}


@dataclass(frozen=True)
class Refused:
    """What was typed and not taken; `stale` = somebody else was first."""

    comment: str | None = None
    text: str | None = None
    stale: bool = False


@page("coordination.proposals")
def proposal(request: HttpRequest, pk: Any) -> HttpResponse:
    """The proposal."""
    return _show(request, find(request, pk))


def _show(request: HttpRequest, row: Proposal, refused: Refused | None = None) -> HttpResponse:
    """The page; `refused` is what was typed into it in vain."""
    scope = scope_of(request)
    may_read = bool(row.reply) and may_read_reply(scope, row)
    moves = open_moves(PROPOSAL, row, scope)
    words = {move.word for move in moves}
    part = own_part(row, scope)
    checked = check_figures(row) if may_read else []
    context = {
        "crumbs": crumbs({"label": row.number}),
        "proposal": row,
        "standing": standing_of(row, timezone.localdate(), calendar()),
        "units": [_unit(link) for link in row.offices.all()],
        "reply_title": reply_title(row),
        "addressee": addressee(row),
        "figures": checked,
        "told": changes_told(checked) if row.state not in (State.REPLIED, State.CLOSED) else [],
        "source": _source(row),
        "part": part,
        "may_read": may_read,
        "refused": refused,
        "may_sign": part is not None and "confirm" in words,
        "may_contribute": part is not None
        and row.state in proposals.UNSIGNED
        and policy.may(scope, "coordination.help_with_proposal", row),
        "may_draft": "start" in words,
        "moves": [_button(row, move) for move in moves if move.word not in SHOWN_APART],
        "trail": trail_of(
            row, PROPOSAL, more=("register_proposal", "contribute_proposal", "drop_figure")
        ),
    }
    return render(request, "coordination/proposal.html", context, status=422 if refused else 200)


@require_POST
@page("coordination.help_with_proposal")
def countersign(request: HttpRequest, pk: Any) -> HttpResponse:
    """A helping unit's opinion on the draft that was shown."""
    row = find(request, pk)
    agrees, comment = request.POST.get("opinion") == "confirm", request.POST.get("comment", "")
    # Browsers send line breaks as CR LF.
    seen = request.POST.get("seen_reply", "").replace("\r\n", "\n")
    return run_here(
        request,
        page_of(row),
        _("已同意答复稿。") if agrees else _("已登记不同意见。"),
        lambda: drafting.countersign_reply(
            proposal=row,
            agrees=agrees,
            comment=comment,
            seen_reply=seen,
            **common_of(request),
        ),
        lambda _refusal: _show(request, find(request, pk), Refused(comment=comment)),
    )


@require_POST
@page("coordination.help_with_proposal")
def contribute(request: HttpRequest, pk: Any) -> HttpResponse:
    """会办意见 of the caller's unit."""
    row, text = find(request, pk), request.POST.get("text", "")
    common = common_of(request, seen_in(request))
    return run_here(
        request,
        page_of(row),
        _("已保存会办意见。"),
        lambda: proposals.contribute(proposal=row, text=text, **common),
        lambda refusal: _show(
            request, find(request, pk), Refused(text=text, stale=is_stale(refusal))
        ),
    )


@page("coordination.proposals")
def document(request: HttpRequest, pk: Any) -> HttpResponse:
    """The reply in official layout."""
    row = find(request, pk)
    if not row.reply:
        raise Http404(_("答复尚未起草。"))
    if not may_read_reply(scope_of(request), row):
        raise Http404(_("答复稿送审后可以查看。"))
    audit.note("portal.export", list="reply", proposal=str(row.pk))
    return word_response(reply_document(row), reply_title(row))


@page("coordination.proposals")
def act(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """The page of a move of the table."""
    row = find(request, pk)
    if word not in ACTS:
        raise Http404(_("没有这项办理。"))
    policy.require(scope_of(request), PROPOSAL.move(word).action, row)
    return act_page(request, ACTS[word](request, row))


def find(request: HttpRequest, pk: Any) -> Proposal:
    """The proposal, if the caller's scope holds it."""
    rows = with_units(Proposal.objects.visible_to(scope_of(request)))
    found: Proposal | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404(_("您的工作范围内没有这件提案建议。"))
    return found


def page_of(row: Proposal) -> str:
    """The proposal's own page."""
    return reverse("coordination:proposal", args=[row.pk])


# --- The acts' pages ------------------------------------------------------------------------------
def _assign(request: HttpRequest, row: Proposal) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        given["helping"] = list(given["helping"])
        proposals.assign(proposal=row, **given, **common)

    return _page(
        row,
        _("交办"),
        form=forms.AssignForm(sent(request), proposal=row),
        run=run,
        done=_("已交办，并通知会办单位。"),
    )


def _send(request: HttpRequest, row: Proposal) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        drafting.send_draft(proposal=row, **common)

    helping = [unit_name(o.office) for o in row.offices.all() if o.role == "help"]
    to_helpers = _("送会办单位（%(units)s）会签，会签后由分管领导签发。")
    told = to_helpers % {"units": "、".join(helping)} if helping else _("送分管领导签发。")
    form = SeenForm(sent(request), initial={"seen_version": row.version})
    return _page(row, _("送审"), explanation=told, form=form, run=run, done=_("已送审。"))


def _return(request: HttpRequest, row: Proposal) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        drafting.return_draft(proposal=row, **given, **common)

    form = CommentForm(sent(request), initial={"seen_version": row.version})
    return _page(row, _("退回修改"), form=form, run=run, done=_("已退回，并通知经办科室。"))


def _reply(request: HttpRequest, row: Proposal) -> ActPage:
    checked = check_figures(row)
    told = changes_told(checked)

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        seen = request.POST.get("figures_seen", "")
        signing.sign_reply(proposal=row, figures_seen=seen, **given, **common)

    form = forms.SignForm(sent(request), changed=bool(told), initial={"seen_version": row.version})
    return _page(
        row,
        _("签发答复"),
        form=form,
        run=run,
        done=_("已签发，可下载答复函。"),
        template="coordination/proposal_sign.html",
        extra={
            "proposal": row,
            "checked": checked,
            "told": told,
            "figures_seen": changes_key(checked),
            "objecting": helpers_by_opinion(row, Opinion.OBJECTED),
            "reply_title": reply_title(row),
            "addressee": addressee(row),
            "office": answering_office(row),
        },
    )


def _close(request: HttpRequest, row: Proposal) -> ActPage:
    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        proposals.record_feedback(
            proposal=row,
            feedback=given["feedback"],
            text=given["feedback_text"],
            on=given["feedback_on"],
            **common,
        )

    form = forms.FeedbackForm(sent(request), initial={"seen_version": row.version})
    return _page(row, _("登记委员反馈"), form=form, run=run, done=_("已登记委员反馈。"))


ACTS: dict[str, Callable[[HttpRequest, Proposal], ActPage]] = {
    "assign": _assign,
    "send": _send,
    "return": _return,
    "reply": _reply,
    "close": _close,
}


def _page(row: Proposal, title: str, **more: Any) -> ActPage:
    more.setdefault("explanation", row.title)
    here = {"label": row.number, "url": page_of(row)}
    return ActPage(
        title=title,
        submit=title,
        back=page_of(row),
        crumbs=crumbs(here, {"label": title}),
        **more,
    )


# --- What the page shows --------------------------------------------------------------------------
def _button(row: Proposal, move: Any) -> dict[str, Any]:
    again = move.word == "assign" and row.state == State.ASSIGNED
    return {
        "label": _("调整交办") if again else move.label,
        "url": reverse("coordination:proposal_act", args=[row.pk, move.word]),
        "main": move.word in MAIN and not again,
    }


def _unit(link: ProposalOffice) -> dict[str, Any]:
    helps = link.role == ProposalOffice.Role.HELP
    return {
        "row": link,
        "name": unit_name(link.office),
        "helps": helps,
        "status": OPINION_STATUS[Opinion(link.opinion)] if helps else "none",
        "word": link.get_opinion_display() if helps else "",
    }


def _source(row: Proposal) -> Document | None:
    """The document of the library that is this reply, if it was published there."""
    if not row.reply_number:
        return None
    return Document.objects.filter(number=row.reply_number).first()
