"""Acts on one outlet from its page: change, move, close, merge, take back.

All go through the services. Who decided on an older version is told what has changed since, with
what they typed kept, and may decide again on what stands now.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.admin.versions import Version, versions_of
from core.audit import current_actor
from core.versions import StaleVersionError
from outlets.models import Outlet
from outlets.models.outlet import PlaceState, Status
from outlets.services import change_outlet, close_outlet, void_outlet
from outlets.telling import told
from portal.ledger.forms import ChangeForm, DeskActForm, DeskCloseForm, MoveForm
from portal.ledger.outlet import crumbs, find
from portal.ledger.places import place_map
from portal.views.common import page, scope_of

# The form, given what was sent (None at first) and the version to decide on.
Make = Callable[[Any, int], Any]
Run = Callable[[Any], str]


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act's page: what it will do, its form, the word on its button."""

    title: str
    explanation: str
    submit: str
    make: Make
    run: Run
    template: str = "ledger/act.html"
    danger: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    # Sent data brought in step with the row as it stands, when somebody else changed it.
    renew: Callable[[Any, Outlet], Any] | None = None


@page("outlets.change")
def change(request: HttpRequest, code: str) -> HttpResponse:
    """What the ledger says of the outlet, from a day on."""
    row = find(request, code)
    scope = scope_of(request)
    contacts = policy.may(scope, "outlets.contact", row)

    def make(data: Any, version: int) -> ChangeForm:
        seen = _as_seen(row, data) if data else row
        form = ChangeForm(data, instance=seen, scope=scope, contacts=contacts)
        form.fields["seen_version"].initial = version
        return form

    def run(form: ChangeForm) -> str:
        given = form.cleaned_data
        changed = change_outlet(
            outlet=row,
            changes=form.told_changes(),
            on=given["on"],
            reason=given["reason"],
            seen_version=given["seen_version"],
            by=current_actor(),
        )
        # What left the caller's scope is undone with the transaction.
        policy.require(scope, "outlets.change", changed)
        return _("已保存对“%(name)s”的修改。") % {"name": changed.name}

    def renew(form: Any, now: Outlet) -> Any:
        fresh = ChangeForm(instance=now, scope=scope, contacts=contacts)
        data = form.data.copy()
        kept = {*form.changed_data, "on", "reason"}
        for name in fresh.fields:
            if name not in kept:
                value = fresh[name].value()
                values = value if isinstance(value, list) else [value]
                data.setlist(name, ["" if one is None else _posted(one) for one in values])
        data["seen_version"] = str(now.version)
        return data

    act = Act(
        title=_("修改：%(name)s") % {"name": row.name},
        explanation=_("只改动填错或有变化的项目；从“自何日起”生效，以前的情况照旧保留。"),
        submit=_("保存修改"),
        make=make,
        run=run,
        renew=renew,
        template="ledger/change.html",
    )
    return _act(request, row, act, gate="outlets.change")


