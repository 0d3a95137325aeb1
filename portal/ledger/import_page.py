"""`/ledger/imports/<id>/`: the five steps on one page, which opens where the import waits."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.jobs import progress_of
from core.models import Job
from outlets.imports.kinds import LedgerKind, kind_of
from outlets.imports.work import CHECK, CONFIRM, UNDO, revive
from outlets.models import Import
from portal.ledger import import_words as words
from portal.ledger.import_columns import columns_step
from portal.ledger.import_result import confirm_step
from portal.ledger.import_rows import check_step, compare_step
from portal.views.common import page, scope_of

State = Import.State
DOING = {
    State.CHECKING: gettext_lazy("正在检查台账"),
    State.CONFIRMING: gettext_lazy("正在写入台账"),
    State.UNDOING: gettext_lazy("正在撤销导入"),
}


def import_of(request: HttpRequest, pk: uuid.UUID) -> Import:
    """The import, for those who may work on it; to everyone else it does not exist."""
    scope = scope_of(request)
    rows = Import.objects.visible_to(scope).select_related("district", "street")
    batch: Import | None = rows.defer("district__outline", "street__outline").filter(pk=pk).first()
    if batch is None:
        raise Http404(_("没有这次导入，或不在您的可见范围内。"))
    policy.require(scope, kind_of(batch.subject).gate, batch)
    return batch


def kind_for(batch: Import) -> LedgerKind:
    """What the kind of ledger knows, for this import."""
    day = batch.on or timezone.localdate()
    return kind_of(batch.subject)(batch.district, batch.street, day)


@page("outlets.import")
def import_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The step asked for, if it can be shown now; else the one that the import waits at."""
    return shown(request, revive(import_of(request, pk)), request.GET.get("step", ""))


def shown(
    request: HttpRequest,
    batch: Import,
    step: str = "",
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page; `more` goes to the step, as what was typed and what is wrong with it."""
    standing = words.standing_of(batch)
    if step not in words.steps_open(batch, standing):
        step = words.step_asked(batch, standing)
    context: dict[str, Any] = {
        "crumbs": [
            {"label": _("网点台账"), "url": reverse("ledger:home")},
            {"label": _("导入"), "url": reverse("ledger:imports")},
            {"label": batch.file_name},
        ],
        "batch": batch,
        "title": kind_of(batch.subject).title,
        "standing": standing,
        "steps": words.stepper(batch, standing, step),
        "step": step,
        "step_template": f"ledger/import_{step}.html",
        "asked": words.step_asked(batch, standing),
        "earlier": _same_file(request, batch),
    }
    if batch.state in words.RUNNING and step != words.FILE:
        context |= {"progress": progress_of_import(batch), "step_template": None}
    else:
        context |= _STEPS[step](request, batch, standing, **more)
    return render(request, "ledger/import_page.html", context, status=status)


def _file_step(request: HttpRequest, batch: Import, standing: words.Standing) -> dict[str, Any]:
    return {}


def _columns(
    request: HttpRequest, batch: Import, standing: words.Standing, **more: Any
) -> dict[str, Any]:
    return columns_step(request, batch, kind_for(batch), **more)


def _check(request: HttpRequest, batch: Import, standing: words.Standing) -> dict[str, Any]:
    return check_step(request, batch, kind_for(batch), standing)


def _compare(request: HttpRequest, batch: Import, standing: words.Standing) -> dict[str, Any]:
    return compare_step(request, batch, kind_for(batch), standing)


def _confirm(request: HttpRequest, batch: Import, standing: words.Standing) -> dict[str, Any]:
    return confirm_step(request, batch, standing)


_STEPS: dict[str, Any] = {
    words.FILE: _file_step,
    words.COLUMNS: _columns,
    words.CHECK: _check,
    words.COMPARE: _compare,
    words.CONFIRM: _confirm,
}


def _same_file(request: HttpRequest, batch: Import) -> Import | None:
    """An import of the very same file that was written before."""
    rows = Import.objects.visible_to(scope_of(request)).filter(
        district=batch.district_id, sha256=batch.sha256, subject=batch.subject, state=State.DONE
    )
    found: Import | None = rows.exclude(pk=batch.pk).order_by("-at").first()
    return found


# --- long work -----------------------------------------------------------------------------------


@page("outlets.import")
def import_progress(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """`…/progress/`: how far the running step is; when it has ended, where to go on."""
    batch = revive(import_of(request, pk))
    if batch.state not in words.RUNNING:
        return JsonResponse({"state": "done", "percent": 100, "url": words.step_url(batch)})
    told = progress_of_import(batch)
    return JsonResponse(
        {
            "state": "running",
            "percent": told["percent"],
            "label": str(told["label"]),
            "detail": told["detail"],
        }
    )


def progress_of_import(batch: Import) -> dict[str, Any]:
    """components/progress.html's dict of the running step: rows done, rows per second."""
    job = (
        Job.objects.filter(kind__in=(CHECK, CONFIRM, UNDO), key=str(batch.pk))
        .order_by("-id")
        .first()
    )
    progress: dict[str, Any] = {
        "label": DOING.get(State(batch.state), ""),
        "percent": None,
        "detail": _("排队等待处理"),
        "poll_url": reverse("ledger:import_progress", args=[batch.pk]),
    }
    told = progress_of(job) if job else None
    if job is None or job.state != Job.State.RUNNING:
        return progress
    progress["detail"] = _("正在读取文件")
    if told and told["total"]:
        done, total = told["done"], told["total"]
        progress["percent"] = min(99, round(done / total * 100))
        progress["detail"] = _told(job, done, total, told["text"])
    return progress


def _told(job: Job, done: int, total: int, text: str) -> str:
    """“读取并检查各行：第 1,200 行，共 4,000 行 · 每秒约 900 行”."""
    # Checking goes over the rows twice, and counts both times.
    rounds = 2 if job.kind == CHECK else 1
    rows = max(1, total // rounds)
    at = done if done <= rows else done - rows
    words_ = _("%(text)s：%(done)s / %(rows)s 行") % {
        "text": text,
        "done": f"{at:,}",
        "rows": f"{rows:,}",
    }
    seconds = (timezone.now() - job.started_at).total_seconds() if job.started_at else 0
    if seconds < 1:
        return words_
    rate = round(done / seconds)
    return words_ + _(" · 每秒约 %(rate)s 行") % {"rate": f"{rate:,}"}
