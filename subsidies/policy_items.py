"""The items of a policy's draft, written whole: every rule cleaned, read, its examples in order."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from subsidies.contents import Content, content_of
from subsidies.models import Policy, PolicyItem
from subsidies.parts import ABOUT, ITEM, SPENT
from subsidies.rules.facts import clean_facts
from subsidies.rules.parts import Rule
from subsidies.rules.shapes import clean_rule, read_rule

Row = Mapping[str, Any]
COMMON, RULE = "common", "rule"


def standing_items(policy: Policy) -> list[Content]:
    items: list[Content] = content_of(policy)["items"]
    return items


def write_items(policy: Policy, rows: Sequence[Row], only: str = "") -> None:
    """Make the policy's items what the rows say, by key.

    only  the one item that is being changed: its faults stand without a place among the items
    """
    wrong: dict[str, list[str]] = {}
    made: list[PolicyItem] = []
    standing = {item.key: item for item in policy.items.all()}
    for number, row in enumerate(rows, start=1):
        item = standing.get(row.get("key", "")) or PolicyItem(policy=policy)
        try:
            _set_item(item, row, policy.common)
            if item.key in [one.key for one in made]:
                raise ValidationError({"key": [_("“%(key)s”重复") % {"key": item.key}]})
        except ValidationError as error:
            wrong |= (
                error.message_dict if only == row.get("key") else by_place(error, f"items.{number}")
            )
        item.sort = number
        made.append(item)
    if wrong:
        raise ValidationError(wrong)
    kept = {item.key for item in made}
    policy.items.exclude(key__in=kept).delete()
    for item in made:
        item.save()
    # What was prefetched does not stand any more.
    vars(policy).pop("_prefetched_objects_cache", None)


def _set_item(item: PolicyItem, row: Row, common: Row) -> None:
    wrong: dict[str, list[str]] = {}
    for name, value in row.items():
        try:
            if name == RULE:
                item.rule = clean_rule(value)
            elif name not in ITEM:
                wrong[name] = [_("没有这一列")]
            else:
                field: Any = PolicyItem._meta.get_field(name)
                setattr(item, name, field.clean("" if value is None else str(value).strip(), None))
        except ValidationError as error:
            wrong |= by_place(error, name)
    for name in ("key", "name"):
        if name not in wrong and not getattr(item, name):
            wrong[name] = [_("必填")]
    if wrong:
        raise ValidationError(wrong)
    item.rule = item.rule or clean_rule({})
    read_item(item, common)


def read_item(item: PolicyItem, common: Row) -> None:
    """Read its rule with what is common, the facts of its examples put in canonical form.

    ValidationError by place.
    """
    try:
        rule = read_rule(item.rule, common)
        _clean_examples(item, rule)
    except ValidationError as error:
        told = {}
        for place, messages in error.message_dict.items():
            where = place if place.startswith(f"{COMMON}.") else f"{RULE}.{place}"
            told[where] = messages
        raise ValidationError(told) from error


def _clean_examples(item: PolicyItem, rule: Rule) -> None:
    wrong: dict[str, list[str]] = {}
    columns: dict[str, Callable[[Any], Any]] = {
        "given": lambda told: clean_facts(rule.inputs, _texts(told), partial=True),
        "spent": lambda told: _known(told, dict(SPENT)),
        "about": _about,
    }
    for number, row in enumerate(item.rule["examples"], start=1):
        for name, clean in columns.items():
            try:
                row[name] = clean(row.get(name) or {})
            except ValidationError as error:
                wrong[f"examples.{number}.{name}"] = error.messages
    if wrong:
        raise ValidationError(wrong)


def _texts(told: Row) -> Row:
    """Facts that are texts, whole numbers, or yes and no."""
    if all(value is None or isinstance(value, str | int) for value in told.values()):
        return told
    raise ValidationError(_('数值请写成文字，如 "0.3"'))


def _known(told: Row, names: Row) -> Row:
    for name in told:
        if name not in names:
            raise ValidationError(_("不认识“%(named)s”") % {"named": name})
    return told


def _about(told: Row) -> Row:
    found: dict[str, Any] = {}
    for name, value in _known(told, dict(ABOUT)).items():
        if name == "blacklisted":
            found[name] = value is True
        elif name == "on":
            found[name] = _day(value)
        else:
            found[name] = [_day(day) for day in (value if isinstance(value, list) else [value])]
    return found


def _day(value: Any) -> str:
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValidationError(_("“%(day)s”应写成 2026-03-01 这样的日期") % {"day": value}) from None


def by_place(error: ValidationError, head: str) -> dict[str, list[str]]:
    """The faults with the head before their places."""
    if not hasattr(error, "error_dict"):
        return {head: error.messages}
    return {f"{head}.{place}".rstrip("."): told for place, told in error.message_dict.items()}