@page("outlets.change")
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Another place, by the map or by coordinates."""
    row = find(request, code)

    def make(data: Any, version: int) -> MoveForm:
        initial = {
            "seen_version": version,
            "x_in": row.lon,
            "y_in": row.lat,
            "crs_in": "wgs84",
        }
        return MoveForm(data, initial=initial)

    def run(form: MoveForm) -> str:
        given = form.cleaned_data
        changes = {name: given[name] for name in ("x_in", "y_in", "crs_in")}
        if given["on_site"]:
            changes["place_state"] = PlaceState.VERIFIED
        change_outlet(
            outlet=row,
            changes=changes,
            on=given["on"],
            reason=given["reason"],
            seen_version=given["seen_version"],
            by=current_actor(),
        )
        return _("已移动“%(name)s”的位置。") % {"name": row.name}

    act = Act(
        title=_("移动位置：%(name)s") % {"name": row.name},
        explanation=_(
            "拖动标记，或选中标记后按方向键（每次 1 米，按住 Shift 为 10 米），"
            "也可直接填写坐标。移动后位置重新按街道（镇）边界核对。"
        ),
        submit=_("保存位置"),
        make=make,
        run=run,
        template="ledger/move.html",
        extra={"map": place_map(row)},
    )
    return _act(request, row, act, gate="outlets.change")


@page("outlets.close")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """The outlet trades no more, or has moved out of the district."""
    row = find(request, code)

    def run(form: Any) -> str:
        close_outlet(outlet=row, by=current_actor(), **form.cleaned_data)
        return _("已登记“%(name)s”自 %(day)s 起%(state)s。") % {
            "name": row.name,
            "day": form.cleaned_data["on"],
            "state": Status(form.cleaned_data["status"]).label,
        }

    act = Act(
        title=_("关闭或迁出：%(name)s") % {"name": row.name},
        explanation=_("登记后，该网点自所填日期起不再计入各项指标；以前的情况照旧保留。"),
        submit=_("登记关闭"),
        make=lambda data, version: DeskCloseForm(data, initial={"seen_version": version}),
        run=run,
    )
    return _act(request, row, act, gate="outlets.close")


@page("outlets.change")
def void(request: HttpRequest, code: str) -> HttpResponse:
    """The row should never have been."""
    row = find(request, code)

    def run(form: Any) -> str:
        void_outlet(outlet=row, by=current_actor(), **form.cleaned_data)
        return _("“%(name)s”已作废。") % {"name": row.name}

    act = Act(
        title=_("作废：%(name)s") % {"name": row.name},
        explanation=_(
            "仅用于登记错误、从未存在的网点；作废后在任何日期都不计数。停止营业的请用“关闭／迁出”。"
        ),
        submit=_("确认作废"),
        make=lambda data, version: DeskActForm(data, initial={"seen_version": version}),
        run=run,
        danger=True,
    )
    return _act(request, row, act, gate="outlets.change")


def _act(request: HttpRequest, row: Outlet, act: Act, *, gate: str) -> HttpResponse:
    """Show the form; when it is sent, do the act and go back, or say why not."""
    policy.require(scope_of(request), gate, row)
    form = act.make(request.POST or None, row.version)
    stale: list[Version] = []
    if request.method == "POST" and form.is_valid():
        try:
            with refusals(), transaction.atomic():
                said = act.run(form)
        except RefusedError as refusal:
            if isinstance(refusal.__cause__, StaleVersionError):
                stale, form = _decided_on_old(row, act, form)
            else:
                add_refusal(form, refusal)
        else:
            messages.success(request, said)
            return redirect("ledger:outlet", code=row.code)
    back = reverse("ledger:outlet", args=[row.code])
    context = {
        "crumbs": [*crumbs(row), {"label": row.name, "url": back}, {"label": act.submit}],
        "outlet": row,
        "act": act,
        "form": form,
        "back": back,
        "stale": stale,
        **act.extra,
    }
    return render(request, act.template, context)


def _decided_on_old(row: Outlet, act: Act, form: Any) -> tuple[list[Version], Any]:
    """What others did since the version that was seen, and the form for deciding again."""
    now = Outlet.objects.get(pk=row.pk)
    seen = form.cleaned_data["seen_version"] or 0
    since = [
        version
        for version in versions_of(now, told=lambda name, value: told(name, value, contacts=False))
        if (version.number or 0) > seen
    ]
    if act.renew:
        data = act.renew(form, now)
    else:
        data = form.data.copy()
        data["seen_version"] = str(now.version)
    again = act.make(data, now.version)
    again.is_valid()
    return since, again


def _as_seen(row: Outlet, data: Any) -> Outlet:
    """The row as it was when the person saw it, so that only what they changed is a change."""
    seen = str(data.get("seen_version") or "")
    if not seen.isdecimal() or int(seen) == row.version:
        return row
    old: Any = row.history.filter(version=int(seen)).order_by("-history_id").first()
    if old is None:
        raise ValidationError(_("找不到您所见的版本，请重新打开页面。"))
    instance: Outlet = old.instance
    return instance


def _posted(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
