"""`/ledger/outlets/<code>/visit/`: a look at an outlet, from a phone; and its photographs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.audit import current_actor
from core.versions import StaleVersionError
from outlets.fieldwork.visits import CORRECTABLE, Spot, record_visit
from outlets.models import BusinessFormat, Outlet, Visit, VisitPhoto
from outlets.models.fieldwork import Finding
from portal.ledger.lists import errors_in, errors_of
from portal.views.common import page, scope_of

SHOWN = 10
FINDINGS = (
    Finding.SAME,
    Finding.CHANGED,
    Finding.SUSPENDED,
    Finding.CLOSED,
    Finding.MOVED,
    Finding.ABSENT,
)
TYPES = {"jpg": "image/jpeg", "png": "image/png"}


class VisitForm(forms.Form):
    """What the phone sends beside the photographs."""

    finding = forms.CharField(required=False)
    note = forms.CharField(required=False)
    on = forms.DateField(required=False)
    lon = forms.FloatField(required=False)
    lat = forms.FloatField(required=False)
    accuracy = forms.FloatField(required=False, min_value=0)
    take_place = forms.BooleanField(required=False)
    seen_version = forms.IntegerField(required=False)
    name = forms.CharField(required=False)
    address = forms.CharField(required=False)
    hours = forms.CharField(required=False)
    main_format = forms.ModelChoiceField(
        BusinessFormat.objects.all(),
        required=False,
        to_field_name="code",
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择业态")},
    )

    def changes(self) -> dict[str, Any]:
        """What was corrected; fields left empty stay as they are."""
        if self.cleaned_data["finding"] != Finding.CHANGED:
            return {}
        return {name: value for name in CORRECTABLE if (value := self.cleaned_data[name])}

    def spot(self) -> Spot | None:
        """Where the phone was. ValidationError for half a place."""
        lon, lat = self.cleaned_data["lon"], self.cleaned_data["lat"]
        if (lon is None) != (lat is None):
            raise ValidationError({"place": _("经度和纬度须同时填写")})
        return None if lon is None else Spot(lon, lat, self.cleaned_data["accuracy"])


@page("outlets.visit")
def visit(request: HttpRequest, code: str) -> HttpResponse:
    """Look at the form; send it."""
    outlet = _outlet(request, code)
    policy.require(scope_of(request), "outlets.visit", outlet)
    if request.method != "POST":
        return _shown(request, outlet)
    form = VisitForm(request.POST)
    try:
        if not form.is_valid():
            return _shown(request, outlet, errors_in(form))
        given = form.cleaned_data
        made = record_visit(
            outlet=outlet,
            finding=given["finding"],
            note=given["note"].strip(),
            on=given["on"] or timezone.localdate(),
            place=form.spot(),
            photos=_photos(request),
            changes=form.changes(),
            take_place=given["take_place"],
            seen_version=given["seen_version"],
            by=current_actor(),
        )
    except (ValidationError, StaleVersionError) as error:
        errors = errors_of(error) if isinstance(error, ValidationError) else {"": [str(error)]}
        return _shown(request, outlet, errors)
    messages.success(request, _said(made))
    return redirect(reverse("ledger:visit", args=[outlet.code]) + "#visits")


@page("outlets.view")
def photo(request: HttpRequest, pk: Any) -> HttpResponse:
    """A photograph, to those who see the outlet; it has no address of its own."""
    seen = Visit.objects.visible_to(scope_of(request))
    row = VisitPhoto.objects.filter(pk=pk, visit__in=seen).first()
    if row is None:
        raise Http404
    try:
        with row.image.open() as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = TYPES[str(row.image.name).rpartition(".")[2]]
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Disposition"] = "inline"
    return response


def _photos(request: HttpRequest) -> list[Any]:
    return list(request.FILES.getlist("photos"))


def _outlet(request: HttpRequest, code: str) -> Outlet:
    rows = Outlet.objects.visible_to(scope_of(request)).registered()
    outlet: Outlet | None = (
        rows.filter(code=code)
        .select_related("street", "main_format", "neighbourhood")
        .defer("street__outline", "neighbourhood__outline")
        .first()
    )
    if outlet is None:
        raise Http404
    return outlet


def _shown(
    request: HttpRequest, outlet: Outlet, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    photos = Prefetch("photos", queryset=VisitPhoto.objects.order_by("at", "pk"))
    visits = outlet.visits.order_by("-at", "-pk").prefetch_related(photos)[:SHOWN]
    chosen = request.POST.get("finding", "")
    context = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": outlet.name},
            {"label": _("现场核查")},
        ],
        "outlet": outlet,
        "findings": [
            {"value": one.value, "label": one.label, "chosen": one.value == chosen}
            for one in FINDINGS
        ],
        "formats": list(BusinessFormat.objects.order_by("number").values_list("code", "name")),
        "given": request.POST,
        "errors": errors or {},
        "today": timezone.localdate(),
        "visits": visits,
    }
    return render(request, "ledger/visit.html", context, status=400 if errors else 200)


def _said(made: Visit) -> str:
    if made.finding == Finding.ABSENT:
        return _("已记录“查无此店”；台账未作修改，请在台账中决定关闭或作废。")
    if made.act:
        return _("已记录，台账已更新。")
    return _("已记录，台账与现场一致。")
