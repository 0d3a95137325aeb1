"""Runs: the live one, snapshots, sign-off (定稿), and proving a snapshot again."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from circles.models import Compound
from core import audit
from core.bulk import insert_rows
from core.db import locked
from core.jobs import JobRefusedError
from metrics.compute import Computed, compute, values_of
from metrics.context import Context
from metrics.inputs import FORMULA_VERSION, Inputs, load_inputs, read_inputs, save_inputs
from metrics.models import CompoundReach, Membership, Release, RuleSet, Run, StreetNetwork, Value
from metrics.networks import current_network, load_network, reach_table
from territory.models import District

VALUE_COLUMNS = (
    "run",
    "indicator",
    "scope",
    "scope_id",
    "part",
    "num",
    "den",
    "value",
    "coverage",
    "flags",
)


class RunRefusedError(JobRefusedError):
    """A run or release that cannot be made; the message says why and what to do."""


def rules_on(district: District, day: dt.date) -> RuleSet:
    """The rule set in force: the district's own before the common one, the latest first."""
    candidates = RuleSet.objects.filter(valid_from__lte=day).exclude(valid_to__lte=day)
    own = candidates.filter(district=district).order_by("-valid_from", "-id").first()
    common = candidates.filter(district__isnull=True).order_by("-valid_from", "-id").first()
    rules = own or common
    if rules is None:
        raise RunRefusedError(
            _("%(day)s 没有生效的测算规则，请先在“测算规则”中录入。") % {"day": day}
        )
    return rules


def prepare_live(district: District) -> Callable[[], dict[str, Any]]:
    """Compute today's figures; the returned effect stores them as the live run."""
    started = timezone.now()
    as_of = timezone.localdate()
    inputs, network_row, rules = _read(district, as_of)
    context = _context(inputs)
    values = list(values_of(context))

    def store() -> dict[str, Any]:
        run, _created = Run.objects.get_or_create(
            district=district,
            kind=Run.Kind.LIVE,
            defaults={"as_of": as_of, "rule_set": rules, "formula_version": FORMULA_VERSION},
        )
        run = locked(Run.objects.filter(pk=run.pk)).get()
        run.as_of, run.rule_set, run.network = as_of, rules, network_row
        run.formula_version, run.state = FORMULA_VERSION, Run.State.READY
        run.started_at, run.finished_at = started, timezone.now()
        run.is_sample = _is_sample(district)
        run.reach_layout = _reach_layout(context)
        run.save()
        Value.objects.filter(run=run).delete()
        CompoundReach.objects.filter(run=run).delete()
        _write_values(run, values)
        _write_reach(run, context)
        _write_memberships(district, inputs)
        return _summary(run, context, values)

    return store


def prepare_snapshot(
    district: District, as_of: dt.date, by: audit.Actor | None = None
) -> Callable[[], dict[str, Any]]:
    """Compute the figures of a day; the effect stores them as a new, immutable snapshot."""
    if as_of > timezone.localdate():
        raise RunRefusedError(
            _("统计截止日 %(day)s 尚未到来，请改为今天或以前的日期。") % {"day": as_of}
        )
    started = timezone.now()
    inputs, network_row, rules = _read(district, as_of)
    values = list(values_of(context := _context(inputs)))
    digest, path = save_inputs(inputs, inputs_root())

    def store() -> dict[str, Any]:
        with audit.act("metrics.snapshot", by=by) as act:
            run = Run.objects.create(
                district=district,
                kind=Run.Kind.SNAPSHOT,
                state=Run.State.READY,
                as_of=as_of,
                rule_set=rules,
                network=network_row,
                formula_version=FORMULA_VERSION,
                input_digest=digest,
                input_file=path.name,
                by_label=by.label if by and by.id else "",
                is_sample=_is_sample(district),
                reach_layout=_reach_layout(context),
                started_at=started,
                finished_at=timezone.now(),
            )
            _write_values(run, values)
            _write_reach(run, context)
            act.obj, act.changes = run, {"as_of": as_of, "digest": digest}
        return _summary(run, context, values)

    return store


def make_snapshot(
    *, district: District, as_of: dt.date | None = None, by: audit.Actor | None = None
) -> Run:
    """Make a snapshot at once (commands and tests; people's go through a job)."""
    store = prepare_snapshot(district, as_of or timezone.localdate(), by)
    with transaction.atomic():
        made = store()
    return Run.objects.get(pk=made["run"])


def recompute_live(district: District) -> Run:
    """Recompute the live run at once (commands and tests; changes go through a job)."""
    store = prepare_live(district)
    with transaction.atomic():
        made = store()
    return Run.objects.get(pk=made["run"])


