"""`/subsidies/payments/imports/`: the treasury's files: chosen → compared → booked."""

from collections import Counter
from decimal import InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import policy
from core.admin.refusals import RefusedError, refusals
from core.audit import current_actor
from portal.basis import offset_pager
from portal.coordination.acting import common_of, run_here, seen_in
from portal.coordination.files import workbook_answer
from portal.coordination.tasks import whole
from portal.subsidies.payment_lists import unknown_word
from portal.subsidies.payment_shared import crumbs_of, nav
from portal.templatetags.money import yuan
from portal.views.common import own_district, page, scope_of
from subsidies.models import PaymentImport, PaymentImportRow, PaymentList
from subsidies.payment_books import COLUMNS, mismatch_sheet, raw_values
from subsidies.services.bringing import (
    LIMITS,
    confirm_payments,
    drop_payments,
    preview_payments,
)

PER_PAGE = 50
ROWS = 200
State, Verdict = PaymentImport.State, PaymentImportRow.Verdict
STATUS = {State.PREVIEW: "warn", State.DONE: "good", State.DROPPED: "none"}
VERDICTS = {
    Verdict.MATCHED: "good",
    Verdict.REPEATED: "none",
    Verdict.MISMATCHED: "bad",
    Verdict.INVALID: "bad",
}
WRONG = (Verdict.MISMATCHED, Verdict.INVALID)


@page("subsidies.payments")
def imports(request: HttpRequest) -> HttpResponse:
    """The files, and the way to bring one."""
    return _show(request)


def _show(request: HttpRequest, refused: list[str] | None = None) -> HttpResponse:
    scope = scope_of(request)
    district = own_district(scope)
    files = PaymentImport.objects.visible_to(scope).filter(district=district)
    start, total = whole(request.GET.get("from", "")), files.count()
    issued = PaymentList.objects.visible_to(scope).filter(
        district=district, state=PaymentList.State.ISSUED
    )
    context = {
        "crumbs": crumbs_of(district, (_("支付结果导入"), "")),
        "nav": nav("payment_imports"),
        "files": [
            {"row": one, "status": STATUS[State(one.state)]}
            for one in files.order_by("-at", "-id")[start : start + PER_PAGE]
        ],
        "pager": offset_pager(request, start, PER_PAGE, total),
        "issued": list(issued.select_related("line__fund").order_by("issued_on")),
        "may_pay": policy.may(scope, "subsidies.manage_payments"),
        "columns": COLUMNS,
        "refused": refused or [],
        "steps": steps_of(1),
    }
    return render(
        request, "subsidies/payment_imports.html", context, status=422 if refused else 200
    )


def steps_of(current: int) -> list[dict[str, Any]]:
    """components/steps.html's steps."""
    labels = [_("上传支付结果"), _("核对比对结果"), _("确认入账")]
    return [
        {"number": n, "label": label, "done": n < current, "current": n == current}
        for n, label in enumerate(labels, start=1)
    ]


@require_POST
@page("subsidies.manage_payments")
def new(request: HttpRequest) -> HttpResponse:
    """Read the file and compare; nothing is booked yet."""
    file = request.FILES.get("file")
    if file is None:
        return _show(request, [_("请先选择文件。")])
    if (file.size or 0) > LIMITS.max_file_bytes:
        return _show(request, [_("文件超过 5 MB，请只保留支付结果一张表。")])
    scope = scope_of(request)
    try:
        with refusals():
            made = preview_payments(
                district=own_district(scope), file=file, by=current_actor(), scope=scope
            )
    except RefusedError as refusal:
        return _show(request, refusal.errors.messages)
    return redirect("subsidies:payment_import", made.pk)


def find(request: HttpRequest, pk: Any) -> PaymentImport:
    """The file, if the caller sees it."""
    rows = PaymentImport.objects.visible_to(scope_of(request)).select_related("district")
    found: PaymentImport = get_object_or_404(rows.defer("district__outline"), pk=pk)
    return found


