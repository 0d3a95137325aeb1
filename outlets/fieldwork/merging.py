"""Returned check sheets merged into the register, line by line, what is doubtful held back."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.db import locked
from core.versions import StaleVersionError, require_version
from outlets.fieldwork.visits import bring_in_step
from outlets.models import BusinessFormat, CheckLine, CheckSheet, Outlet
from outlets.models.fieldwork import Finding
from outlets.models.outlet import Status
from outlets.services.changes import close_outlet, create_outlet, void_outlet
from outlets.services.register import lock_register

APPLY, KEEP, CLOSE, VOID = "apply", "keep", "close", "void"
_GONE = (Status.CLOSED, Status.MOVED)


class MergedError(ValidationError):
    """Somebody has merged the sheet already; nothing was written."""


class _HeldError(Exception):
    """A line that somebody must decide; its message says why."""


@dataclass(frozen=True)
class Decision:
    """What is to become of a line that was held back.

    `apply` writes what the sheet says although the row has changed since (a new outlet in
    `main_format`); `keep` leaves the register as it is; `close` and `void` are for outlets that
    nobody found.
    """

    action: str
    main_format: str = ""


@dataclass
class MergeOutcome:
    """What came of merging: lines written, lines that were so already, lines held back."""

    sheet: CheckSheet
    written: int = 0
    unchanged: int = 0
    kept: int = 0
    held: list[CheckLine] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to decide."""
        return not self.held


def merge_sheet(
    *,
    sheet: CheckSheet,
    by: Actor,
    decisions: Mapping[int, Decision] | None = None,
    seen_version: int | None = None,
) -> MergeOutcome:
    """Bring the register in step with a returned sheet, as of the day it was handed in.

    Lines whose outlet has changed since the sheet was made, that the register refuses, or that
    nobody found, are held back with the reason until `decisions` (by line id) says what to do;
    merging again touches nothing that was merged. MergedError when all is done already,
    ValidationError for a sheet not yet handed in, StaleVersionError for an outdated page.
    """
    with act("outlets.merge_sheet", by=by) as this:
        # The order in which imports lock: the register first, then its rows.
        lock_register(sheet.round.district)
        row = locked(CheckSheet.objects.filter(pk=sheet.pk)).get()
        _require_mergeable(row)
        require_version(row, seen_version)
        merger = _Merger(row, by, decisions or {})
        outcome = merger.run()
        row.version += 1
        if outcome.finished:
            row.state = CheckSheet.State.MERGED
            row.merged_at, row.merged_by_label = timezone.now(), by.label[:120]
        row.act = this.id
        row.save()
        this.obj, this.to_state = row, row.state
        this.from_state = CheckSheet.State.RETURNED
        this.changes = {
            "written": outcome.written,
            "unchanged": outcome.unchanged,
            "kept": outcome.kept,
            "held": len(outcome.held),
        }
    return outcome


def _require_mergeable(sheet: CheckSheet) -> None:
    if sheet.state == CheckSheet.State.OPEN:
        raise ValidationError(_("该核对表尚未交回，不能并入台账"))
    if sheet.state == CheckSheet.State.MERGED:
        at = timezone.localtime(sheet.merged_at)
        raise MergedError(
            _("该核对表已由%(who)s于 %(at)s 并入台账，本次未作任何修改")
            % {"who": sheet.merged_by_label, "at": f"{at:%Y-%m-%d %H:%M}"}
        )


