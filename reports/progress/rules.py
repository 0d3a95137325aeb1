"""What stands in the way of sending a report, and what the office should look at once more."""

import datetime as dt
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.text import count_words_cn
from reports.models import ProgressReport, ReportAnswer, ReportItem, ReportRule
from reports.progress.answers import is_changed
from reports.progress.values import plain

BLOCK, WARN = ReportRule.Severity.BLOCK, ReportRule.Severity.WARN
Numbers = Mapping[str, Decimal | None]
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ReportRule.Operator.AT_MOST: operator.le,
    ReportRule.Operator.AT_LEAST: operator.ge,
    ReportRule.Operator.EQUAL: operator.eq,
}


@dataclass(frozen=True)
class Problem:
    """Something wrong or odd at an item.

    key       the item's key (of a rule between several: the first of its left side)
    severity  `block` (不得报送) or `warn` (提示)
    message   names the place and the remedy
    rule      the rule's code; "" for what every form asks
    """

    key: str
    severity: str
    message: str
    rule: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the report cannot be sent as long as it stands."""
        return self.severity == BLOCK


def problems_of(report: ProgressReport) -> list[Problem]:
    """All problems of a report as it stands, in the form's order; 无变化报送 has none."""
    if report.no_change:
        return []
    form = report.period.type
    return judge(
        items=list(form.items.all()),
        rules=list(form.rules.order_by("id")),
        answers=answers_by_key(report),
        last=figures_of(previous_answers(report)),
    )


def judge(
    *,
    items: Iterable[ReportItem],
    rules: Iterable[ReportRule],
    answers: Mapping[str, ReportAnswer],
    last: Numbers,
) -> list[Problem]:
    """The same of rows in hand; `last` are last period's numbers (unknown = None or missing)."""
    items = list(items)
    by_key = {item.key: item for item in items}
    found = [one for item in items for one in _of_item(item, answers.get(item.key))]
    numbers = figures_of(answers)
    found += [one for rule in rules for one in _of_rule(rule, by_key, numbers, last)]
    place = {item.key: at for at, item in enumerate(items)}
    return sorted(found, key=lambda one: place.get(one.key, len(place)))


def answers_by_key(report: ProgressReport) -> dict[str, ReportAnswer]:
    """The report's answers."""
    return {answer.key: answer for answer in report.answers.all()}


def figures_of(answers: Mapping[str, ReportAnswer]) -> dict[str, Decimal | None]:
    """The numbers of answers; None = unknown."""
    return {key: answer.number for key, answer in answers.items()}


def previous_report(report: ProgressReport) -> ProgressReport | None:
    """The office's report of the same form for the period just before, once it was sent."""
    day_before = report.period.starts_on - dt.timedelta(days=1)
    return (
        ProgressReport.objects.filter(
            office=report.office_id,
            period__type_code=report.period.type_code,
            period__ends_on=day_before,
            first_submitted_at__isnull=False,
        )
        .select_related("period")
        .first()
    )


def previous_answers(report: ProgressReport) -> dict[str, ReportAnswer]:
    """Last period's answers by key; none where nothing was sent, or 无变化 was."""
    previous = previous_report(report)
    if previous is None or previous.no_change:
        return {}
    return answers_by_key(previous)


def _of_item(item: ReportItem, answer: ReportAnswer | None) -> Iterator[Problem]:
    place: dict[str, Any] = {"section": item.section, "item": item.label}
    if item.required and _is_empty(item, answer):
        remedy = _("请填写。") if item.is_text else _("请填写；确实没有的填 0。")
        yield Problem(item.key, BLOCK, _("“%(section)s · %(item)s”为必填：") % place + remedy)
    if answer is None:
        return
    words = count_words_cn(answer.text) if item.is_text else 0
    if item.most_words is not None and words > item.most_words:
        told = place | {"words": words, "most": item.most_words, "over": words - item.most_words}
        message = _(
            "“%(section)s · %(item)s”现有 %(words)d 字，上限 %(most)d 字，请删减 %(over)d 字。"
        )
        yield Problem(item.key, BLOCK, message % told)
    if is_changed(answer) and not answer.reason:
        told = place | {"was": plain(answer.prefilled_number)}
        message = _("“%(section)s · %(item)s”与预填数值 %(was)s 不同，请写明修改原因。")
        yield Problem(item.key, BLOCK, message % told)


def _is_empty(item: ReportItem, answer: ReportAnswer | None) -> bool:
    if answer is None:
        return True
    return not answer.text.strip() if item.is_text else answer.number is None


def _of_rule(
    rule: ReportRule, items: Mapping[str, ReportItem], numbers: Numbers, last: Numbers
) -> Iterator[Problem]:
    """At most one problem; unknown numbers and keys that the form has not keep a rule silent."""
    left = _sum(rule.left, numbers)
    if left is None:
        return
    if rule.operator == ReportRule.Operator.JUMP:
        figures = _jump(rule, left, _sum(rule.left, last))
    else:
        figures = _comparison(rule, items, left, _sum(rule.right, numbers))
    if figures:
        message = _("%(message)s（%(left)s：%(figures)s）") % {
            "message": rule.message.rstrip("。"),
            "left": _names(rule.left, items),
            "figures": figures,
        }
        yield Problem(rule.left[0], rule.severity, message, rule.code)


def _jump(rule: ReportRule, this: Decimal, last: Decimal | None) -> str:
    """What to say of a change beyond the limit; "" when there is nothing to say."""
    if not last or rule.constant is None:
        return ""
    change = (this - last) / abs(last) * 100
    if abs(this - last) * 100 <= rule.constant * abs(last):
        return ""
    return _("本期 %(this)s，上期 %(last)s，变动 %(change)s%%，请核实，属实的在文字部分说明") % {
        "this": plain(this),
        "last": plain(last),
        "change": f"{change:+.1f}",
    }


def _comparison(
    rule: ReportRule, items: Mapping[str, ReportItem], left: Decimal, right: Decimal | None
) -> str:
    """What to say of two sides that do not hold; "" when there is nothing to say."""
    bound = right if rule.right else rule.constant
    if bound is None or _COMPARE[rule.operator](left, bound):
        return ""
    told = {"left": plain(left), "sign": rule.get_operator_display(), "bound": plain(bound)}
    if not rule.right:
        return _("现为 %(left)s，应 %(sign)s %(bound)s，请核对") % told
    told["names"] = _names(rule.right, items)
    return _("现为 %(left)s，应 %(sign)s %(names)s %(bound)s，请核对") % told


def _sum(keys: Iterable[str], numbers: Numbers) -> Decimal | None:
    """The sum of items; None when there are none or one of them is unknown."""
    known = [number for key in keys if (number := numbers.get(key)) is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(list(keys)) else None


def _names(keys: Iterable[str], items: Mapping[str, ReportItem]) -> str:
    return "＋".join(items[key].label if key in items else key for key in keys)