@page("subsidies.payments")
def one(request: HttpRequest, pk: Any) -> HttpResponse:
    """A file: what each row came to, and what to do next."""
    brought, scope = find(request, pk), scope_of(request)
    counts = Counter(brought.lines.values_list("verdict", flat=True))
    asked = request.GET.get("verdict", "")
    rows = brought.lines.select_related(
        "instalment__application__enterprise", "instalment__payment_list"
    ).order_by("number")
    if asked in Verdict.values:
        rows = rows.filter(verdict=asked)
    start, total = whole(request.GET.get("from", "")), rows.count()
    whole_numbers = policy.may(scope, "subsidies.see_accounts")
    same = PaymentImport.objects.filter(
        district=brought.district, sha256=brought.sha256, state=State.DONE
    ).exclude(pk=brought.pk)
    manages = policy.may(scope, "subsidies.manage_payments", brought)
    is_open = brought.state == State.PREVIEW
    context = {
        "crumbs": crumbs_of(
            brought.district,
            (_("支付结果导入"), reverse("subsidies:payment_imports")),
            (brought.name, ""),
        ),
        "nav": nav("payment_imports"),
        "brought": brought,
        "status": STATUS[State(brought.state)],
        "steps": steps_of(2 if is_open else 4),
        "counts": [
            {
                "label": label,
                "value": value,
                "n": counts[value],
                "on": asked == value,
                "status": VERDICTS[Verdict(value)],
            }
            for value, label in Verdict.choices
        ],
        "asked": asked,
        "lines": [
            {
                "row": row,
                "told": (told := raw_values(row, whole=whole_numbers)),
                "amount": _amount(told["amount"]),
                "status": VERDICTS[Verdict(row.verdict)],
            }
            for row in rows[start : start + ROWS]
        ],
        "pager": offset_pager(request, start, ROWS, total),
        "n": counts[Verdict.MATCHED],
        "wrong": sum(counts[verdict] for verdict in WRONG),
        "before": same.order_by("-at").first(),
        "may_book": is_open and manages and counts[Verdict.MATCHED] > 0,
        "may_drop": is_open and manages,
        "booked": brought.payments.count(),
    }
    return render(request, "subsidies/payment_import.html", context)


def _amount(text: str) -> str:
    """What a row says it is, grouped; as it stands where it is no amount."""
    try:
        return yuan(text) if text else "—"
    except InvalidOperation:
        return text


@require_POST
@page("subsidies.manage_payments")
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """确认入账 or 放弃."""
    brought = find(request, pk)
    common = common_of(request, seen_in(request)) | {"brought": brought}
    back = reverse("subsidies:payment_import", args=[brought.pk])
    if word == "drop":
        return run_here(request, back, _("已放弃，未入账。"), lambda: drop_payments(**common))
    if word != "confirm":
        raise unknown_word()
    try:
        with refusals():
            done = confirm_payments(**common)
    except RefusedError as refusal:
        for text in refusal.errors.messages:
            messages.error(request, text)
        return redirect(back)
    if done.returned:
        told = {"n": done.returned}
        messages.warning(
            request, _("有 %(n)d 行在比对之后发生变化，本次未入账；请看新的原因后再确认。") % told
        )
    else:
        messages.success(request, _("已入账 %(n)d 笔。") % {"n": done.booked})
    return redirect(back)


@page("subsidies.payments")
def mismatches(request: HttpRequest, pk: Any) -> HttpResponse:
    """不符清单 (Excel)."""
    brought = find(request, pk)
    rows = brought.lines.filter(verdict__in=WRONG).order_by("number")
    whole_numbers = policy.may(scope_of(request), "subsidies.see_accounts")
    sheet = mismatch_sheet(brought, list(rows), whole=whole_numbers)
    return workbook_answer(
        request, name="payment-mismatches", label=_("拨付结果不符清单"), sheets=[sheet]
    )
