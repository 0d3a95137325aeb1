"""One circle: 有什么, 缺什么, 补什么, 如何补."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from circles.models import Circle
from core import policy
from core.models import AuditEvent
from core.scope import Scope
from metrics.models import FormatRule, Run
from metrics.querysets import Figure, Key, figures
from outlets.models import Outlet
from portal.basis import choose
from portal.maps import collection, feature, point, walking_minutes
from portal.present import explain_url, figure_card, people_text, target_for
from portal.views.circle_evaluation import evaluation_of
from portal.views.circle_support import support_of
from portal.views.common import own_district, page, scope_of, targets
from territory.models import District

HEAD = ("basic_basket_share", "basic_formats_present", "outlet_count", "chain_share")
OPINION = "satisfaction_share"
BY_FORMAT = ("outlet_count", "addon_count", "missing_formats", "reach_share", "nearest_m")


@page("portal.figures")
def circle(request: HttpRequest, code: str) -> HttpResponse:
    """`/circles/<code>/`: public facts and released figures to everyone in the district."""
    scope = scope_of(request)
    district = own_district(scope)
    row = (
        Circle.objects.filter(district=district, code=code)
        .select_related("lead_street", "batch")
        .prefetch_related("street_links__street")
        .first()
    )
    if row is None:
        raise Http404(_("没有编码为 %(code)s 的生活圈。") % {"code": code})
    own = Circle.objects.visible_to(scope).filter(pk=row.pk).exists()
    basis = choose(request, scope, district)
    if basis and basis.live and not own:
        policy.require(scope, "portal.dashboard")
    context: dict[str, Any] = {
        "crumbs": _crumbs(district, row),
        "circle": _head(row),
        "actions": _actions(scope, row) if own else [],
        "evaluation": evaluation_of(row, scope),
        "support": support_of(row, scope),
        "needs": None,
        "projects": None,
        "history": _history(row) if own else [],
        "documents": [],
        "outlets_url": reverse("admin:outlets_outlet_changelist") if own else "",
    }
    if basis:
        book = figures(basis.run, {*HEAD, *BY_FORMAT, "residents", OPINION}, scope_ids=[row.pk])
        rules = list(
            FormatRule.objects.filter(rule_set=basis.run.rule_set)
            .select_related("format")
            .order_by("format__number")
        )
        context |= {
            "basis": basis.described(request, scope),
            "data_as_of": basis.run.as_of.isoformat(),
            "figures": _cards(basis.run, row, book),
            "map": _map(basis.run, row, rules),
            "have": _have(basis.run, row, rules, book),
            "missing": _missing(basis.run, row, rules, book),
            "satisfaction": _opinion(basis.run, row, book),
        }
        residents = book.get(("residents", row.pk, 0))
        if residents:
            context["circle"]["residents_text"] = people_text(residents.num)
    return render(request, "portal/circle.html", context)


def _crumbs(district: District, row: Circle) -> list[dict[str, str]]:
    street = row.lead_street
    return [
        {"label": district.name, "url": reverse("portal:circles")},
        {"label": street.name, "url": reverse("portal:street", args=[street.code])},
        {"label": row.name},
    ]


def _head(row: Circle) -> dict[str, Any]:
    return {
        "name": row.name,
        "code": row.code,
        "level_word": row.get_level_display() if row.level else "",
        "level_year": row.level_year,
        "level_note": _("审定等级") if row.level else "",
        "state_word": row.get_state_display(),
        "streets": [
            {
                "name": link.street.name,
                "url": reverse("portal:street", args=[link.street.code]),
                "role_word": link.get_role_display(),
            }
            for link in sorted(
                row.street_links.all(), key=lambda link: (link.role, link.street.code)
            )
        ],
        "residents_text": "—",
        "compounds_text": _("%(n)d 个小区") % {"n": row.compounds.count()},
        "theme": row.theme,
        "layout_word": row.get_layout_display(),
        "responsible": {"name": row.responsible, "office": row.lead_street.name}
        if row.responsible
        else None,
        "operator": row.operator,
        "planner": row.planner,
        "updated_text": _("最近变动 %(day)s") % {"day": f"{row.updated_at:%Y-%m-%d}"},
    }


def _actions(scope: Scope, row: Circle) -> list[dict[str, Any]]:
    if not policy.may(scope, "circles.change"):
        return []
    url = reverse("admin:circles_circle_change", args=[row.pk])
    return [{"label": _("维护资料"), "url": url, "main": False}]


def _cards(run: Run, row: Circle, book: dict[Key, Figure]) -> list[dict[str, Any]]:
    set_targets = targets()
    cards = []
    for code in HEAD:
        figure = book.get((code, row.pk, 0))
        card = figure_card(
            run, code, "C", row.pk, figure, target=target_for(set_targets, code, "C")
        )
        if code == "basic_formats_present" and figure and figure.den:
            card["unit"] = _("/ %(n)d 种") % {"n": figure.den}
        cards.append(card)
    return cards


def _opinion(run: Run, row: Circle, book: dict[Key, Figure]) -> dict[str, Any] | None:
    """Satisfaction where residents were asked and enough answered; None = no figure."""
    figure = book.get((OPINION, row.pk, 0))
    if figure is None or figure.value is None:
        return None
    target = target_for(targets(), OPINION, "C")
    return figure_card(run, OPINION, "C", row.pk, figure, target=target)


def _have(
    run: Run, row: Circle, rules: list[FormatRule], book: dict[Key, Figure]
) -> dict[str, Any]:
    groups = []
    for category, label in (("basic", _("基本保障类")), ("quality", _("品质提升类"))):
        listed = [rule for rule in rules if rule.format.category == category]
        items = [_present(run, row, rule, book) for rule in listed]
        present = [item for item in items if item]
        groups.append(
            {
                "label": label,
                "count_text": _("%(n)d / %(all)d 种") % {"n": len(present), "all": len(listed)},
                "items": present,
            }
        )
    outlets = book.get(("outlet_count", row.pk, 0))
    return {
        "groups": groups,
        "count_text": _("共 %(n)d 个网点") % {"n": outlets.num if outlets else 0},
    }


def _present(
    run: Run, row: Circle, rule: FormatRule, book: dict[Key, Figure]
) -> dict[str, Any] | None:
    number = rule.format.number
    own, addon, nearest = (
        book.get((code, row.pk, number)) for code in ("outlet_count", "addon_count", "nearest_m")
    )
    count, extra = (own.num if own else 0), (addon.num if addon else 0)
    if not count and not extra:
        return None
    return {
        "format": rule.format.name,
        "count_text": _("独立网点 %(n)d") % {"n": count},
        "addon_text": _("叠加服务 %(n)d") % {"n": extra} if extra else "",
        "nearest_text": _("半数居民 %(m)d 米内") % {"m": nearest.value}
        if nearest and nearest.value is not None
        else "",
        "required": rule.basket is not None,
        "url": explain_url(run, "outlet_count", "C", row.pk, number),
    }


def _missing(
    run: Run, row: Circle, rules: list[FormatRule], book: dict[Key, Figure]
) -> dict[str, Any]:
    items: list[dict[str, Any]] = []
    unknown: list[dict[str, Any]] = []
    for rule in rules:
        number = rule.format.number
        state = book.get(("missing_formats", row.pk, number))
        reach = book.get(("reach_share", row.pk, number))
        unreached = round((reach.den or 0) - reach.num) if reach else 0
        told = {
            "format": rule.format.name,
            "kind_word": rule.format.get_category_display(),
            "residents_text": _("%(n)s 名居民%(t)d分钟内到不了")
            % {"n": f"{unreached:,}", "t": rule.minutes}
            if unreached
            else "",
            "url": explain_url(run, "reach_share", "C", row.pk, number),
        }
        if state is not None and state.value is None:
            unknown.append(
                {"format": told["format"], "kind_word": told["kind_word"], "note": _("无人核查")}
            )
        elif state is not None and state.value == 1:
            note = _("必备业态") if rule.basket is not None else ""
            items.append(
                told
                | {"state_word": _("缺失"), "status": "bad", "note": note, "n": 1e9 + unreached}
            )
        elif unreached and rule.basket is not None:
            items.append(told | {"state_word": _("偏少"), "status": "warn", "n": unreached})
    items.sort(key=lambda item: -item["n"])
    return {
        "items": items,
        "unknown": unknown,
        "count_text": _("缺失 %(n)d 种") % {"n": sum(i["status"] == "bad" for i in items)},
    }


def _history(row: Circle) -> list[dict[str, Any]]:
    events = AuditEvent.objects.filter(
        object_type="circles.circle", object_id=str(row.pk)
    ).order_by("-id")[:8]
    return [
        {"day": f"{e.at:%Y-%m-%d}", "text": e.comment or e.action, "by": e.actor_label}
        for e in events
    ]


def _map(run: Run, row: Circle, rules: list[FormatRule]) -> dict[str, Any] | None:
    if not row.boundary:
        return None
    compounds = list(row.compounds.filter(lon__isnull=False).order_by("code"))
    minutes = walking_minutes(run, [compound.pk for compound in compounds])
    outlets = (
        Outlet.objects.filter(memberships__circle=row, lon__isnull=False)
        .open_on(run.as_of)
        .order_by("code")
        .values_list(
            "name", "lon", "lat", "main_format__code", "main_format__name", "main_format__category"
        )
    )
    return {
        "id": "circle-map",
        "label": _("生活圈地图：边界、小区和网点；选择业态查看步行时间"),
        "kind": "circle",
        "attribution": _("示意边界（演示数据）") if row.is_sample else "",
        "config": {
            "boundary": feature(row.boundary, name=row.name),
            "compounds": collection(
                feature(
                    point(c.lon or 0.0, c.lat or 0.0),
                    name=c.name,
                    residents=c.population or 0,
                    residents_text=_("人口未知")
                    if c.population is None
                    else people_text(c.population),
                    minutes=minutes.get(c.pk, {}),
                )
                for c in compounds
            ),
            "outlets": collection(
                feature(point(lon, lat), name=name, format=code, format_label=label, kind=kind)
                for name, lon, lat, code, label, kind in outlets
            ),
            "formats": [{"code": r.format.code, "label": r.format.name} for r in rules],
            "minutes": [5, 10, 15],
        },
    }
