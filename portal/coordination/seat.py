"""One seat of the roster: who sat there, who takes over, what was entered wrongly."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Office
from coordination.models import Mechanism, RosterEntry
from coordination.services import roster as services
from core import policy
from portal.coordination.acting import (
    ActPage,
    CommentForm,
    DayField,
    SeenForm,
    UnitField,
    act_page,
    offer,
)
from portal.coordination.roster import seat_shown
from portal.coordination.words import unit_name
from portal.views.common import own_district, page, scope_of

# How many rows of a seat's past are looked up.
MOST_HEIRS = 50


class PersonForm(SeenForm):
    """Who, and how to reach them."""

    person = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    post = forms.CharField(label=gettext_lazy("职务"), max_length=60, required=False)
    phone = forms.CharField(label=gettext_lazy("电话"), max_length=40, required=False)
    filed_on = DayField(label=gettext_lazy("备案日期"), required=False, initial=None)


class HeirForm(PersonForm):
    """Who takes over, from when."""

    on = DayField(label=gettext_lazy("自何日起接任"))
    field_order = ("person", "post", "phone", "on", "filed_on")


class LeaveForm(SeenForm):
    """Since when nobody sits there."""

    on = DayField(label=gettext_lazy("自何日起空缺"))


class EndForm(CommentForm):
    """Since when there is no such seat, and why."""

    on = DayField(label=gettext_lazy("自何日起撤销"))
    field_order = ("on", "comment")


class CorrectForm(PersonForm):
    """What was entered wrongly; a telephone left blank stays as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].required = False
        self.fields["phone"].help_text = _("留空不变。")


class SeatForm(PersonForm):
    """A new seat; its person may be reported later."""

    mechanism = forms.ModelChoiceField(
        label=gettext_lazy("工作机制"), queryset=Mechanism.objects.none()
    )
    place = forms.ChoiceField(label=gettext_lazy("职责"), choices=RosterEntry.Place.choices)
    office = UnitField(label=gettext_lazy("单位"), required=False)
    valid_from = DayField(label=gettext_lazy("任职自"))
    field_order = (
        "mechanism", "place", "office", "person", "post", "phone", "valid_from", "filed_on",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].required = False
        self.fields["person"].help_text = _("尚未确定的留空，显示为“待报”。")


@page("coordination.roster")
def seat(request: HttpRequest, pk: Any) -> HttpResponse:
    """The seat as it stands, and who sat there before and after."""
    scope, row = scope_of(request), find(request, pk)
    may = policy.may(scope, "coordination.change_roster", row.mechanism)
    context = {
        "crumbs": [
            {"label": _("名册"), "url": reverse("coordination:roster")},
            {"label": row.get_place_display()},
        ],
        "seat": row,
        "unit": unit_name(row.office) if row.office else "",
        "shown": seat_shown(row, scope),
        "chain": [seat_shown(one, scope) | {"self": one.pk == row.pk} for one in _chain(row)],
        "may_change": may,
        "holds": row.valid_to is None,
    }
    return render(request, "coordination/seat.html", context)


@page("coordination.change_roster")
def new(request: HttpRequest) -> HttpResponse:
    """A new seat."""
    scope = scope_of(request)
    district = own_district(scope)
    form = SeatForm(request.POST or None, initial={"mechanism": request.GET.get("mechanism")})
    mechanisms: Any = form.fields["mechanism"]
    mechanisms.queryset = Mechanism.objects.visible_to(scope).order_by("sort", "code")
    offer(form, "office", Office.objects.filter(district=district).order_by("kind", "code"))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        del common["seen_version"]
        made = services.appoint(**given, **common)
        return reverse("coordination:roster_seat", args=[made.pk])

    back = reverse("coordination:roster")
    act = ActPage(
        title=_("新增席位"),
        submit=_("保存"),
        form=form,
        run=run,
        done=_("已新增席位。"),
        back=back,
        crumbs=[{"label": _("名册"), "url": back}, {"label": _("新增席位")}],
    )
    return act_page(request, act)