class _Merger:
    def __init__(self, sheet: CheckSheet, by: Actor, decisions: Mapping[int, Decision]) -> None:
        self.sheet, self.by, self.decisions = sheet, by, decisions
        self.round, self.hood = sheet.round, sheet.neighbourhood
        self.on: dt.date = timezone.localdate(sheet.returned_at)
        self.reason = _("核对表并入：%(hood)s") % {"hood": self.hood}
        self.formats = {row.code: row for row in BusinessFormat.objects.all()}
        self.outcome = MergeOutcome(sheet)

    def run(self) -> MergeOutcome:
        lines = self.sheet.lines.filter(merged=False).exclude(finding="").order_by("pk")
        touched = []
        for line in lines.select_related("outlet"):
            self._one(line)
            touched.append(line)
        CheckLine.objects.bulk_update(touched, ["merged", "outcome"], batch_size=500)
        return self.outcome

    def _one(self, line: CheckLine) -> None:
        decision = self.decisions.get(line.pk)
        if decision is not None and decision.action == KEEP:
            line.merged, line.outcome = True, _("保留台账现状")
            self.outcome.kept += 1
            return
        try:
            said = self._new(line, decision) if line.outlet is None else self._known(line, decision)
        except _HeldError as error:
            self._hold(line, str(error))
        except StaleVersionError as error:
            self._hold(line, str(error))
        except ValidationError as error:
            self._hold(line, "；".join(error.messages))
        else:
            line.merged, line.outcome = True, said[:200]

    def _hold(self, line: CheckLine, reason: str) -> None:
        line.outcome = reason[:200]
        self.outcome.held.append(line)

    def _known(self, line: CheckLine, decision: Decision | None) -> str:
        outlet = line.outlet
        assert outlet is not None
        action = decision.action if decision else ""
        if outlet.void or outlet.merged_into_id:
            raise _HeldError(_("该网点已作废或并入其他网点"))
        if line.finding in (Finding.CLOSED, Finding.ABSENT) and outlet.status in _GONE:
            self.outcome.unchanged += 1
            return _("台账中已是“%(status)s”") % {"status": outlet.get_status_display()}
        if line.finding == Finding.ABSENT:
            return self._absent(outlet, action)
        if outlet.version != line.seen_version and action != APPLY:
            raise _HeldError(_("下发核对表后，台账中该网点又有变更"))
        return self._bring_in_step(line, outlet)

    def _bring_in_step(self, line: CheckLine, outlet: Outlet) -> str:
        written = bring_in_step(
            outlet,
            line.finding,
            self._values(line.stated),
            on=self.on,
            by=self.by,
            reason=self.reason,
            collector=f"{self.hood} {self.sheet.returned_by}",
            # Read before any lock: a change made since then is one that nobody compared.
            seen_version=outlet.version,
        )
        if written is None:
            self.outcome.unchanged += 1
            return _("与台账一致")
        self.outcome.written += 1
        return _("已更新台账")

    def _absent(self, outlet: Outlet, action: str) -> str:
        told: dict[str, Any] = {"outlet": outlet, "by": self.by, "seen_version": outlet.version}
        reason = _("%(reason)s，查无此店") % {"reason": self.reason}
        if action == CLOSE:
            close_outlet(on=self.on, reason=reason, **told)
            said = _("已按关闭登记")
        elif action == VOID:
            void_outlet(reason=reason, **told)
            said = _("已作废")
        else:
            raise _HeldError(_("查无此店：请决定登记关闭、作废，或保留台账现状"))
        self.outcome.written += 1
        return said

    def _new(self, line: CheckLine, decision: Decision | None) -> str:
        stated = dict(line.stated)
        if decision is not None and decision.main_format:
            stated["main_format"] = decision.main_format
        values = self._values(stated)
        if "main_format" not in values:
            raise _HeldError(_("新增网点未填业态，请选择业态"))
        outlet = create_outlet(
            district=self.round.district,
            values={
                **values,
                "street": self.round.street,
                "neighbourhood": self.hood,
                "data_source": _("居（村）委会核对"),
                "collected_on": self.on,
                "collected_by": f"{self.hood} {self.sheet.returned_by}"[:40],
                "is_sample": self.round.is_sample,
            },
            on=self.on,
            by=self.by,
            reason=self.reason,
        )
        self.outcome.written += 1
        return _("已登记，编码 %(code)s") % {"code": outlet.code}

    def _values(self, stated: Mapping[str, str]) -> dict[str, Any]:
        """What was written on the sheet, as services take it."""
        values: dict[str, Any] = {k: v for k, v in stated.items() if k != "main_format"}
        if code := stated.get("main_format"):
            if code not in self.formats:
                raise _HeldError(_("没有业态“%(code)s”，请另选") % {"code": code})
            values["main_format"] = self.formats[code]
        return values
