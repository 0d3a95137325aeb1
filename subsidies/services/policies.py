"""Versions of support policies: drafted, copied, published once and for all, closed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from core import policy as gate
from core import versioned
from core.audit import Act, Actor, act
from core.reference import clause_named
from core.scope import Scope
from subsidies.contents import Content, compare, content_of
from subsidies.models import Fund, Policy, PolicyItem
from subsidies.parts import OWN
from subsidies.policy_items import COMMON, RULE, by_place, read_item, standing_items, write_items
from subsidies.rules.shapes import clean_common, read_rule, undetermined
from subsidies.rules.trying import try_examples
from subsidies.workflow.policies import CHANGE, POLICY
from territory.models import District

Row = Mapping[str, Any]


def create_policy(*, district: District, values: Row, by: Actor, scope: Scope) -> Policy:
    """A draft without items, the next number of its code.

    values  the own columns (`subsidies.parts.OWN`): the fund as a row or by its code, the clause
            as a row or as `document ref`; and `common`. ValidationError by column.
    """
    return _begin("create", Policy(district=district), values, (), by=by, scope=scope)


def begin_policy(
    content: Content,
    *,
    district: District,
    by: Actor,
    scope: Scope,
    word: str = "create",
    is_sample: bool = False,
) -> Policy:
    """A draft with this content (as `contents.content_of` has it); `word` heads its act."""
    values = {**content["policy"], COMMON: content[COMMON]}
    row = Policy(district=district, is_sample=is_sample)
    return _begin(word, row, values, content["items"], by=by, scope=scope)


def _begin(
    word: str, row: Policy, values: Row, items: Sequence[Row], *, by: Actor, scope: Scope
) -> Policy:
    gate.require(scope, CHANGE, row)
    with act(f"subsidies.{word}_policy", by=by) as this:
        _set(row, values, columns=OWN)
        row.number = versioned.next_number(row)
        row.full_clean()
        row.save(force_insert=True)
        write_items(row, items)
        this.obj, this.to_state = row, row.state
        this.changes = {"code": row.code, "number": row.number}
    return row


def change_policy(
    *, policy: Policy, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """Change a draft's own columns (not its code), or `common`: what holds for all its items.

    ValidationError by column; of `common` by place, as `common.conditions.2.value`.
    """
    columns = tuple(name for name in OWN if name != "code")
    with _changing("change_policy", policy, by, scope, seen_version) as (now, _this):
        _set(now, values, columns=columns)
        now.full_clean()
        if COMMON in values:
            for number, item in enumerate(now.items.all(), start=1):
                try:
                    read_item(item, now.common)
                except ValidationError as error:
                    raise ValidationError(_common_first(error, f"items.{number}")) from error
    return now


def add_item(
    *, policy: Policy, values: Row, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """An item more, at the end: columns of `subsidies.parts.ITEM`, and `rule`."""
    with _changing("add_policy_item", policy, by, scope, seen_version) as (now, _this):
        rows = [*standing_items(now), values]
        write_items(now, rows)
    return now


def replace_item(
    *,
    policy: Policy,
    key: str,
    values: Row,
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Policy:
    """Change columns of an item of a draft (not its key); of `rule` the parts that are given.

    ValidationError by column; of the rule by place, as `rule.steps.2.value` (rows from 1).
    """
    with _changing("change_policy_item", policy, by, scope, seen_version) as (now, _this):
        rows = standing_items(now)
        found = next((row for row in rows if row["key"] == key), None)
        if found is None:
            raise ValidationError(_("没有支持事项“%(key)s”") % {"key": key})
        if values.get("key", key) != key:
            raise ValidationError({"key": [_("不能修改")]})
        rule = values.get(RULE, {})
        if not isinstance(rule, Mapping):
            raise ValidationError({RULE: [_("应为一组“名称：值”")]})
        found.update({**values, RULE: {**found[RULE], **rule}})
        write_items(now, rows, only=key)
    return now


def arrange_items(
    *,
    policy: Policy,
    rows: Sequence[Row],
    by: Actor,
    scope: Scope,
    seen_version: int | None = None,
) -> Policy:
    """These items in this order: one of a standing key keeps what its row does not tell.

    ValidationError by place, as `items.3.name` (rows from 1).
    """
    with _changing("arrange_policy_items", policy, by, scope, seen_version) as (now, _this):
        standing = {row["key"]: row for row in standing_items(now)}
        write_items(now, [{**standing.get(row.get("key", ""), {}), **row} for row in rows])
    return now


def copy_policy(*, policy: Policy, by: Actor, scope: Scope) -> Policy:
    """A draft with all that this version has, the next number of its code."""
    gate.require(scope, CHANGE, policy)
    told: dict[str, Any] = {"by": by, "scope": scope, "is_sample": policy.is_sample}
    return begin_policy(content_of(policy), district=policy.district, word="copy", **told)


def publish_policy(
    *, policy: Policy, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """Freeze a draft and put it in the place of the published version of its code.

    ValidationError with what is lacking.
    """
    now: Policy = versioned.publish(
        POLICY, policy, lacking=lacking, by=by, scope=scope, seen_version=seen_version
    )
    return now


def close_policy(
    *, policy: Policy, comment: str, by: Actor, scope: Scope, seen_version: int | None = None
) -> Policy:
    """停用: no new round under it; those under way keep it."""
    now: Policy = versioned.close(
        POLICY, policy, comment=comment, by=by, scope=scope, seen_version=seen_version
    )
    return now


def lacking(policy: Policy) -> list[str]:
    """Why it cannot be published yet, one sentence each; empty = ready."""
    found = []
    items = list(policy.items.all())
    if not items:
        found.append(_("还没有支持事项"))
    if policy.fund_id is None and not policy.is_reference:
        found.append(_("还没有指定专项资金"))
    for item in items:
        found += [f"“{item.name}”：{text}" for text in _lacking_in(item, policy)]
    return found


def _lacking_in(item: PolicyItem, policy: Policy) -> list[str]:
    try:
        rule = read_rule(item.rule, policy.common)
    except ValidationError as error:
        return error.messages
    if not rule.steps:
        return [_("还没有计算步骤")]
    found = []
    if not policy.is_reference and (open_ones := undetermined(rule)):
        found.append(_("标准待定：%(labels)s") % {"labels": "、".join(open_ones)})
    if not rule.examples:
        found.append(_("还没有算例，请至少手算一个"))
    for one in try_examples(rule):
        if not one.passed:
            told = {"name": one.example.name, "reason": one.reason}
            found.append(_("算例“%(name)s”不符：%(reason)s") % told)
    return found


@contextmanager
def _changing(
    word: str, row: Policy, by: Actor, scope: Scope, seen_version: int | None
) -> Iterator[tuple[Policy, Act]]:
    """A draft locked for changing; what was changed goes into the act."""
    with versioned.changing(
        f"subsidies.{word}", row, action=CHANGE, by=by, scope=scope, seen_version=seen_version
    ) as (now, this):
        before = content_of(now)
        yield now, this
        differences = compare(before, content_of(now))
        this.changes = {one.place: [one.before, one.after] for one in differences}


# --- own columns -------------------------------------------------------------------------------


def _set(row: Policy, values: Row, *, columns: Sequence[str]) -> None:
    wrong: dict[str, Any] = {}
    for name, value in values.items():
        try:
            if name == COMMON:
                row.common = clean_common(value)
            elif name not in columns:
                wrong[name] = [_("不能修改")]
            else:
                setattr(row, name, _clean(row, name, value))
        except ValidationError as error:
            wrong |= by_place(error, name)
    if not wrong and row.valid_to and row.valid_from and row.valid_to <= row.valid_from:
        wrong["valid_to"] = [_("应晚于起始日期")]
    if wrong:
        raise ValidationError(wrong)


def _clean(row: Policy, name: str, value: Any) -> Any:
    if name == "fund":
        return _fund(row.district, value)
    if name == "clause":
        return clause_named(value)
    column: Any = Policy._meta.get_field(name)
    if isinstance(column, models.CharField | models.TextField):
        return column.clean("" if value is None else str(value).strip(), None)
    if value in (None, ""):
        if column.null:
            return None
        raise ValidationError(_("必填"))
    return column.clean(value, None)


def _fund(district: District, value: Any) -> Fund | None:
    if isinstance(value, Fund):
        if value.district_id != district.pk:
            raise ValidationError(_("不是本区的专项资金"))
        return value
    if not value:
        return None
    if found := Fund.objects.filter(district=district, code=value).first():
        return found
    raise ValidationError(_("没有专项资金“%(code)s”") % {"code": value})


def _common_first(error: ValidationError, head: str) -> dict[str, list[str]]:
    """Faults of what is common where they are; else those of the item, under its head."""
    told = error.message_dict
    common = {place: one for place, one in told.items() if place.startswith(f"{COMMON}.")}
    return common or by_place(error, head)
