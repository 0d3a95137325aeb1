"""Loads the demo district: once, whole or not at all, and never among real data."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from circles.models import Circle, Compound
from circles.signals import circles_changed
from core import audit
from core.db import locked
from metrics.models import StreetNetwork
from metrics.networks import store_network
from outlets.models import Outlet
from outlets.quality import check_quality
from outlets.signals import outlets_changed
from portal.demo import accounts
from portal.demo.coordinating import write_coordination
from portal.demo.district import DemoDistrict, generate
from portal.demo.dividing import write_duties
from portal.demo.plan import Plan
from portal.demo.removal import remove_sample
from portal.demo.reporting import write_reporting
from portal.demo.subsidising import support
from portal.demo.surveying import write_surveys
from portal.demo.tables import length
from portal.demo.writing import write
from territory.models import District, Street


class DemoRefusedError(Exception):
    """The demo cannot be loaded here; the message says why and what to do."""


def loaded_plan(district: District) -> dict[str, Any] | None:
    """Scale, seed and day of the demo that is loaded, with its counts; None = none is."""
    rows = StreetNetwork.objects.filter(district=district, is_sample=True, report__has_key="demo")
    row = rows.order_by("-imported_at").first()
    return row.report["demo"] if row else None


def load_demo(
    plan: Plan,
    fixtures: Path,
    *,
    replace: bool = False,
    tell: Callable[[str], None] = lambda stage: None,
) -> dict[str, Any]:
    """What was loaded, `fresh` = False when it was there already. `tell` hears each stage.

    DemoRefusedError where another demo, real data or no reference data is found.
    """
    code = _district_code()
    if code is None:
        raise DemoRefusedError(_("尚未装入参考数据，请先执行 load_reference。"))
    with transaction.atomic():
        district = locked(District.objects.filter(code=code)).get()
        found = loaded_plan(district)
        if found and not replace:
            return _as_it_was(found, plan)
        _refuse_among_real_data(district)
        if found:
            tell(_("清除原演示数据"))
            with audit.act("portal.remove_demo", obj=district, changes=found):
                remove_sample(district)
        tell(_("生成"))
        demo = generate(plan, fixtures)
        tell(_("写入"))
        return _store(demo, district) | {"fresh": True}


def _district_code() -> str | None:
    return District.objects.values_list("code", flat=True).order_by("code").first()


def _as_it_was(found: dict[str, Any], plan: Plan) -> dict[str, Any]:
    if (found["scale"], found["seed"]) == (plan.scale, plan.seed):
        return found | {"fresh": False}
    raise DemoRefusedError(
        _(
            "已装入规模 %(scale)s、种子 %(seed)s 的演示数据；"
            "如需更换，请加 --replace，原演示数据将先被清除。"
        )
        % found
    )


def _refuse_among_real_data(district: District) -> None:
    """Sample rows beside real ones would enter real figures."""
    real = next(
        (
            model._meta.verbose_name
            for model in (Outlet, Compound, Circle, StreetNetwork)
            if model._default_manager.filter(district=district, is_sample=False).exists()
        ),
        None,
    )
    drawn = Street.objects.filter(
        district=district, outline__isnull=False, is_sample_outline=False
    ).exists()
    if real or drawn:
        raise DemoRefusedError(
            _("%(district)s已有正式数据（%(what)s），不能再装入演示数据；请在另一个数据库中演示。")
            % {"district": district.name, "what": real or _("街道（镇）边界")}
        )


def _store(demo: DemoDistrict, district: District) -> dict[str, Any]:
    """Everything in one act with its audit event; the news is sent last."""
    with audit.act("portal.load_demo", obj=district) as act:
        write(demo, district)
        users = accounts.create(district)
        summary = summarise(demo) | {"users": users}
        summary |= write_reporting(demo.plan, district)
        summary |= write_coordination(demo.plan, district)
        summary |= write_duties(demo.plan, district)
        summary |= write_surveys(demo.plan, district)
        summary |= support(demo.plan, district)
        store_network(
            district=district,
            network=demo.network,
            name=_("演示路网（示意）"),
            source=_("演示数据"),
            report={"demo": summary},
            is_sample=True,
        )
        act.changes = summary
        outlets_changed.send(sender=Outlet, district=district)
        circles_changed.send(sender=Circle, district=district)
        # What is counted is counted from today on: no past day is made up.
        check_quality(district=district, on=demo.plan.day)
    return summary


def summarise(demo: DemoDistrict) -> dict[str, Any]:
    """The plan and what came of it."""
    day: dt.date = demo.plan.day
    return {
        "scale": demo.plan.scale,
        "seed": demo.plan.seed,
        "day": day.isoformat(),
        "streets": len(demo.street_outlines),
        "neighbourhoods": len(demo.neighbourhood_outlines),
        "circles": length(demo.circles),
        "compounds": length(demo.compounds),
        "residents": sum(value or 0 for value in demo.compounds["population"]),
        "outlets": length(demo.outlets),
        "outlets_outside": sum(demo.outlets["outside"]),
        "enterprises": length(demo.enterprises),
        "brands": length(demo.brands),
        "network_nodes": demo.network.n_nodes,
        "network_edges": demo.network.n_edges,
    }
