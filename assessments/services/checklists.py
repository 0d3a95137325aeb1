"""Checklists: filled from a 定稿, looked over by people on the spot, confirmed by another."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.filling import Filling, Finding, places_of, service_bits
from assessments.models import (
    Checklist,
    ChecklistItem,
    ChecklistLine,
    Evaluation,
    Found,
    Grade,
)
from assessments.services.evaluations import MANAGE, refuse_if_decided
from assessments.workflow.checklists import CHECKLIST
from core import policy
from core.attachments import attach
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.versions import require_version
from core.workflow import moving
from metrics.models import Release
from metrics.services import snapshot_inputs

State = Checklist.State
OVERRIDE = "assessments.override_line"
LONGEST_REASON = 300
BATCH = 500
# What filling says of a line; what people say of it is left alone.
FILLED = ("found", "outlet_ids", "addon_outlet_ids", "facility_ids", "basis")


def fill_checklists(
    *, evaluations: Iterable[Evaluation], release: Release, by: Actor, scope: Scope | None
) -> list[Checklist]:
    """Fill the checklists from the release's run, all at once; those that were filled.

    Overrides stay. Confirmed checklists, and those whose grade was submitted or decided on, are
    left alone. The run's input file is read once, the tables a constant number of times; sixty
    circles take about a second. `scope` None is the terminal's.
    """
    asked = list({row.pk: row for row in evaluations}.values())
    for evaluation in asked:
        if scope is not None:
            policy.require(scope, MANAGE, evaluation)
        if evaluation.district_id != release.district_id:
            raise ValidationError({"release": _("定稿和生活圈须属于同一个区。")})
    with act("assessments.fill_checklists", by=by, obj=release) as this:
        checklists = _opened(asked, release)
        wanted = [row for row in asked if row.pk in checklists]
        findings = _findings(wanted, release) if wanted else {}
        ChecklistLine.objects.bulk_create(
            [
                _line(checklists[evaluation.pk], item, finding)
                for evaluation in wanted
                for item, finding in findings[evaluation.pk]
            ],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["checklist", "item"],
            update_fields=list(FILLED),
        )
        _filled(list(checklists.values()), release)
        this.changes = {
            "cutoff": release.cutoff,
            "evaluations": [str(evaluation.pk) for evaluation in wanted],
        }
    return [checklists[evaluation.pk] for evaluation in wanted]


def override_line(
    *,
    line: ChecklistLine,
    verdict: str,
    reason: str,
    files: Iterable[File] = (),
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
    seen_mark: str | None = None,
) -> ChecklistLine:
    """人工认定: what people found instead of the figures, why, with files as evidence.

    seen_version is the checklist's; seen_mark (`mark_of`) the line's own, so that two people may
    work on different lines of one checklist at the same time.
    """
    reason = " ".join(reason.split())
    if verdict not in Found:
        raise ValidationError({"verdict": _("请选择有、无或情况不明。")})
    if not reason:
        raise ValidationError({"reason": _("请写明认定理由，例如何时、何人、在何处看到。")})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": _("认定理由不能超过 %(n)d 字。") % {"n": LONGEST_REASON}})
    with act("assessments.override_line", by=by, comment=reason) as this:
        now = _editable(line, scope, seen_version, seen_mark)
        this.obj, this.from_state, this.to_state = now.checklist, now.verdict, verdict
        kept = [attach(now, file, by) for file in files]
        this.changes = {"item": now.item.key, "found": now.found, "files": len(kept)}
        now.override, now.reason = verdict, reason
        now.override_by_id, now.override_by_label = by.id, by.label[:120]
        now.override_at = timezone.now()
        now.save()
    return now


def clear_override(
    *,
    line: ChecklistLine,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
    seen_mark: str | None = None,
) -> ChecklistLine:
    """Take people's finding back: the figures count again. Files stay for those who look it up."""
    with act("assessments.clear_override", by=by) as this:
        now = _editable(line, scope, seen_version, seen_mark)
        this.obj, this.from_state, this.to_state = now.checklist, now.verdict, now.found
        this.changes = {"item": now.item.key, "reason": now.reason}
        now.override = now.reason = now.override_by_label = ""
        now.override_by_id = now.override_at = None
        now.save()
    return now


