"""`/subsidies/applications/<id>/edit/`: facts, evidence, account; sent when complete."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import policy
from core.attachments import MOST_BYTES, attachments_of_rows
from core.versions import StaleVersionError
from portal.coordination.acting import common_of, seen_in
from portal.ledger.lists import errors_of
from portal.subsidies.application import find
from portal.subsidies.application_form import ApplicationForm, field_at
from portal.views.common import page, scope_of
from subsidies.filing_rules import (
    ACCOUNT,
    WITH_APPLICANT,
    lacking_in,
    require_open,
    require_with_applicant,
)
from subsidies.models import Application, Evidence
from subsidies.services.evidence import provide_file, remove_file
from subsidies.services.filing import ChangedError, change_application, submit_application

Faults = dict[str, list[str]]
FILES = "files-"


@never_cache
@page("subsidies.file_application")
def edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """The form of a draft, or of one that is to be completed; elsewhere the case is read."""
    scope = scope_of(request)
    row = find(pk, scope)
    policy.require(scope, "subsidies.file_application", row)
    try:
        require_with_applicant(row)
    except ValidationError as error:
        if request.method == "POST" or row.state in WITH_APPLICANT:
            messages.error(request, " ".join(error.messages))
        return redirect("subsidies:application", pk=row.pk)
    if request.method == "POST":
        return _sent(request, row)
    return _show(request, row, ApplicationForm(row, scope))


def _sent(request: HttpRequest, row: Application) -> HttpResponse:
    """What is right is kept, files too; what is wrong comes back at its place as it was typed."""
    scope, here = scope_of(request), reverse("subsidies:application_edit", args=[row.pk])
    form = ApplicationForm(row, scope, request.POST)
    try:
        faults = _save(request, row, form.told())
    except StaleVersionError as error:
        return _somebody_was_first(request, form, error)
    files = _take_files(request, row, faults)
    row = find(row.pk, scope)
    if "submit" not in request.POST:
        if faults:
            return _show(request, row, form, faults)
        messages.success(request, _saved(files))
        where = request.POST.get("remove", "").partition(":")[0]
        return redirect(f"{here}#evidence" if files or where else here)
    if not faults:
        try:
            submit_application(application=row, **common_of(request, row.version))
        except (ValidationError, StaleVersionError) as error:
            faults = errors_of(error) if isinstance(error, ValidationError) else {"": [str(error)]}
        else:
            messages.success(request, _("已提交，等待区商务委受理。"))
            return redirect("subsidies:application", pk=row.pk)
    else:
        # Everything at once: what was typed wrongly, and what is missing beside it.
        wrong = set(faults)
        for lack in lacking_in(row, row.evidence.all()):
            if lack.place not in wrong:
                faults.setdefault(lack.place, []).append(lack.text)
    return _show(request, row, form, faults, submitting=True)


def _save(request: HttpRequest, row: Application, told: dict[str, Any]) -> Faults:
    """Save what can be saved; what of it could not. StaleVersionError: nothing was."""
    common = common_of(request, seen_in(request))
    faults: Faults = {}
    try:
        change_application(application=row, told=told, **common)
    except ValidationError as error:
        faults = errors_of(error)
        if "" in faults:
            return faults
        kept = {name: value for name, value in told.items() if name not in faults}
        facts = told["facts"].items()
        kept["facts"] = {key: value for key, value in facts if f"facts.{key}" not in faults}
        change_application(application=row, told=kept, **common)
    return faults


def _take_files(request: HttpRequest, row: Application, faults: Faults) -> int:
    """Files sent with the form, each on its line, and one to be removed; how many were taken."""
    common = {key: value for key, value in common_of(request).items() if key != "seen_version"}
    lines = {line.key: line for line in row.evidence.all()}
    taken = 0
    for key, line in lines.items():
        for file in request.FILES.getlist(FILES + key):
            try:
                provide_file(line=line, file=file, **common)
                taken += 1
            except ValidationError as error:
                texts = faults.setdefault(f"evidence.{key}", [])
                texts += [
                    text if str(file.name) in text else f"“{file.name}”：{text}"
                    for text in error.messages
                ]
    pk, _colon, name = request.POST.get("remove", "").partition(":")
    for line, file in _files(row):
        if str(line.pk) == pk and str(file.pk) == name:
            remove_file(line=line, file=file.pk, **common)
    return taken


def _files(row: Application) -> list[tuple[Evidence, Any]]:
    lines = list(row.evidence.all())
    found = attachments_of_rows(lines)
    return [(line, file) for line in lines for file in found[line.pk]]


def _saved(files: int) -> str:
    now = f"{timezone.localtime():%H:%M}"
    if files:
        return _("已保存 %(at)s，上传 %(n)d 个文件。") % {"at": now, "n": files}
    return _("已保存 %(at)s。") % {"at": now}


def _somebody_was_first(
    request: HttpRequest, form: ApplicationForm, error: StaleVersionError
) -> HttpResponse:
    """What was typed stays in the form, beside what stands now; sent again, it is kept."""
    row = find(form.row.pk, scope_of(request))
    told = [str(error)]
    if row.state not in WITH_APPLICANT:
        messages.error(request, str(error))
        return redirect("subsidies:application", pk=row.pk)
    if isinstance(error, ChangedError):
        stands = form.standing(row, error.places)
        told += [f"{label}：{_('对方填写的是')}“{value}”" for label, value in stands]
    told.append(_("表单中仍是您填写的内容；核对无误后再保存一次，即以您的为准。"))
    if request.FILES:
        told.append(_("本次选择的文件没有上传，请重新选择。"))
    return _show(request, row, form, {"": told})


# --- What is shown --------------------------------------------------------------------------------
def _show(
    request: HttpRequest,
    row: Application,
    form: ApplicationForm,
    faults: Mapping[str, list[str]] | None = None,
    *,
    submitting: bool = False,
) -> HttpResponse:
    """The form. submitting: it was to be filed, and this is all that stands in the way."""
    faults = dict(faults or {})
    if form.is_bound:
        form.show_faults(faults)
    notes = {line.key: line.note for line in form.rule.evidence}
    lines = list(row.evidence.all())
    files = attachments_of_rows(lines)
    missing = lacking_in(row, lines)
    context = {
        "crumbs": [
            {"label": _("扶持申报"), "url": reverse("subsidies:applications")},
            {"label": row.title},
        ],
        "row": row,
        "form": form,
        "faults": [
            _fault(place, text, form)
            for place in sorted(faults, key=lambda place: _order(place, form, lines))
            for text in faults[place]
        ],
        "submitting": submitting,
        "evidence": [
            {
                "row": line,
                "note": notes.get(line.key, ""),
                "status": EVIDENCE_STATUS[Evidence.State(line.state)],
                "files": files[line.pk],
                "faults": faults.get(f"evidence.{line.key}", []),
            }
            for line in lines
        ],
        "missing": [] if faults else [_fault(one.place, one.text, form) for one in missing],
        "closed": _closed(row),
        "most_mb": MOST_BYTES // 2**20,
    }
    return render(
        request, "subsidies/application_edit.html", context, status=422 if faults else 200
    )


EVIDENCE_STATUS = {
    Evidence.State.MISSING: "unknown",
    Evidence.State.PROVIDED: "warn",
    Evidence.State.CHECKED: "good",
    Evidence.State.LACKING: "bad",
}


def _fault(place: str, text: str, form: ApplicationForm) -> dict[str, str]:
    """One of them, named, with the place it leads to."""
    if place.startswith("evidence."):
        return {"text": text, "at": place.replace(".", "-")}
    name = field_at(place)
    if name not in form.fields:
        return {"text": text, "at": ""}
    label = str(form.fields[name].label)
    return {"text": text if label in text else f"{label}：{text}", "at": f"id_{name}"}


def _order(place: str, form: ApplicationForm, lines: list[Evidence]) -> tuple[int, int]:
    """As they stand in the form: project, facts, evidence, account."""
    keys = [f"evidence.{line.key}" for line in lines]
    if place in keys:
        return 2, keys.index(place)
    name = field_at(place)
    if name not in form.fields:
        return 0, 0
    part = 3 if place in ACCOUNT else 1
    return part, list(form.fields).index(name)


def _closed(row: Application) -> str:
    """Why it cannot be filed today; "" when it can."""
    if row.state != Application.State.DRAFT:
        return ""
    try:
        require_open(row.round, timezone.localdate())
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
