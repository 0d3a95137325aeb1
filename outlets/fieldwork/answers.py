"""What a neighbourhood committee writes on its sheet: line by line, until it is handed in."""

import hashlib
import json
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act, note
from core.db import locked
from core.text import normalise
from outlets.fieldwork.rounds import holds
from outlets.models import BusinessFormat, CheckLine, CheckSheet
from outlets.models.fieldwork import Finding

# What a sheet shows of an outlet and may say otherwise, by column. Never whom to call.
STATED = ("name", "main_format", "address", "hours")
_MOST = {"name": 120, "main_format": 40, "address": 200, "hours": 100}
ANSWERS = (Finding.SAME, Finding.CHANGED, Finding.SUSPENDED, Finding.CLOSED, Finding.ABSENT)
MOST_NEW = 100
MOST_REMARK = 300


class ReturnedError(Exception):
    """The sheet takes no more answers: handed in, merged, or its link has run out."""


def actor_of(sheet: CheckSheet) -> Actor:
    """Whoever holds the link acts for the neighbourhood."""
    return Actor(label=_("%(hood)s（核对链接）") % {"hood": sheet.neighbourhood})


def mark_opened(sheet: CheckSheet) -> None:
    """Remember when the link was first opened; without a lock, the first one wins."""
    if sheet.opened_at is None:
        now = timezone.now()
        fresh = CheckSheet.objects.filter(pk=sheet.pk, opened_at__isnull=True)
        if fresh.update(opened_at=now):
            note("outlets.open_sheet", by=actor_of(sheet), sheet=sheet.pk)
        sheet.opened_at = now


def answer_line(
    *,
    sheet: CheckSheet,
    line_id: int,
    finding: str,
    stated: Mapping[str, str] | None = None,
    remark: str = "",
) -> CheckLine:
    """Write the answer to one line of the sheet; writing it again replaces it.

    ReturnedError once the sheet takes no more; CheckLine.DoesNotExist for another sheet's line.
    """
    with transaction.atomic():
        row = _writable(sheet)
        line = locked(row.lines.filter(pk=line_id)).get()
        if line.outlet_id is None:
            raise ValidationError({"finding": _("新增网点请直接修改其内容")})
        if finding not in ANSWERS:
            raise ValidationError({"finding": _("请选择核对情况")})
        said = _said(stated or {}) if finding == Finding.CHANGED else {}
        line.finding, line.stated, line.note = finding, said, _remark(remark)
        line.answered_at = timezone.now()
        line.save(update_fields=["finding", "stated", "note", "answered_at"])
    return line


def add_line(*, sheet: CheckSheet, stated: Mapping[str, str], remark: str = "") -> CheckLine:
    """An outlet that the sheet did not have; the same name and address twice is one line."""
    with transaction.atomic():
        row = _writable(sheet)
        said = _said(stated)
        for name in ("name", "address"):
            if not said.get(name):
                raise ValidationError({name: _("请填写新增网点的名称和地址")})
        known = list(row.lines.filter(outlet__isnull=True))
        for line in known:
            if all(line.stated.get(name) == said[name] for name in ("name", "address")):
                line.stated, line.note = said, _remark(remark)
                line.save(update_fields=["stated", "note"])
                return line
        if len(known) >= MOST_NEW:
            raise ValidationError(_("新增网点过多，请联系街道（镇）经办人"))
        return CheckLine.objects.create(
            sheet=row,
            finding=Finding.NEW,
            stated=said,
            note=_remark(remark),
            answered_at=timezone.now(),
        )


def remove_line(*, sheet: CheckSheet, line_id: int) -> None:
    """Take back an outlet that was added to the sheet; one that is not there is no matter."""
    with transaction.atomic():
        row = _writable(sheet)
        row.lines.filter(pk=line_id, outlet__isnull=True).delete()


def return_sheet(*, sheet: CheckSheet, returned_by: str, unfinished: bool = False) -> CheckSheet:
    """Hand the sheet in; lines without an answer only if `unfinished` says that this is meant."""
    name = normalise(returned_by)[:40]
    if not name:
        raise ValidationError({"returned_by": _("请填写核对人")})
    with act("outlets.return_sheet", by=actor_of(sheet)) as this:
        row = _writable(sheet)
        open_lines = row.lines.filter(finding="").count()
        if open_lines and not unfinished:
            raise ValidationError(
                {"unfinished": _("还有 %(n)d 家未核对，请核对完再交回") % {"n": open_lines}}
            )
        row.state = CheckSheet.State.RETURNED
        row.returned_at, row.returned_by = timezone.now(), name
        row.version += 1
        row.save(update_fields=["state", "returned_at", "returned_by", "version"])
        answers = list(
            row.lines.order_by("pk").values_list("pk", "outlet_id", "finding", "stated", "note")
        )
        this.obj = row
        this.from_state, this.to_state = CheckSheet.State.OPEN, CheckSheet.State.RETURNED
        this.changes = {"lines": len(answers), "unanswered": open_lines}
        text = json.dumps(answers, default=str, ensure_ascii=False, sort_keys=True)
        this.payload_sha256 = hashlib.sha256(text.encode()).hexdigest()
    return row


def _writable(sheet: CheckSheet) -> CheckSheet:
    """The locked sheet, if it still takes answers."""
    row = locked(CheckSheet.objects.filter(pk=sheet.pk)).get()
    if not holds(row) or row.secret_sha256 != sheet.secret_sha256:
        raise ReturnedError
    return row


def _said(stated: Mapping[str, str]) -> dict[str, str]:
    """What was written, in the stored form, empty ones left out. ValidationError by column."""
    if strange := set(stated) - set(STATED):
        raise ValidationError({name: _("不能填写该项") for name in sorted(strange)})
    said = {name: normalise(text) for name, text in stated.items()}
    said = {name: text for name, text in said.items() if text}
    found: dict[str, str] = {}
    for name, text in said.items():
        if len(text) > _MOST[name]:
            found[name] = _("不超过 %(n)d 个字") % {"n": _MOST[name]}
    code = said.get("main_format")
    if code and not BusinessFormat.objects.filter(code=code).exists():
        found["main_format"] = _("请从列表中选择业态")
    if found:
        raise ValidationError(found)
    return said


def _remark(text: str) -> str:
    short = normalise(text)
    if len(short) > MOST_REMARK:
        raise ValidationError({"note": _("不超过 %(n)d 个字") % {"n": MOST_REMARK}})
    return short
