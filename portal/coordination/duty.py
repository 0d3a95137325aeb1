"""One office's part in a clause, and all parts of one's own office: said from a phone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.models import Responsibility, ResponsibilityProgress
from coordination.services.duties import Duty, duties_of_office, latest_of, report_duty
from core import policy
from core.admin.refusals import RefusedError, add_refusal, refusals
from core.audit import current_actor
from portal.coordination.acting import LongField
from portal.coordination.duties import shown
from portal.coordination.words import unit_name
from portal.views.common import own_district, page, scope_of


class ProgressForm(forms.Form):
    """How far one is, in a minute."""

    standing = forms.ChoiceField(
        label=gettext_lazy("进度"),
        choices=ResponsibilityProgress.Standing.choices,
        widget=forms.RadioSelect,
    )
    text = LongField(
        label=gettext_lazy("落实情况"),
        rows=4,
        max_length=5000,
        help_text=gettext_lazy("做了什么、数量多少、下一步。"),
    )
    evidence = forms.CharField(
        label=gettext_lazy("佐证材料"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("文号、链接或材料名称。"),
    )


@page("coordination.report_duty")
def mine(request: HttpRequest) -> HttpResponse:
    """What the caller's office answers for, what it said last, and the way to say more."""
    scope = scope_of(request)
    district = own_district(scope)
    found = duties_of_office(district, scope.office_code)
    rows = [{"clause": clause, **shown(duty, scope)} for clause, duty in found]
    context = {
        "crumbs": [
            {"label": _("任务分工"), "url": reverse("coordination:duties")},
            {"label": _("本单位任务")},
        ],
        "rows": rows,
        "unsaid": sum(row["said"] is None for row in rows),
    }
    return render(request, "coordination/duties_mine.html", context)


@page("coordination.duties")
def duty(request: HttpRequest, pk: Any) -> HttpResponse:
    """One part: the clause, all that was said, and for its own office the form."""
    scope = scope_of(request)
    row = _find(request, pk)
    may = policy.may(scope, "coordination.report_duty", row)
    if request.method == "POST" and not may:
        raise PermissionDenied(_("只能填报本单位的落实情况。"))
    said = latest_of(Responsibility.objects.filter(pk=row.pk)).get(row.pk)
    form = ProgressForm(request.POST or None, initial=_begun(said))
    if request.method == "POST" and form.is_valid():
        try:
            with refusals():
                report_duty(
                    responsibility=row, by=current_actor(), scope=scope, **form.cleaned_data
                )
        except RefusedError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已填报“%(clause)s”的落实情况。") % {"clause": row.clause})
            return redirect(_back(request, row))
    context = {
        "crumbs": [
            {"label": _("任务分工"), "url": reverse("coordination:duties")},
            {"label": row.clause.ref},
        ],
        "duty": row,
        "part": shown(Duty(row, said), scope),
        "unit": unit_name(row.office),
        "history": row.progress.order_by("-at", "-id")[:100],
        "form": form if may else None,
    }
    return render(request, "coordination/duty.html", context)


def _begun(said: ResponsibilityProgress | None) -> dict[str, str]:
    """Most often it stands as it stood."""
    return {"standing": said.standing, "evidence": said.evidence} if said else {}


def _find(request: HttpRequest, pk: Any) -> Responsibility:
    rows = Responsibility.objects.visible_to(scope_of(request))
    found: Responsibility | None = (
        rows.select_related("clause__document", "office__district").filter(pk=pk).first()
    )
    if found is None:
        raise Http404(_("您的工作范围内没有这项分工。"))
    return found


def _back(request: HttpRequest, row: Responsibility) -> str:
    asked = request.GET.get("next", "")
    here = reverse("coordination:duties")
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith(here)
    return asked if safe else reverse("coordination:duty", args=[row.pk])
