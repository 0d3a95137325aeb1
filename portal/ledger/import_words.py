"""What an import is called on its pages: its steps, its state, its counts."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outlets.imports.confirming import UNJUDGED
from outlets.models import Import, ImportRow

State, Verdict = Import.State, ImportRow.Verdict
FILE, COLUMNS, CHECK, COMPARE, CONFIRM = "file", "columns", "check", "compare", "confirm"
STEPS = (
    (FILE, gettext_lazy("选择文件")),
    (COLUMNS, gettext_lazy("对应列")),
    (CHECK, gettext_lazy("检查")),
    (COMPARE, gettext_lazy("比对")),
    (CONFIRM, gettext_lazy("确认")),
)
RUNNING = (State.CHECKING, State.CONFIRMING, State.UNDOING)
_STATUS = {
    State.UPLOADED: "warn",
    State.CHECKED: "warn",
    State.DONE: "good",
    State.UNDONE: "unknown",
    State.DISCARDED: "unknown",
}
# Verdict → the sign beside its word.
VERDICT_STATUS = {
    Verdict.NEW: "good",
    Verdict.CHANGED: "good",
    Verdict.UNCHANGED: "unknown",
    Verdict.DUPLICATE: "warn",
    Verdict.ERROR: "bad",
}


@dataclass(frozen=True)
class Standing:
    """How many rows wait for what; `written` ones are in the register already."""

    new: int
    changed: int
    unchanged: int
    duplicate: int
    error: int
    # Likely doubles nobody has decided on, and rows that confirming sent back.
    doubts: int
    returned: int
    left_out: int
    written: int
    unjudged: int

    @property
    def ready(self) -> int:
        """Rows that would be written."""
        return self.new + self.changed

    @property
    def waiting(self) -> int:
        """Rows that keep the whole from being written."""
        return self.error + self.doubts

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return self.ready + self.unchanged + self.duplicate + self.error + self.written


def standing_of(batch: Import) -> Standing:
    """Counted from the rows themselves, one query."""
    is_open = Q(written_version__isnull=True)

    def of(verdict: str, **more: Any) -> Count:
        return Count("pk", filter=is_open & Q(verdict=verdict, **more))

    found = batch.rows.aggregate(
        **{verdict.value: of(verdict) for verdict in Verdict},
        doubts=of(Verdict.DUPLICATE, decision=""),
        returned=Count("pk", filter=is_open & ~Q(returned="")),
        written=Count("pk", filter=~is_open),
    )
    left_out = found["duplicate"] - found["doubts"]
    return Standing(left_out=left_out, unjudged=batch.counts.get(UNJUDGED, 0), **found)


def step_asked(batch: Import, standing: Standing) -> str:
    """The step at which the import waits for somebody."""
    if batch.state == State.UPLOADED:
        return COLUMNS
    if batch.state == State.CHECKING:
        return CHECK
    if batch.state != State.CHECKED:
        return CONFIRM
    if standing.error or standing.unjudged:
        return CHECK
    return COMPARE if standing.doubts or standing.returned else CONFIRM


def steps_open(batch: Import, standing: Standing) -> set[str]:
    """The steps one may look at now."""
    if batch.state == State.UPLOADED:
        return {FILE, COLUMNS}
    if batch.state == State.CHECKED:
        steps = {FILE, CHECK, COMPARE, CONFIRM}
        return steps if standing.written else steps | {COLUMNS}
    return {FILE, step_asked(batch, standing)}


def stepper(batch: Import, standing: Standing, current: str) -> list[dict[str, Any]]:
    """The row of steps: which is shown, which are behind, which can be gone to."""
    asked = [key for key, _label in STEPS].index(step_asked(batch, standing))
    done = batch.state in (State.DONE, State.UNDONE)
    can = steps_open(batch, standing)
    return [
        {
            "number": number + 1,
            "label": label,
            "current": key == current,
            "done": done or number < asked,
            "url": step_url(batch, key) if key in can and key != current else "",
        }
        for number, (key, label) in enumerate(STEPS)
    ]


def step_url(batch: Import, step: str = "", **query: Any) -> str:
    """The page at a step; without one at the step that the import waits at."""
    asked = {"step": step, **query} if step else query
    text = urlencode({name: value for name, value in asked.items() if value not in ("", None)})
    url = reverse("ledger:import", args=[batch.pk])
    return f"{url}?{text}" if text else url


def state_status(state: str) -> str:
    """The sign beside the word of a state."""
    return _STATUS.get(State(state), "none")


def counted(batch: Import) -> str:
    """The counts of an import in one line."""
    counts = batch.counts
    if not counts:
        return "—"
    words = [_("共 %(n)s 行") % {"n": f"{counts.get('rows', 0):,}"}]
    words += [
        f"{verdict.label} {counts[verdict.value]:,}"
        for verdict in Verdict
        if counts.get(verdict.value)
    ]
    if counts.get("written"):
        words.append(_("已写入 %(n)s") % {"n": f"{counts['written']:,}"})
    return " · ".join(map(str, words))
