"""The filters of the list of outlets: what may be chosen, and what is in force as chips."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from core.scope import Scope
from outlets.listing import BLANK, CONDITIONS, FLAGS
from outlets.models import BusinessFormat, Label
from outlets.models.outlet import FacilityForm, PlaceState, Status
from outlets.models.owners import ChainKind
from portal.ledger.addresses import address
from territory.models import District, Neighbourhood, Street

Pairs = Sequence[tuple[str, str]]


def filters_of(request: HttpRequest, scope: Scope, district: District) -> dict[str, Any]:
    """ledger/filters.html's dict: the first fields always shown, the others on demand."""
    fields = _fields(request.GET, scope, district)
    first, more = fields[:4], fields[4:]
    shown = {field["name"] for field in fields}
    hidden = [
        {"name": name, "value": value}
        for name, values in request.GET.lists()
        if name not in shown | {"from"}
        for value in values
        if value
    ]
    return {
        "fields": first,
        "more": more,
        "more_open": any(field["value"] for field in more),
        "hidden": hidden,
        "chips": _chips(request, fields),
        "clear_url": address(request, **dict.fromkeys([*CONDITIONS, "from"])),
    }


class ConditionWords:
    """Puts the conditions of lists in words; the same few queries however many lists."""

    def __init__(self, scope: Scope, district: District) -> None:
        self.fields = _fields(QueryDict(), scope, district)

    def of(self, query: str) -> list[str]:
        """The conditions that the address of a list has."""
        asked = QueryDict(query)
        return [
            _in_words(field, asked[field["name"]])
            for field in self.fields
            if asked.get(field["name"])
        ]


def _in_words(field: dict[str, Any], value: str) -> str:
    words = {option["value"]: option["label"] for option in field.get("options", [])}
    return f"{field['label']}：{words.get(value, value)}"


def _fields(query: QueryDict, scope: Scope, district: District) -> list[dict[str, Any]]:
    get = query.get
    streets = Street.objects.filter(district=district).order_by("sort", "code")
    if not scope.all_streets:
        own: Any = scope.street_ids
        streets = streets.filter(pk__in=own)
    hoods = Neighbourhood.objects.filter(street__in=streets).order_by("sort", "code")
    if street := get("street"):
        hoods = hoods.filter(street__code=street)
    formats = list(BusinessFormat.objects.order_by("number").values_list("code", "name"))
    labels = list(Label.objects.order_by("sort", "code").values_list("code", "name"))

    def select(name: str, label: str, rows: Pairs, blank: bool = False) -> dict[str, Any]:
        return _select(name, label, get(name, ""), rows, blank)

    return [
        {
            "name": "q",
            "label": _("搜索"),
            "kind": "search",
            "value": get("q", ""),
            "placeholder": _("名称、拼音首字母、地址、编码、执照、品牌"),
        },
        select("street", _("街道（镇）"), list(streets.values_list("code", "name"))),
        select("main_format", _("主营业态"), formats),
        select("status", _("状态"), _words(Status)),
        select("neighbourhood", _("居（村）委会"), list(hoods.values_list("code", "name")), True),
        select("serves", _("提供的业态（含一店多能）"), formats),
        select("chain_kind", _("连锁类型"), _words(ChainKind), True),
        select("facility_form", _("设施形态"), _words(FacilityForm)),
        select("place_state", _("位置核实"), _words(PlaceState)),
        select("label", _("标识"), labels),
        *(_flag(name, label, get(name, "")) for name, label in _flags()),
        select("standing", _("在册情况"), _standings()),
        _day("updated_since", _("更新不早于"), get("updated_since", "")),
        _day("on", _("时点（显示当日事实）"), get("on", "")),
    ]


def _flags() -> list[tuple[str, str]]:
    return [
        ("open_24h", _("24小时营业")),
        ("supply", _("应急保供")),
        ("outside", _("区外网点")),
        ("is_sample", _("演示数据")),
    ]


def _standings() -> Pairs:
    return [
        ("merged", _("已并入")),
        ("void", _("作废")),
        ("unvoid", _("未作废（含已并入）")),
        ("all", _("全部（含已并入、作废）")),
    ]


def _words(choices: Any) -> Pairs:
    return [(value, str(label)) for value, label in choices.choices]


def _flag(name: str, label: str, value: str) -> dict[str, Any]:
    # Two of the flags are always filled.
    blank = name in FLAGS - {"outside", "is_sample"}
    return _select(name, label, value, [("1", _("是")), ("0", _("否"))], blank)


def _day(name: str, label: str, value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "kind": "date", "value": value}


def _select(name: str, label: str, value: str, rows: Pairs, blank: bool) -> dict[str, Any]:
    first = _("在册") if name == "standing" else _("全部")
    pairs: Iterable[tuple[str, str]] = [("", first), *rows]
    if blank:
        pairs = [*pairs, (BLANK, _("未填"))]
    options = [{"value": code, "label": word} for code, word in pairs]
    return {"name": name, "label": label, "kind": "select", "value": value, "options": options}


def _chips(request: HttpRequest, fields: list[dict[str, Any]]) -> list[dict[str, str]]:
    chips = []
    for field in fields:
        if not field["value"]:
            continue
        gone = {field["name"]: None, "from": None}
        if field["name"] == "street":
            gone["neighbourhood"] = None
        word = _in_words(field, field["value"])
        chips.append({"label": word, "remove_url": address(request, **gone)})
    return chips
