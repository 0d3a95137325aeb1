"""Taking the list out: choose the form, wait for large ones, fetch the file; one's own exports."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.audit import current_actor
from core.geo import CRS
from core.models import Job
from outlets.exports import CONTENT_TYPES, KEPT, FileKind, is_kept, selected, start_export
from outlets.listing import CONDITIONS
from outlets.models import Export
from outlets.services.coordinates import LABELS
from portal.ledger.addresses import only
from portal.ledger.filtering import ConditionWords
from portal.views.common import own_district, page, scope_of

LISTED = 50


class ExportForm(forms.Form):
    """The form of the file."""

    kind = forms.ChoiceField(
        label=gettext_lazy("格式"), choices=FileKind.choices, widget=forms.RadioSelect
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=[(crs.value, LABELS[crs]) for crs in CRS],
        help_text=gettext_lazy(
            "以所选坐标系登记的网点按原坐标写出，其余换算；GeoJSON 一律为 WGS-84。"
        ),
    )
    contacts = forms.BooleanField(
        label=gettext_lazy("含完整联系方式"),
        required=False,
        help_text=gettext_lazy("默认隐去，如 138****1234；含完整联系方式的导出单独留痕。"),
    )


@page("outlets.view")
def export(request: HttpRequest) -> HttpResponse:
    """`/ledger/exports/new/?<conditions>`: what will be taken out, and as what."""
    scope = scope_of(request)
    district = own_district(scope)
    query = only(request.GET, CONDITIONS)
    form = ExportForm(request.POST or None, initial={"kind": FileKind.XLSX, "crs": CRS.WGS84})
    if not policy.may(scope, "outlets.contact"):
        del form.fields["contacts"]
    if request.method == "POST" and form.is_valid():
        try:
            made = start_export(
                scope=scope, district=district, query=query, by=current_actor(), **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            if made.file:
                messages.success(request, _("已导出 %(n)s 行。") % {"n": f"{made.rows:,}"})
            return redirect("ledger:export_one", pk=made.pk)
    try:
        count, problem = selected(query, scope, district).count(), ""
    except ValidationError as error:
        count, problem = 0, "；".join(error.messages)
    context = {
        "crumbs": [
            {"label": _("网点"), "url": f"{reverse('ledger:outlets')}?{query}"},
            {"label": _("导出")},
        ],
        "form": form,
        "count_text": f"{count:,}",
        "problem": problem,
        "chips": ConditionWords(scope, district).of(query),
        "back": f"{reverse('ledger:outlets')}?{query}",
    }
    return render(request, "ledger/export.html", context)


@page("outlets.view")
def one(request: HttpRequest, pk: Any) -> HttpResponse:
    """One's export: how far it is, then where to fetch it."""
    row = _own(request, pk)
    job = Job.objects.filter(pk=row.job).first() if row.job and not row.finished_at else None
    progress = None
    if job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING):
        progress = {
            "label": _("正在导出"),
            "percent": None,
            "poll_url": reverse("portal:job", args=[job.pk]),
        }
    failed = job.error if job is not None and job.state == Job.State.FAILED else ""
    context = {
        "crumbs": [
            {"label": _("导出与目录"), "url": reverse("ledger:exports")},
            {"label": _("导出")},
        ],
        "export": _told(row, _words_for(request)),
        "progress": progress,
        "failed": failed,
    }
    return render(request, "ledger/export_one.html", context)


@page("outlets.view")
def download(request: HttpRequest, pk: Any) -> HttpResponse:
    """The file, to whom it belongs, as long as it is kept."""
    row = _own(request, pk)
    scope = scope_of(request)
    if row.contacts:
        policy.require(scope, "outlets.contact")
    if not is_kept(row):
        raise Http404(_("导出文件已过期，请重新导出。"))
    kind = FileKind(row.kind)
    name = f"{_('商业网点台账')}-{timezone.localtime(row.at):%Y%m%d-%H%M}.{row.kind}"
    response = FileResponse(
        default_storage.open(str(row.file.name)),
        as_attachment=True,
        filename=name,
        content_type=CONTENT_TYPES[kind],
    )
    response["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]


@page("outlets.view")
def exports(request: HttpRequest) -> HttpResponse:
    """`/ledger/exports/`: one's own exports, and the directory."""
    scope = scope_of(request)
    rows = Export.objects.filter(by_id=scope.user_id, district__in=scope.district_ids)
    words = _words_for(request)
    context = {
        "exports": [_told(row, words) for row in rows.order_by("-at")[:LISTED]],
        "days": KEPT.days,
        "directory_url": reverse("ledger:directory"),
        "new_url": reverse("ledger:export"),
    }
    return render(request, "ledger/exports.html", context)


def _own(request: HttpRequest, pk: Any) -> Export:
    scope = scope_of(request)
    row: Export = get_object_or_404(
        Export, pk=pk, by_id=scope.user_id, district__in=scope.district_ids
    )
    return row


def _words_for(request: HttpRequest) -> ConditionWords:
    scope = scope_of(request)
    return ConditionWords(scope, own_district(scope))


def _told(row: Export, words: ConditionWords) -> dict[str, Any]:
    kept = is_kept(row)
    ended = _("可下载") if kept else _("已过期")
    state = ended if row.finished_at else _("正在导出")
    return {
        "at": timezone.localtime(row.at),
        "until": timezone.localtime(row.at + KEPT),
        "kind": FileKind(row.kind).label,
        "crs": LABELS[CRS(row.crs)],
        "contacts": row.contacts,
        "rows": row.rows,
        "query": "；".join(words.of(row.query)) or _("全部在册网点"),
        "state": state,
        "done": row.finished_at is not None,
        "kept": kept,
        "url": reverse("ledger:export_one", args=[row.pk]),
        "file_url": reverse("ledger:export_file", args=[row.pk]),
        "again_url": f"{reverse('ledger:export')}?{row.query}",
    }
