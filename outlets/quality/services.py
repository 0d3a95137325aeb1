"""Looking through a district's register, keeping what was found, and saying that a row is right."""

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.audit import Actor, act
from core.bulk import batched, insert_rows, update_rows
from core.db import locked
from core.ids import new_id
from outlets.models import QualityCount, QualityFinding, QualityRule
from outlets.quality.book import Book
from outlets.quality.registry import Detail, known_rules
from outlets.services.register import lock_register
from territory.models import District

# The job that looks through one district's register; its key is the district's code.
KIND = "outlets.quality"
BATCH = 5000
Key = tuple[uuid.UUID, str]


@dataclass(frozen=True)
class Look:
    """What a look at the register found: (outlet, rule) → detail, with each outlet's street."""

    district: District
    on: dt.date
    # When the register was read: a later look is never overwritten by an earlier one.
    at: dt.datetime
    rules: tuple[str, ...]
    found: dict[Key, Detail]
    streets: dict[uuid.UUID, Any]
    outlets: Counter[Any]


@dataclass
class _Sync:
    """Rows to write so that the findings say what was found."""

    new: list[list[Any]] = field(default_factory=list)
    changed: list[list[Any]] = field(default_factory=list)
    moved: list[list[Any]] = field(default_factory=list)
    gone: list[uuid.UUID] = field(default_factory=list)


def check_quality(*, district: District, on: dt.date | None = None) -> dict[str, int]:
    """Look through the register and keep what was found; idempotent. Counts of what changed."""
    return keep(look_at(district, on))


def look_at(district: District, on: dt.date | None = None) -> Look:
    """Ask every rule in force about the register as it is now, `on` being today unless given."""
    on, at = on or timezone.localdate(), timezone.now()
    book = Book(district, on)
    functions = known_rules()
    asked = [row for row in QualityRule.objects.filter(in_force=True) if row.code in functions]
    found: dict[Key, Detail] = {}
    for row in asked:
        for outlet, detail in functions[row.code].check(book, row.numbers):
            found[outlet, row.code] = detail
    streets = dict(zip(book.ids.tolist(), book["street_id"].tolist(), strict=True))
    rules = tuple(row.code for row in asked)
    return Look(district, on, at, rules, found, streets, Counter(streets.values()))


def keep(look: Look) -> dict[str, int]:
    """Bring findings and the day's counts in step with a look, one at a time for a district.

    New ones begin on the look's day; those no longer found are removed; a waived one whose detail
    changed is open again. Where a later look was kept already, nothing is written.
    """
    with transaction.atomic():
        lock_register(look.district)
        if _later_stands(look):
            return {"superseded": len(look.found)}
        sync = _differences(look)
        _write(sync)
        open_now = _keep_counts(look)
    return {
        "found": len(look.found),
        "new": len(sync.new),
        "changed": len(sync.changed),
        "gone": len(sync.gone),
        "open": open_now,
    }


def enqueue_check(district: District) -> None:
    """Ask for the district's register to be looked through."""
    jobs.enqueue(KIND, key=district.code)


