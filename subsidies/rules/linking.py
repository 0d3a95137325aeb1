"""Cleaned rows into parts: every key resolved, what does not fit together named by place."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.money import round_half_up_fen
from subsidies.rules import fields
from subsidies.rules.facts import NUMERIC, clean_value
from subsidies.rules.fields import EMPTY, Faults
from subsidies.rules.forms import LOOKUP
from subsidies.rules.parts import (
    Bonus,
    Cap,
    Condition,
    Example,
    Input,
    Instalment,
    Lookup,
    Option,
    Row,
    Step,
)

# What a step of each kind is told; all else stays empty.
_TOLD = {
    "take": {"input", "limit"},
    "fixed": set(LOOKUP),
    "times": {"input", "most"},
    "rate": {*LOOKUP, "bonus"},
    "cap": set(LOOKUP),
}


class Reader:
    """Clean rows into parts; what does not fit together goes to `faults`."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.inputs: dict[str, Input] = {}

    def input(self, row: dict[str, Any], at: str) -> None:
        """One more input; the later of two of one key holds."""
        if row["kind"] == "choice" and not row["options"]:
            self.faults.add(f"{at}.options", _("必填"))
        options = tuple(Option(**one) for one in row["options"])
        self.inputs[row["key"]] = Input(**row | {"options": options})

    def rows(
        self, name: str, rows: list[dict[str, Any]], read: Callable[[dict[str, Any], str], Any]
    ) -> tuple[Any, ...]:
        """Each row read at its place."""
        return tuple(read(row, f"{name}.{number}") for number, row in enumerate(rows, start=1))

    def condition(self, row: dict[str, Any], at: str) -> Condition:
        """A condition with its inputs; what it compares with in the input's own form."""
        one = self.named(row["input"], f"{at}.input", row["kind"] in ("compare", "ratio"))
        other = self.named(row["other"], f"{at}.other", row["kind"] == "ratio")
        if one and not row["op"]:
            self.faults.add(f"{at}.op", _("必填"))
        if row["kind"] == "ratio":
            self.numeric(one, f"{at}.input")
            self.numeric(other, f"{at}.other")
        if row["op"] == "in" and (row["kind"] == "ratio" or (one and one.kind in NUMERIC)):
            self.faults.add(f"{at}.op", _("数值不能用“属于”"))
        if one and one.kind in ("choice", "flag") and row["op"] not in ("=", "in"):
            self.faults.add(f"{at}.op", _("只能用“等于”或“属于”"))
        value = self.wanted(row, one, at) if one else None
        return Condition(**row | {"input": one, "other": other, "value": value})

    def wanted(
        self, row: dict[str, Any], one: Input, at: str
    ) -> Decimal | str | tuple[str, ...] | None:
        """What a condition compares with."""
        told = row["value"]
        if told is None:
            return None
        try:
            if row["op"] == "in":
                return tuple(clean_value(one, each) for each in _listed(told))
            if row["kind"] == "ratio":
                return Decimal(fields.number(told))
            value = clean_value(one, told)
            return Decimal(value) if one.kind in NUMERIC else value
        except ValidationError as error:
            self.faults.add(f"{at}.value", error.messages[0])
            return None

    def step(self, row: dict[str, Any], at: str) -> Step:
        """A step with its inputs and tables."""
        kind = row["kind"]
        for name in ("input", *LOOKUP, "bonus", "limit", "most"):
            if row[name] not in EMPTY and name not in _TOLD[kind]:
                self.faults.add(f"{at}.{name}", _("这一步不用此项"))
        one = self.named(row["input"], f"{at}.input", "input" in _TOLD[kind])
        self.numeric(one, f"{at}.input")
        amount = self.lookup(row, at)
        bonus = self.rows(f"{at}.bonus", row["bonus"], self.bonus)
        if kind == "rate":
            rates = [amount.value, *(each.value for each in (*amount.table, *bonus))]
            if any(rate is not None and rate > 1 for rate in rates):
                self.faults.add(f"{at}.value", _("比例须在 0 和 100% 之间，如 30% 或 0.3"))
        else:
            self.whole_fen([amount.value, *(each.value for each in amount.table)], f"{at}.value")
        return Step(
            key=row["key"],
            label=row["label"],
            kind=kind,
            input=one,
            amount=amount,
            bonus=bonus,
            limit=self.lookup(row["limit"], f"{at}.limit") if row["limit"] else None,
            most=_decimal(row["most"]),
            rounds=row["rounds"],
            clause=row["clause"],
        )

    def lookup(self, row: Mapping[str, Any], at: str) -> Lookup:
        """A constant or a table; ranges ascend and do not overlap."""
        by = self.named(row["by"], f"{at}.by", bool(row["table"]))
        if by is None:
            return Lookup(value=_decimal(row["value"]))
        if not row["table"]:
            self.faults.add(f"{at}.table", _("必填"))
        if row["value"] is not None:
            self.faults.add(f"{at}.value", _("已按表取值，此项应留空"))
        table = self.rows(
            f"{at}.table", row["table"], lambda told, place: self.row(by, told, place)
        )
        self.tiers([one for one in table if one.only is None], f"{at}.table")
        chosen = [one.only for one in table if one.only is not None]
        if len(chosen) != len(set(chosen)):
            self.faults.add(f"{at}.table", _("同一选项出现两次"))
        return Lookup(by=by, table=table)

    def row(self, by: Input, row: Mapping[str, Any], at: str) -> Row:
        """One line of a table: a choice of `by`, or a range of it."""
        ranged = by.kind in NUMERIC
        only = None
        if not ranged:
            try:
                only = clean_value(by, row["is"] or "")
            except ValidationError as error:
                self.faults.add(f"{at}.is", error.messages[0])
        start, end = _decimal(row["from"]), _decimal(row["to"])
        if ranged and row["is"] is not None:
            self.faults.add(f"{at}.is", _("数值应写起止"))
        if not ranged and (start is not None or end is not None):
            self.faults.add(f"{at}.from", _("应写选项"))
        if start is not None and end is not None and start >= end:
            self.faults.add(f"{at}.to", _("止须大于起"))
        return Row(only=only, start=start, end=end, value=_decimal(row["value"]))

    def tiers(self, rows: list[Row], at: str) -> None:
        """A number is in one tier at most: each ends where, or before, the next begins."""
        for before, after in pairwise(rows):
            if before.end is None or after.start is None or after.start < before.end:
                self.faults.add(at, _("各档应由低到高，互不重叠（含起点，不含终点）"))
                return

    def bonus(self, row: dict[str, Any], at: str) -> Bonus:
        """A rate while a flag holds."""
        one = self.named(row["flag"], f"{at}.flag", True)
        if one and one.kind != "flag":
            self.faults.add(f"{at}.flag", _("应为是否项"))
        return Bonus(one or Input("", "", "flag"), _decimal(row["value"]), row["how"])

    def cap(self, row: dict[str, Any], at: str) -> Cap:
        """A cap in yuan or in number, not both."""
        if row["amount"] is not None and row["count"] is not None:
            self.faults.add(f"{at}.count", _("金额和个数只填一项"))
        self.whole_fen([amount := _decimal(row["amount"])], f"{at}.amount")
        return Cap(**row | {"amount": amount})

    def common_cap(self, row: dict[str, Any], at: str) -> Cap:
        """A cap over all items of the policy."""
        made = self.cap(row, at)
        return Cap(made.per, made.amount, made.count, made.label, made.clause, shared=True)

    def instalment(self, row: dict[str, Any], at: str) -> Instalment:
        """A part; its share is more than nothing."""
        share = Decimal(row["share"])
        if not 0 < share <= 1:
            self.faults.add(f"{at}.share", _("比例须在 0 和 100% 之间，如 30% 或 0.3"))
        return Instalment(**row | {"share": share})

    def example(self, row: dict[str, Any], at: str) -> Example:
        """A worked example; its facts are cleaned when it is tried."""
        spent: dict[str, Decimal] = {}
        for name, told in row["spent"].items():
            try:
                spent[name] = Decimal(fields.number(told))
            except ValidationError as error:
                self.faults.add(f"{at}.spent.{name}", error.messages[0])
        return Example(**row | {"spent": spent, "expected": _decimal(row["expected"])})

    def whole_fen(self, amounts: Iterable[Decimal | None], at: str) -> None:
        """An amount of money has no part of a fen: rounding can never pass it."""
        if any(one is not None and one != round_half_up_fen(one) for one in amounts):
            self.faults.add(at, _("金额最多两位小数（精确到分）"))

    def named(self, key: str, at: str, needed: bool) -> Input | None:
        """The input of that key."""
        if key and key not in self.inputs:
            self.faults.add(at, _("没有数据项“%(key)s”") % {"key": key})
        elif needed and not key:
            self.faults.add(at, _("必填"))
        return self.inputs.get(key)

    def numeric(self, one: Input | None, at: str) -> None:
        """Only amounts and numbers can be reckoned with."""
        if one and one.kind not in NUMERIC:
            self.faults.add(at, _("应为金额或数值项"))


def _decimal(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


def _listed(told: str | list[str]) -> list[str]:
    return told if isinstance(told, list) else [told]
