"""Rules on what a row says of itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from core.text import normalise, normalise_key
from outlets.models import Brand, BusinessFormat, IndustryCode, OutletFacts, Visit
from outlets.models.outlet import Status
from outlets.models.owners import ChainKind
from outlets.quality.book import Book, Mask
from outlets.quality.registry import Detail, Found, Numbers, rule

CHAINS = (ChainKind.DIRECT, ChainKind.FRANCHISE, ChainKind.VOLUNTARY)


# --- Address, area, name, telephone ----------------------------------------------------------
def _no_address(detail: Mapping[str, Any]) -> str:
    return _("没有填写详细地址")


@rule("missing_address", words=_no_address)
def missing_address(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Rows without an address."""
    for _at, outlet in book.each(book.present & book.having("address", "")):
        yield outlet, {}


def _zero(detail: Mapping[str, Any]) -> str:
    words = {"business_area": _("营业面积"), "building_area": _("建筑面积")}
    named = "、".join(words.get(column, column) for column in detail.get("columns", []))
    return _("%(columns)s填为 0") % {"columns": named}


@rule("area_zero", words=_zero)
def area_zero(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Areas of nothing: unknown ones are left empty instead."""
    columns = ("business_area", "building_area")
    zero = {name: book[name] == 0 for name in columns}
    for at, outlet in book.each(book.present & (zero[columns[0]] | zero[columns[1]])):
        yield outlet, {"columns": [name for name in columns if zero[name][at]]}


def _test_word(detail: Mapping[str, Any]) -> str:
    return _("名称含“%(word)s”，疑为测试或占位文字") % {"word": detail.get("word", "")}


@rule("placeholder_name", words=_test_word)
def placeholder_name(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Names with words that are typed to try something out."""
    words = [normalise_key(word) for word in numbers["words"]]
    if not words:
        return
    # A Latin word stands alone (“test”, not “contest”).
    parts = [rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in words]
    pattern = re.compile("|".join(parts))
    names = book["name"]
    for at, outlet in book.each(book.present):
        if found := pattern.search(normalise_key(names[at])):
            yield outlet, {"word": found[0]}


# Mobile, fixed line with or without area code and extension, 400 and 800, short service numbers.
_NUMBER = re.compile(
    r"(?:\+?86-?)?1[3-9]\d-?\d{4}-?\d{4}"
    r"|(?:\+?86-?)?(?:\(?0\d{2,3}\)?-?)?[2-9]\d{2,3}-?\d{4}(?:[-转]\d{1,6})?"
    r"|[48]00-?\d{3}-?\d{4}"
    r"|9[56]\d{3,6}|1\d{4}"
)
_BETWEEN_NUMBERS = re.compile(r"[/、,，;；或]")


def is_telephone(text: str) -> bool:
    """Whether each number of `text` (parted by 、 / , ;) is one that can be dialled."""
    plain = normalise(text).replace(" ", "")
    return all(_NUMBER.fullmatch(part) for part in _BETWEEN_NUMBERS.split(plain))


def _not_a_number(detail: Mapping[str, Any]) -> str:
    return _("电话共 %(digits)d 位数字，不像有效的号码") % {"digits": detail.get("digits", 0)}


@rule("phone_wrong", words=_not_a_number)
def phone_wrong(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Numbers that cannot be dialled. The number itself is personal and told nowhere.

    Those of sample rows are made up so that they ring nowhere.
    """
    stated = book.present & ~book["is_sample"] & ~book.having("phone", "")
    for at, outlet in book.each(stated):
        text = book["phone"][at]
        if not is_telephone(text):
            yield outlet, {"digits": sum(map(str.isdigit, normalise(text)))}


# --- Days ------------------------------------------------------------------------------------
def _days_in_words(detail: Mapping[str, Any]) -> str:
    words = {
        "closing_passed": _("关闭日期 %(closed)s 已过，状态仍为“%(status)s”"),
        "opening_ahead": _("状态为“营业”，但开业日期 %(opened)s 尚未到"),
        "opening_passed": _("开业日期 %(opened)s 已过，状态仍为“筹建”"),
        "no_closing_day": _("状态为“%(status)s”，但没有填写关闭日期"),
        "open_before": _("开业日期 %(opened)s 晚于已登记的营业记录（自 %(traded)s 起）"),
    }
    status = detail.get("status", "")
    named = {**detail, "status": Status(status).label if status in Status.values else status}
    return words.get(detail.get("kind", ""), "") % named


@rule("days_contradict", words=_days_in_words)
def days_contradict(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Opening and closing days that the status, or an earlier fact, speaks against."""
    opened, closed = book["opened_on"], book["closed_on"]
    cases: dict[str, Mask] = {
        "closing_passed": book.present & (closed <= book.today),
        "opening_ahead": book.trading & (opened > book.today),
        "opening_passed": book.having("status", Status.PREPARING) & (opened <= book.today),
        "no_closing_day": ~book.present & np.isnat(closed),
    }
    told: Mask = np.zeros(len(book), dtype=np.bool_)
    for kind, mask in cases.items():
        for at, outlet in book.each(mask & ~told):
            yield outlet, _days_of(book, at, kind)
        told |= mask
    earlier = _open_before_opening(book)
    for at, outlet in book.each(~told):
        if outlet in earlier:
            yield outlet, _days_of(book, at, "open_before") | {"traded": earlier[outlet]}


def _days_of(book: Book, at: int, kind: str) -> Detail:
    return {
        "kind": kind,
        "status": str(book["status"][at]),
        "opened": book.day("opened_on", at),
        "closed": book.day("closed_on", at),
    }


def _open_before_opening(book: Book) -> dict[Any, str]:
    """Outlet → the first day on which a dated fact says that it traded, before it had opened."""
    rows = OutletFacts.objects.filter(
        outlet__district=book.district,
        status=Status.OPEN,
        valid_from__lt=F("outlet__opened_on"),
    )
    found: dict[Any, str] = {}
    for outlet, day in rows.order_by("-valid_from").values_list("outlet_id", "valid_from"):
        found[outlet] = day.isoformat()
    return found


def _expired(detail: Mapping[str, Any]) -> str:
    return _("许可证 %(until)s 已到期") % {"until": detail.get("until", "")}


@rule("licence_expired", words=_expired)
def licence_expired(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Outlets that trade on a licence which has run out."""
    for at, outlet in book.each(book.trading & (book["licence_until"] < book.today)):
        yield outlet, {"until": book.day("licence_until", at)}


def _not_looked_at(detail: Mapping[str, Any]) -> str:
    if not detail.get("last"):
        return _("没有采集日期，也没有现场核查记录")
    return _("最近一次采集或核查是 %(last)s，已满 %(months)d 个月") % detail


@rule("stale", words=_not_looked_at)
def stale(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Rows that nobody has looked at for `months`.

    The detail tells full spans of that length, so that 确认无误 holds for one span, not for ever.
    """
    span = max(1, int(numbers["months"]))
    last = np.fmax(book["collected_on"], _visited(book))
    months = _full_months(last, book.today)
    for at, outlet in book.each(book.present & (np.isnat(last) | (months >= span))):
        if np.isnat(last[at]):
            yield outlet, {"last": ""}
        else:
            yield outlet, {"last": str(last[at]), "months": int(months[at]) // span * span}


def _visited(book: Book) -> Any:
    """[O] the day of the newest visit, NaT when there was none."""
    rows = Visit.objects.filter(outlet__district=book.district).values_list("outlet_id")
    newest = dict(rows.annotate(newest=Max("at")).order_by())
    days = np.full(len(book), np.datetime64("NaT"), dtype="datetime64[D]")
    if newest:
        for at, outlet in enumerate(book.ids):
            if outlet in newest:
                days[at] = timezone.localdate(newest[outlet])
    return days


def _full_months(since: Any, until: Any) -> Any:
    """[O] whole calendar months from `since` to `until`; meaningless where `since` is NaT."""
    first, last = since.astype("datetime64[M]"), until.astype("datetime64[M]")
    months = (last - first).astype(np.int64)
    return months - ((until - last) < (since - first)).astype(np.int64)


# --- Brand and format ------------------------------------------------------------------------
def _chain_in_words(detail: Mapping[str, Any]) -> str:
    words = {
        "no_brand": _("填为“%(own)s”，但没有品牌"),
        "brand_is_chain": _("品牌“%(brand)s”为“%(of_brand)s”，本网点填为“%(own)s”"),
        "differs": _("本网点填为“%(own)s”，与品牌“%(brand)s”的“%(of_brand)s”不一致"),
    }
    named = {
        "brand": detail.get("brand", ""),
        "own": _chain_word(detail.get("own", "")),
        "of_brand": _chain_word(detail.get("of_brand", "")),
    }
    return words.get(detail.get("kind", ""), "") % named


def _chain_word(kind: str) -> str:
    return str(ChainKind(kind).label) if kind in ChainKind.values and kind else _("未填")


@rule("chain_against_brand", words=_chain_in_words)
def chain_against_brand(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Chain kinds that the brand speaks against, or that have no brand behind them."""
    brands = {
        pk: (name, kind)
        for pk, name, kind in Brand.objects.filter(district=book.district).values_list(
            "id", "name", "chain_kind"
        )
    }
    for at, outlet in book.each(book.present):
        own, brand = str(book["chain_kind"][at]), book["brand_id"][at]
        if brand is None:
            if own in CHAINS:
                yield outlet, {"kind": "no_brand", "own": own}
            continue
        name, kind = brands.get(brand, ("", ""))
        if kind and own != kind:
            unsaid = kind in CHAINS and own not in CHAINS
            if unsaid or own in CHAINS:
                told = "brand_is_chain" if unsaid else "differs"
                yield outlet, {"kind": told, "own": own, "brand": name, "of_brand": kind}


def _format_in_words(detail: Mapping[str, Any]) -> str:
    return (
        _("行业代码 %(industry)s（%(industry_name)s）对应“%(suggests)s”，业态填为“%(format)s”")
        % detail
    )


@rule("format_against_industry", words=_format_in_words)
def format_against_industry(book: Book, numbers: Numbers) -> Iterator[Found]:
    """Formats other than the industry code suggests; a code alone never decides a format."""
    suggested = {
        code: (name, suggests)
        for code, name, suggests in IndustryCode.objects.filter(suggests__isnull=False).values_list(
            "code", "name", "suggests_id"
        )
    }
    names = dict(BusinessFormat.objects.values_list("id", "name"))
    codes, formats = book["industry_code"], book["main_format_id"]
    for at, outlet in book.each(book.present & ~book.having("industry_code", "")):
        code = codes[at].strip().lstrip("ABCDEFGHIJKLMNOPQRSTabcdefghijklmnopqrst")
        name, suggests = suggested.get(code, ("", None))
        if suggests is not None and suggests != formats[at]:
            yield (
                outlet,
                {
                    "industry": code,
                    "industry_name": name,
                    "suggests": names[suggests],
                    "format": names[formats[at]],
                },
            )