def seen_mark(finding: QualityFinding) -> str:
    """What pins a decision to the detail that was seen."""
    text = json.dumps(finding.detail, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def waive_finding(
    *, finding: QualityFinding, by: Actor, reason: str, seen: str = ""
) -> QualityFinding:
    """确认无误: somebody looked and the row is right as it is; holds while the detail stays.

    `seen` is the `seen_mark` of what was looked at. ValidationError when it is otherwise by now.
    """
    with act("outlets.waive_finding", by=by, comment=reason) as this:
        row = _locked(finding)
        if not reason.strip():
            raise ValidationError({"reason": _("请填写理由，如“已到现场核对”")})
        if seen and seen != seen_mark(row):
            raise ValidationError(_("该问题的情况已有变化，请重新查看后再确认"))
        if row.waived_at:
            raise ValidationError(_("该问题已由%(who)s确认无误") % {"who": row.waived_by_label})
        row.waived_at, row.reason = timezone.now(), reason.strip()[:200]
        row.waived_by_label = this.actor.label[:120]
        row.save(update_fields=["waived_at", "waived_by_label", "reason"])
        this.obj, this.from_state, this.to_state = row.outlet, "open", "waived"
        this.changes = {"rule": row.rule_id, "detail": row.detail}
        enqueue_check(row.district)
    return row


def unwaive_finding(*, finding: QualityFinding, by: Actor, reason: str = "") -> QualityFinding:
    """Take 确认无误 back: the finding is open again."""
    with act("outlets.unwaive_finding", by=by, comment=reason) as this:
        row = _locked(finding)
        if not row.waived_at:
            raise ValidationError(_("该问题尚未确认无误，无需撤销"))
        row.waived_at, row.waived_by_label, row.reason = None, "", ""
        row.save(update_fields=["waived_at", "waived_by_label", "reason"])
        this.obj, this.from_state, this.to_state = row.outlet, "waived", "open"
        this.changes = {"rule": row.rule_id, "detail": row.detail}
        enqueue_check(row.district)
    return row


def _locked(finding: QualityFinding) -> QualityFinding:
    row: QualityFinding | None = locked(QualityFinding.objects.filter(pk=finding.pk)).first()
    if row is None:
        raise ValidationError(_("该问题已消除，无需处理"))
    return row


def _later_stands(look: Look) -> bool:
    counts = QualityCount.objects.filter(district=look.district)
    newest = counts.aggregate(newest=Max("at"))["newest"]
    return newest is not None and newest > look.at


def _differences(look: Look) -> _Sync:
    sync, waiting = _Sync(), dict(look.found)
    # Findings of rules that are not in force rest, with what was said of them.
    known = QualityFinding.objects.filter(district=look.district, rule__in=look.rules)
    columns = ("id", "outlet_id", "rule_id", "detail", "street_id", "waived_at", "since")
    for pk, outlet, rule, detail, street, waived_at, since in known.values_list(*columns):
        now = waiting.pop((outlet, rule), None)
        if now is None:
            sync.gone.append(pk)
            continue
        home = look.streets[outlet]
        if now != detail:
            begun = look.on if waived_at else since
            sync.changed.append([pk, home, now, begun, None, "", ""])
        elif home != street:
            sync.moved.append([pk, home])
    for (outlet, rule), detail in waiting.items():
        home = look.streets[outlet]
        sync.new.append(
            [new_id(), look.district.pk, home, outlet, rule, detail, look.on, None, "", ""]
        )
    return sync


def _write(sync: _Sync) -> None:
    for batch in batched(sync.gone, BATCH):
        QualityFinding.objects.filter(pk__in=batch).delete()
    waiver = ["waived_at", "waived_by_label", "reason"]
    update_rows(QualityFinding, ["street", "detail", "since", *waiver], sync.changed)
    update_rows(QualityFinding, ["street"], sync.moved)
    columns = ["id", "district", "street", "outlet", "rule", "detail", "since", *waiver]
    insert_rows(QualityFinding, columns, sync.new)


def _keep_counts(look: Look) -> int:
    """The day's open findings of every street (and 区外) by every rule, zeros too; their sum."""
    rows = QualityFinding.objects.filter(
        district=look.district, rule__in=look.rules, waived_at__isnull=True
    )
    tally = rows.order_by().values_list("street_id", "rule_id").annotate(n=Count("id"))
    numbers = {(street, rule): n for street, rule, n in tally}
    today = QualityCount.objects.filter(district=look.district, on=look.on)
    known = {(row.street_id, row.rule_id): row for row in today}
    homes = [*look.district.streets.values_list("id", flat=True), None]
    new, changed = [], []
    for street in homes:
        for rule in look.rules:
            n, outlets = numbers.get((street, rule), 0), look.outlets.get(street, 0)
            row = known.get((street, rule))
            if row is None:
                row = QualityCount(
                    district=look.district, street_id=street, rule_id=rule, on=look.on
                )
                new.append(row)
            elif (row.open, row.outlets) != (n, outlets):
                changed.append(row)
            row.open, row.outlets, row.at = n, outlets, look.at
    QualityCount.objects.bulk_update(changed, ["open", "outlets"], batch_size=500)
    QualityCount.objects.bulk_create(new)
    today.update(at=look.at)
    return sum(numbers.values())