@page("coordination.change_roster")
def take_over(request: HttpRequest, pk: Any) -> HttpResponse:
    """接任: the successor's row begins the day on which the old one ends."""
    row = find(request, pk)
    form = HeirForm(request.POST or None, initial={"post": row.post, "seen_version": row.version})

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        heir = services.succeed(entry=row, **given, **common)
        return reverse("coordination:roster_seat", args=[heir.pk])

    return _act(
        request,
        row,
        title=_("报备人员") if not row.person else _("接任"),
        explanation=_("人事变动由继任者自然接任并备案，不再另行发文；原任记录保留。"),
        form=form,
        run=run,
        done=_("已登记接任。"),
    )


@page("coordination.change_roster")
def leave(request: HttpRequest, pk: Any) -> HttpResponse:
    """空缺: the person leaves, nobody is reported yet."""
    row = find(request, pk)

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        empty = services.vacate(entry=row, **given, **common)
        return reverse("coordination:roster_seat", args=[empty.pk])

    return _act(
        request,
        row,
        title=_("登记空缺"),
        form=LeaveForm(request.POST or None, initial={"seen_version": row.version}),
        run=run,
        done=_("已登记空缺，显示为待报。"),
    )


@page("coordination.change_roster")
def put_right(request: HttpRequest, pk: Any) -> HttpResponse:
    """更正 what was entered wrongly, or add the day of filing."""
    row = find(request, pk)
    begun = {
        "person": row.person,
        "post": row.post,
        "filed_on": row.filed_on,
        "seen_version": row.version,
    }

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        if not given["phone"]:
            del given["phone"]
        changes = {name: value for name, value in given.items() if value != begun.get(name)}
        services.correct(entry=row, changes=changes, **common)

    return _act(
        request,
        row,
        title=_("更正"),
        explanation=_("仅用于更正登记错误或补填备案日期；换人请用“接任”。"),
        form=CorrectForm(request.POST or None, initial=begun),
        run=run,
        done=_("已更正。"),
    )


@page("coordination.change_roster")
def end(request: HttpRequest, pk: Any) -> HttpResponse:
    """撤销席位, for a reason."""
    row = find(request, pk)

    def run(given: dict[str, Any], common: dict[str, Any]) -> None:
        services.end_seat(entry=row, on=given["on"], reason=given["comment"], **common)

    return _act(
        request,
        row,
        title=_("撤销席位"),
        form=EndForm(request.POST or None, initial={"seen_version": row.version}),
        run=run,
        done=_("已撤销该席位。"),
        danger=True,
    )


def find(request: HttpRequest, pk: Any) -> RosterEntry:
    """The row, if the caller's district holds it."""
    rows = RosterEntry.objects.visible_to(scope_of(request))
    found: RosterEntry | None = (
        rows.select_related("mechanism", "office__district").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("您的工作范围内没有这个席位。"))
    return found


def _act(request: HttpRequest, row: RosterEntry, *, title: str, **more: Any) -> HttpResponse:
    back = reverse("coordination:roster_seat", args=[row.pk])
    crumbs = [
        {"label": _("名册"), "url": reverse("coordination:roster")},
        {"label": f"{row.mechanism} {row.get_place_display()}", "url": back},
        {"label": title},
    ]
    return act_page(request, ActPage(title=title, submit=title, back=back, crumbs=crumbs, **more))


def _chain(row: RosterEntry) -> list[RosterEntry]:
    """Who sat there before and after, the newest first."""
    seats = RosterEntry.objects.filter(
        mechanism=row.mechanism, office=row.office, place=row.place
    ).select_related("mechanism", "office__district")
    rows = {one.pk: one for one in seats.order_by("-valid_from", "-id")[: MOST_HEIRS * 4]}
    heirs = {one.succeeds_id: one for one in rows.values() if one.succeeds_id}
    first = rows.get(row.pk, row)
    while first.succeeds_id in rows:
        first = rows[first.succeeds_id]
    chain = [first]
    while chain[-1].pk in heirs:
        chain.append(heirs[chain[-1].pk])
    return chain[::-1][:MOST_HEIRS]
