"""Filing on an enterprise's behalf: drafted, submitted, completed once, accepted or declined."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.models import AuditEvent
from core.scope import Scope
from core.versions import StaleVersionError
from core.workflow import moving
from outlets.models import Enterprise, Outlet
from subsidies.accounts import shown_number
from subsidies.filing_rules import (
    COLUMNS,
    clean_told,
    evidence_of,
    lacking_in,
    next_number,
    refusal_of,
    require_item,
    require_open,
    require_supplement,
    require_with_applicant,
    rule_of,
)
from subsidies.models import Application, PolicyItem, Round
from subsidies.services.accepting import accept_application, ask_application, decline_application
from subsidies.services.application_notices import tell_filed, tell_withdrawn
from subsidies.services.prefilling import circle_of, prefilled
from subsidies.workflow.applications import APPLICATION, FILE
from territory.models import Street

__all__ = [
    "ChangedError",
    "accept_application",
    "ask_application",
    "change_application",
    "create_application",
    "decline_application",
    "submit_application",
    "withdraw_application",
]

State = Application.State


class ChangedError(StaleVersionError):
    """Somebody else was first; says who, and what of it is different now."""

    def __init__(self, seen: int, row: Application) -> None:
        super().__init__(seen, row.version)
        rows = AuditEvent.objects.filter(
            object_type=row._meta.label_lower, object_id=str(row.pk), object_version__gt=seen
        ).order_by("id")
        events = list(rows)
        changed = _changed_places(row, events)
        # Columns, `facts.<key>` and `evidence.<key>`, in the order in which they were changed.
        self.places = tuple(changed)
        by = events[-1].actor_label if events else ""
        told = {"by": by or _("他人"), "fields": "、".join(changed.values()) or _("办理状态")}
        self.args = (
            _("您填写期间，%(by)s已修改：%(fields)s。本次未保存，请核对后再保存。") % told,
        )


def create_application(
    *,
    round: Round,
    item: PolicyItem,
    enterprise: Enterprise,
    outlet: Outlet | None = None,
    street: Street | None = None,
    told: dict[str, Any] | None = None,
    by: Actor,
    scope: Scope,
) -> Application:
    """A draft with its evidence checklist; facts prefilled from the register where they can be.

    outlet  one of the enterprise's; its street and circle follow, else `street` is as told
    told    as in `change_application`
    """
    today = timezone.localdate()
    require_open(round, today)
    require_item(round, item)
    _require_register(round, enterprise, outlet, street, scope)
    row = Application(
        district=round.district,
        round=round,
        item=item,
        enterprise=enterprise,
        outlet=outlet,
        street=outlet.street if outlet else street,
        circle=circle_of(outlet) if outlet else None,
        title=f"{outlet.name if outlet else enterprise.name}{item.name}"[:120],
        facts=prefilled(item, outlet, enterprise, today),
        account_name=enterprise.name,
        submitted_by_ids=sorted(str(person) for person in by.persons),
        is_sample=round.is_sample or enterprise.is_sample,
    )
    policy.require(scope, FILE, row)
    rule = rule_of(item)
    for name, value in clean_told(rule, row.facts, told or {}).items():
        setattr(row, name, value)
    with act("subsidies.create_application", by=by, obj=row) as this:
        row.save(force_insert=True)
        for sort, line in enumerate(evidence_of(rule), start=1):
            row.evidence.create(key=line.key, label=line.label, required=line.required, sort=sort)
        this.changes = {
            "round": str(round),
            "item": str(item),
            "enterprise": str(enterprise),
            "outlet": outlet.code if outlet else "",
            "prefilled": sorted(row.facts),
        }
    return row


def change_application(
    *,
    application: Application,
    told: dict[str, Any],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """What is told of title, summary, facts, contact, phone, account; drafts may be incomplete.

    told  column → value, and "facts": input key → answer as it was typed (empty takes it away)
    ChangedError where somebody else was first; ValidationError with every fault at its place.
    """
    with act("subsidies.change_application", by=by) as this:
        row = locked(Application.objects.filter(pk=application.pk)).get()
        policy.require(scope, FILE, row)
        if seen_version is not None and row.version != seen_version:
            raise ChangedError(seen_version, row)
        require_with_applicant(row)
        before = {name: getattr(row, name) for name in (*COLUMNS, "facts")}
        for name, value in clean_told(rule_of(row.item), row.facts, told).items():
            setattr(row, name, value)
        changes = _differences(before, row)
        this.obj, this.changes = row, changes
        if changes:
            row.version += 1
            row.save()
    return row


def submit_application(
    *,
    application: Application,
    comment: str = "",
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """Filed, or filed again after 补正; ValidationError names everything that is missing at once.

    The first time it is given its number, `2026-01-0007`.
    """
    with transaction.atomic():
        # First, as whoever closes the round does: numbers are given one after the other.
        round_ = locked(Round.objects.filter(pk=application.round_id)).get()
        with moving(
            APPLICATION,
            application,
            "submit",
            by=by,
            scope=scope,
            comment=comment,
            seen_version=seen_version,
        ) as (now, this):
            today = timezone.localdate()
            if this.from_state == State.SUPPLEMENT:
                require_supplement(now, today)
            else:
                require_open(round_, today)
            lines = list(now.evidence.order_by("sort", "id"))
            if lacks := lacking_in(now, lines):
                raise refusal_of(lacks)
            if not now.number:
                now.number = next_number(round_)
                now.submitted_at = timezone.now()
            persons = {str(person) for person in by.persons}
            now.submitted_by_ids = sorted(persons | set(now.submitted_by_ids))
            this.changes = {"number": now.number}
            tell_filed(now, this)
    return now


def withdraw_application(
    *,
    application: Application,
    comment: str,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Application:
    """撤回, by who files for the street; what was filed already keeps its number."""
    with moving(
        APPLICATION,
        application,
        "withdraw",
        by=by,
        scope=scope,
        comment=comment,
        seen_version=seen_version,
    ) as (now, this):
        now.decision_note = comment.strip()[:500]
        this.changes = {"number": now.number}
        if this.from_state != State.DRAFT:
            tell_withdrawn(now, this)
    return now


# --- Whose ----------------------------------------------------------------------------------------
def _require_register(
    round_: Round,
    enterprise: Enterprise,
    outlet: Outlet | None,
    street: Street | None,
    scope: Scope,
) -> None:
    if not Enterprise.objects.visible_to(scope).filter(pk=enterprise.pk).exists():
        raise ValidationError({"enterprise": _("您的范围内没有这家企业。")})
    if enterprise.district_id != round_.district_id:
        raise ValidationError({"enterprise": _("企业不在本区台账中。")})
    if outlet is not None:
        if outlet.enterprise_id != enterprise.pk:
            told = {"outlet": outlet, "enterprise": enterprise}
            raise ValidationError({"outlet": _("网点“%(outlet)s”不属于“%(enterprise)s”。") % told})
        if not Outlet.objects.visible_to(scope).registered().filter(pk=outlet.pk).exists():
            raise ValidationError({"outlet": _("您的范围内没有这个网点。")})
        return
    if street is None and not scope.all_streets:
        raise ValidationError({"street": _("请选择网点，或者选择项目所在街镇。")})
    if street is not None and street.district_id != round_.district_id:
        raise ValidationError({"street": _("街镇不在本区。")})


# --- What changed ---------------------------------------------------------------------------------
def _differences(before: dict[str, Any], row: Application) -> dict[str, Any]:
    """Column or `facts.<key>` → [before, now], the account by its last digits."""
    changes: dict[str, Any] = {}
    for name in COLUMNS:
        old, new = before[name], getattr(row, name)
        if old != new:
            if name == "account_number":
                old, new = shown_number(old, whole=False), shown_number(new, whole=False)
            changes[name] = [old, new]
    for key in sorted(before["facts"].keys() | row.facts.keys()):
        old, new = before["facts"].get(key, ""), row.facts.get(key, "")
        if old != new:
            changes[f"facts.{key}"] = [old, new]
    return changes


def _changed_places(row: Application, events: Iterable[AuditEvent]) -> dict[str, str]:
    """What the acts since then changed: place → what it is called."""
    labels = {name: str(label) for name, label in COLUMNS.items()}
    labels |= {f"facts.{one.key}": one.label for one in rule_of(row.item).inputs}
    labels |= {f"evidence.{line.key}": line.label for line in row.evidence.all()}
    return {place: labels[place] for event in events for place in event.changes if place in labels}