def confirm_checklist(
    *,
    checklist: Checklist,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Checklist:
    """确认, by a person who found nothing otherwise than the figures in it."""
    with moving(
        CHECKLIST,
        checklist,
        "confirm",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, _this):
        now.confirmed_at, now.confirmed_by_label = timezone.now(), by.label[:120]
    return now


def reopen_checklist(
    *,
    checklist: Checklist,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Checklist:
    """重新打开, with a reason; refused once a grade was submitted or decided on."""
    with moving(
        CHECKLIST,
        checklist,
        "reopen",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, _this):
        refuse_if_decided(now.evaluation)
        now.confirmed_at, now.confirmed_by_label = None, ""
    return now


def mark_of(line: ChecklistLine) -> str:
    """What a person saw of a line's override: compared before it is overwritten."""
    return line.override_at.isoformat() if line.override_at else "-"


# --- Filling --------------------------------------------------------------------------------------
def _opened(evaluations: Sequence[Evaluation], release: Release) -> dict[uuid.UUID, Checklist]:
    """{evaluation id: its checklist}: those that may still change, locked until the end."""
    decided = set(_decided(evaluations).values_list("evaluation_id", flat=True))
    Checklist.objects.bulk_create(
        [
            Checklist(evaluation=row, release=release, version=0)
            for row in evaluations
            if row.pk not in decided
        ],
        ignore_conflicts=True,
    )
    # Locked before they are judged: a confirmation or a submission under way comes first.
    rows = list(locked(Checklist.objects.filter(evaluation__in=evaluations)))
    grades = locked(Grade.objects.filter(evaluation__in=evaluations))
    decided = {one.evaluation_id for one in grades if one.state != Grade.State.PROPOSED}
    return {
        row.evaluation_id: row
        for row in rows
        if row.state == State.DRAFT and row.evaluation_id not in decided
    }


def _decided(evaluations: Sequence[Evaluation]) -> "QuerySet[Grade]":
    """Their grades that were submitted or decided on."""
    return Grade.objects.filter(evaluation__in=evaluations).exclude(state=Grade.State.PROPOSED)


def _filled(checklists: Sequence[Checklist], release: Release) -> None:
    """Of this release, one version on."""
    at = timezone.now()
    same = Checklist.objects.filter(pk__in=[row.pk for row in checklists])
    same.update(release=release, filled_at=at, version=F("version") + 1)
    for row in checklists:
        row.release, row.filled_at, row.version = release, at, row.version + 1


def _findings(
    evaluations: Sequence[Evaluation], release: Release
) -> dict[uuid.UUID, list[tuple[ChecklistItem, Finding]]]:
    """{evaluation id: [(item, finding)]}."""
    try:
        inputs = snapshot_inputs(release.run)
    except (FileNotFoundError, ValueError) as error:
        raise ValidationError(
            {"release": _("该定稿的输入文件缺失或已损坏，请重新生成快照并定稿后再填列。")}
        ) from error
    filling = Filling(inputs, places_of(release.district, release.cutoff), service_bits())
    items: dict[Any, list[ChecklistItem]] = {row.standard_id: [] for row in evaluations}
    for item in ChecklistItem.objects.filter(standard__in=items).order_by("sort", "id"):
        items[item.standard_id].append(item)
    found: dict[uuid.UUID, list[tuple[ChecklistItem, Finding]]] = {}
    for standard, own in items.items():
        of_standard = [row for row in evaluations if row.standard_id == standard]
        by_circle = filling.findings(own, [row.circle_id for row in of_standard])
        for row in of_standard:
            found[row.pk] = list(zip(own, by_circle[row.circle_id], strict=True))
    return found


def _line(checklist: Checklist, item: ChecklistItem, finding: Finding) -> ChecklistLine:
    return ChecklistLine(
        checklist=checklist,
        item=item,
        found=finding.found,
        outlet_ids=finding.outlets,
        addon_outlet_ids=finding.addons,
        facility_ids=finding.facilities,
        basis=finding.basis,
    )


# --- Overrides ------------------------------------------------------------------------------------
def _editable(
    line: ChecklistLine, scope: Scope, seen_version: int | None, seen_mark: str | None
) -> ChecklistLine:
    """The line as it stands, its checklist locked, a draft, and one version on."""
    checklists = Checklist.objects.select_related("evaluation__circle")
    checklist = locked(checklists.filter(pk=line.checklist_id)).get()
    require_version(checklist, seen_version)
    policy.require(scope, OVERRIDE, checklist)
    if checklist.state != State.DRAFT:
        raise ValidationError(
            _("该分型表已确认，不能再改；确有错误的，请区商务委重新打开。"), code="state"
        )
    refuse_if_decided(checklist.evaluation)
    now = ChecklistLine.objects.select_related("item").get(pk=line.pk)
    if seen_mark is not None and seen_mark != mark_of(now):
        raise ValidationError(
            _("%(who)s刚刚已认定为“%(verdict)s”（%(reason)s）。请刷新后再看是否仍须更改。")
            % {
                "who": now.override_by_label or _("他人"),
                "verdict": Found(now.verdict).label,
                "reason": now.reason or _("已撤回人工认定"),
            },
            code="stale",
        )
    checklist.version += 1
    checklist.save(update_fields=["version"])
    now.checklist = checklist
    return now
