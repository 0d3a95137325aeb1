"""`/coordination/tasks/new/`: give a task to units."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.services.tasks import issue_task
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from portal.coordination.task_forms import TaskForm
from portal.views.common import own_district, page, scope_of


@page("coordination.manage_tasks")
def new(request: HttpRequest) -> HttpResponse:
    """The form; `?clause=` and `?title=` fill it in from where one came."""
    district = own_district(scope_of(request))
    asked = {name: request.GET.get(name, "") for name in ("clause", "title")}
    form = TaskForm(request.POST or None, district=district, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            with refusals():
                task = issue_task(district=district, by=current_actor(), **form.told())
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            told = {"number": task.number, "day": task.due_on.isoformat()}
            text = _("已下达任务 %(number)s，办理时限 %(day)s，已通知承办单位。")
            messages.success(request, text % told)
            return redirect("coordination:task", pk=task.pk)
    crumbs = [
        {"label": _("任务"), "url": reverse("coordination:tasks")},
        {"label": _("下达任务")},
    ]
    return render(request, "coordination/task_new.html", {"form": form, "crumbs": crumbs})