def release_run(*, run: Run, purpose: str, by: audit.Actor, comment: str = "") -> Release:
    """定稿: sign a snapshot off for a purpose. A signed-off run never changes again."""
    with audit.act("metrics.release", by=by, comment=comment) as act:
        run = locked(Run.objects.filter(pk=run.pk)).get()
        if run.kind != Run.Kind.SNAPSHOT:
            raise RunRefusedError(_("实时测算不能定稿，请先生成统计截止日的快照。"))
        if run.state not in (Run.State.READY, Run.State.RELEASED):
            raise RunRefusedError(_("该测算批次尚未完成，不能定稿。"))
        if Release.objects.filter(run=run, purpose=purpose).exists():
            raise RunRefusedError(_("该测算批次已按此用途定稿，无需重复办理。"))
        act.obj, act.from_state, act.to_state = run, run.state, Run.State.RELEASED
        run.state = Run.State.RELEASED
        run.save(update_fields=["state"])
        return Release.objects.create(
            district_id=run.district_id,
            run=run,
            purpose=purpose,
            cutoff=run.as_of,
            by_id=by.id,
            by_label=by.label,
            comment=comment,
        )


def recompute_snapshot(run: Run) -> list[Computed]:
    """The values a snapshot must have, made again from its own input file.

    ValueError or FileNotFoundError when the file is missing or not what its digest names.
    """
    inputs = load_inputs(inputs_root() / run.input_file, run.input_digest)
    return compute(inputs, load_network(inputs.network_digest))


def snapshot_inputs(run: Run) -> Inputs:
    """The inputs of a snapshot, as they were kept."""
    return load_inputs(inputs_root() / run.input_file, run.input_digest)


def inputs_root() -> Path:
    """Where snapshots' input files lie."""
    return Path(settings.MEDIA_ROOT) / "snapshots"


def _read(district: District, as_of: dt.date) -> tuple[Inputs, StreetNetwork | None, RuleSet]:
    rules, network = rules_on(district, as_of), current_network(district)
    return read_inputs(district, as_of, rules, network), network, rules


def _context(inputs: Inputs) -> Context:
    network = load_network(inputs.network_digest)
    context = Context(inputs, network)
    context.table = reach_table(network, context.compound_points, context.radius_dm)
    return context


def _write_values(run: Run, values: list[Computed]) -> None:
    insert_rows(
        Value,
        VALUE_COLUMNS,
        (
            (
                run.pk,
                v.indicator,
                v.scope,
                v.scope_id,
                v.part,
                v.num,
                v.den,
                v.value,
                v.coverage,
                v.flags,
            )
            for v in values
        ),
    )


def _write_reach(run: Run, context: Context) -> None:
    reach = context.reach
    rows = [
        (run.pk, str(id), nearest.tobytes(), counts.tobytes())
        for id, nearest, counts in zip(
            context.inputs.compound_id, reach.nearest_dm, reach.counts, strict=True
        )
    ]
    insert_rows(CompoundReach, ("run", "compound", "nearest", "counts"), rows)


def _reach_layout(context: Context) -> dict[str, Any]:
    return {
        "formats": context.inputs.format_number.tolist(),
        "minutes": context.inputs.format_minutes.tolist(),
        "limits_dm": context.reach.limits_dm.tolist(),
        "walking_speed": context.inputs.meta["walking_speed"],
    }


def _write_memberships(district: District, inputs: Inputs) -> None:
    Membership.objects.filter(circle__district=district).delete()
    bases = np.where(inputs.member_inside, Membership.Basis.INSIDE, Membership.Basis.DECLARED)
    rows = zip(
        inputs.circle_id[inputs.member_circle].tolist(),
        inputs.outlet_id[inputs.member_outlet].tolist(),
        bases.tolist(),
        strict=True,
    )
    insert_rows(Membership, ("circle", "outlet", "basis"), rows)


def _is_sample(district: District) -> bool:
    return Compound.objects.filter(district=district, is_sample=True).exists()


def _summary(run: Run, context: Context, values: list[Computed]) -> dict[str, Any]:
    """What a run says of itself: also whom it could not place on the network (unknown, not 0)."""
    return {
        "run": str(run.pk),
        "as_of": run.as_of.isoformat(),
        "values": len(values),
        "unsnapped_compounds": int(context.reach.unsnapped.sum()),
        "unsnapped_outlets": int(context.reach.outlets_unsnapped.sum()),
    }
