"""`/ledger/imports/`: a ledger uploaded, and what became of the earlier ones."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.audit import current_actor
from core.scope import Scope
from core.spreadsheets import SpreadsheetError, template
from outlets.imports.kinds import LedgerKind, kind_of, kinds
from outlets.imports.starting import MOST_BYTES, start_import
from outlets.models import Import
from portal.basis import offset_pager, with_query
from portal.ledger.import_words import counted, state_status
from portal.views.common import own_district, page, scope_of
from territory.models import District, Street

PER_PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """What step ① asks: the file, what is in it, whose it is, from which day it holds."""

    file = forms.FileField(
        label=gettext_lazy("台账文件"),
        error_messages={
            "required": gettext_lazy("请选择要导入的台账文件（.xlsx 或 .csv）"),
            "empty": gettext_lazy("文件是空的，请检查后重新选择"),
        },
    )
    subject = forms.ChoiceField(label=gettext_lazy("台账内容"))
    street = forms.ModelChoiceField(
        Street.objects.none(),
        label=gettext_lazy("街道（镇）"),
        required=False,
        to_field_name="code",
        empty_label=gettext_lazy("全区（按表中“街道（镇）”列）"),
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择街道（镇）")},
    )
    on = forms.DateField(
        label=gettext_lazy("生效日期"),
        required=False,
        error_messages={"invalid": gettext_lazy("请按“年-月-日”填写，如 2026-03-01")},
    )

    def __init__(self, scope: Scope, district: District, *args: Any) -> None:
        super().__init__(*args)
        self.fields["subject"].choices = [  # type: ignore[attr-defined]
            (kind.subject, kind.title) for kind in open_kinds(scope)
        ]
        streets = Street.objects.filter(district=district).defer("outline").order_by("sort")
        whose: Any = self.fields["street"]
        if not scope.all_streets:
            streets = streets.filter(pk__in=scope.street_ids)  # type: ignore[misc]
            whose.required, whose.empty_label = True, None
        whose.queryset = streets

    def clean_file(self) -> Any:
        """Refuse what is too large before it is stored."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("文件有 %(size)d MB，超过 %(most)d MB 的上限；请删去图片、无关工作表，或拆分")
                % {"size": file.size // 2**20, "most": MOST_BYTES // 2**20}
            )
        return file

    def clean_on(self) -> dt.date:
        """Today unless another day is said; never a day to come."""
        day: dt.date = self.cleaned_data["on"] or timezone.localdate()
        if day > timezone.localdate():
            raise forms.ValidationError(_("生效日期不能晚于今天"))
        return day


def open_kinds(scope: Scope) -> list[type[LedgerKind]]:
    """The kinds of ledgers that the caller may take in."""
    return [kind for kind in kinds() if policy.may(scope, kind.gate)]


@page("outlets.import")
def imports(request: HttpRequest) -> HttpResponse:
    """Upload a ledger; the earlier imports below."""
    scope = scope_of(request)
    district = own_district(scope)
    if request.method != "POST":
        return _shown(request, UploadForm(scope, district), district)
    form = UploadForm(scope, district, request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, form, district)
    given = form.cleaned_data
    street = given["street"]
    whose = SimpleNamespace(district_id=district.pk, street_id=street and street.pk)
    policy.require(scope, kind_of(given["subject"]).gate, whose)
    try:
        batch = start_import(
            district=district,
            file=given["file"].file,
            filename=given["file"].name,
            by=current_actor(),
            subject=given["subject"],
            street=street,
            on=given["on"],
            is_sample=False,
        )
    except SpreadsheetError as error:
        form.add_error("file", error.message)
        return _shown(request, form, district)
    return redirect("ledger:import", pk=batch.pk)


@page("outlets.import")
def import_template(request: HttpRequest, subject: str) -> HttpResponse:
    """`/ledger/imports/template/<subject>/`: the empty form to fill in."""
    scope = scope_of(request)
    kind = next((one for one in open_kinds(scope) if one.subject == subject), None)
    if kind is None:
        raise Http404
    columns = kind(own_district(scope), None, timezone.localdate()).expected_columns()
    response = HttpResponse(template(columns, title=str(kind.title)), content_type=XLSX)
    name = _("%(title)s导入模板.xlsx") % {"title": kind.title}
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _shown(request: HttpRequest, form: UploadForm, district: District) -> HttpResponse:
    scope = scope_of(request)
    rows, filters = _filtered(request, scope, district)
    asked = request.GET.get("from", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    total = rows.count()
    shown = rows.select_related("street").defer("street__outline")[start : start + PER_PAGE]
    titles = {kind.subject: kind.title for kind in kinds()}
    context = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": _("导入")},
        ],
        "form": form,
        "district": district,
        "today": timezone.localdate(),
        "most_bytes": MOST_BYTES,
        "templates": [
            {"title": kind.title, "url": reverse("ledger:import_template", args=[kind.subject])}
            for kind in open_kinds(scope)
        ],
        "filters": filters,
        "imports": [_item(batch, titles) for batch in shown],
        "total": total,
        "pager": offset_pager(request, start, PER_PAGE, total),
    }
    status = 400 if form.errors else 200
    return render(request, "ledger/import_list.html", context, status=status)


def _filtered(
    request: HttpRequest, scope: Scope, district: District
) -> tuple["QuerySet[Import]", dict[str, Any]]:
    subjects = [kind.subject for kind in open_kinds(scope)]
    rows: QuerySet[Import] = Import.objects.visible_to(scope).filter(subject__in=subjects)
    rows = rows.order_by("-at", "-pk")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state in Import.State.values:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(file_name__icontains=words)
    options = [{"value": "", "label": _("全部")}]
    options += [{"value": value, "label": str(label)} for value, label in Import.State.choices]
    fields: list[dict[str, Any]] = [
        {
            "name": "q",
            "label": _("搜索"),
            "kind": "search",
            "value": words,
            "placeholder": _("文件名"),
        },
        {
            "name": "state",
            "label": _("状态"),
            "kind": "select",
            "value": state,
            "options": options,
        },
    ]
    chips = [
        {
            "label": f"{field['label']}：{_word(field)}",
            "remove_url": with_query(request, **{str(field["name"]): None, "from": None}),
        }
        for field in fields
        if field["value"]
    ]
    return rows, {"fields": fields, "chips": chips, "clear_url": request.path}


def _word(field: dict[str, Any]) -> str:
    words = {one["value"]: one["label"] for one in field.get("options", [])}
    return str(words.get(field["value"], field["value"]))


def _item(batch: Import, titles: dict[str, Any]) -> dict[str, Any]:
    return {
        "batch": batch,
        "url": reverse("ledger:import", args=[batch.pk]),
        "title": titles.get(batch.subject, batch.subject),
        "status": state_status(batch.state),
        "counts": counted(batch),
        "open": batch.state in (Import.State.UPLOADED, Import.State.CHECKED),
    }
