"""审核表 (Word): what a decision on an application rests on, with room for the signatures."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.word import OfficialDocument
from subsidies.models import Application
from subsidies.rules.facts import show_fact
from subsidies.rules.words import money
from subsidies.services.assessing import Assessment, inputs_of, is_frozen

NOTHING = "—"
STATES = {
    "met": gettext_lazy("符合"),
    "unmet": gettext_lazy("不符合"),
    "unknown": gettext_lazy("情况不明"),
}


def review_form(row: Application, told: Assessment) -> OfficialDocument:
    """扶持资金申报审核表: of a decided application as it was kept, else as the tables stand."""
    document = OfficialDocument()
    numbers = iter("一二三四五六")

    def heading(text: str) -> None:
        document.heading(f"{next(numbers)}、{text}")

    document.title(_("扶持资金申报审核表"))
    document.subtitle(f"（{row.round}）")
    if not is_frozen(row):
        document.note(_("尚未审核，以下为按当前数据的测算，供审核参考。"))
    if not row.round.policy.is_official:
        document.note(_("扶持政策待区商务委确认。"))
    heading(_("申报情况"))
    document.table([_("项目"), _("内容")], _case(row), widths=(2, 5))
    if facts := _facts(row):
        heading(_("申报数据与审定数据"))
        document.table([_("项目"), _("申报"), _("审定")], facts, widths=(3, 2, 2))
    heading(_("条件核验"))
    _table_or_none(
        document,
        [_("条件"), _("情况"), _("依据"), _("结果")],
        [
            (one["label"], one["text"], one.get("clause") or NOTHING, STATES[one["state"]])
            for one in told.eligibility
        ],
        (2, 3.4, 1.3, 1.3),
        _("本事项没有可自动核验的条件。"),
    )
    heading(_("计算过程"))
    _table_or_none(
        document,
        [_("步骤"), _("计算"), _("依据"), _("结果")],
        [_line(one) for one in _lines(told.computation)],
        (1.7, 3.6, 1.3, 1.5),
        _("没有测算步骤。"),
    )
    for text in _outcome(row, told):
        document.paragraph(text)
    if digest := told.computation.get("sha256"):
        document.note(_("计算过程的摘要（SHA-256）：%(digest)s") % {"digest": digest})
    heading(_("审计、核查与联审"))
    _table_or_none(
        document,
        [_("类别"), _("单位"), _("日期"), _("结论"), _("意见")],
        [
            (
                one.get_kind_display(),
                one.unit,
                one.on,
                one.get_outcome_display(),
                one.note or NOTHING,
            )
            for one in row.checks.order_by("on", "created_at", "id")
        ],
        (1.4, 2, 1.4, 1.1, 2.2),
        _("没有登记。"),
    )
    heading(_("审核意见"))
    document.paragraph(row.decision_note or NOTHING)
    document.table(
        [_("环节"), _("意见"), _("签字"), _("日期")],
        [
            (_("经办人"), "", "", ""),
            (_("科室负责人"), "", "", ""),
            (_("分管领导"), "", "", ""),
        ],
        widths=(1.6, 3.4, 1.6, 1.6),
    )
    if row.is_sample:
        document.sample_mark()
    return document


def _case(row: Application) -> list[tuple[Any, Any]]:
    policy, item = row.round.policy, row.item
    return [
        (_("受理编号"), row.number or NOTHING),
        (_("项目名称"), row.title),
        (_("申报企业"), row.enterprise.name),
        (_("统一社会信用代码"), row.enterprise.credit_code or NOTHING),
        (_("网点"), row.outlet or NOTHING),
        (_("街道（镇）"), row.street or NOTHING),
        (_("支持事项"), f"{item.ref} {item.name}（{item.get_form_display()}）".strip()),
        (
            _("扶持政策"),
            _("%(name)s 第%(n)d版") % {"name": policy.name, "n": policy.number},
        ),
        (_("文号"), policy.document_number or NOTHING),
        (_("状态"), row.get_state_display()),
    ]


def _facts(row: Application) -> list[tuple[Any, ...]]:
    return [
        (
            one.label,
            show_fact(one, row.facts.get(one.key)),
            show_fact(one, row.checked.get(one.key, row.facts.get(one.key))),
        )
        for one in inputs_of(row)
    ]


def _lines(computation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*computation.get("lines", []), *computation.get("caps", [])]


def _line(one: Mapping[str, Any]) -> tuple[Any, ...]:
    amount = one["amount"]
    return (
        one["label"],
        one["text"],
        one.get("clause") or NOTHING,
        NOTHING if amount is None else money(Decimal(amount)),
    )


def _outcome(row: Application, told: Assessment) -> list[str]:
    if told.computed is None:
        missing = "；".join(told.computation.get("missing", [])) or NOTHING
        return [_("测算金额：情况不明（%(missing)s）。") % {"missing": missing}]
    lines = [_("测算金额：%(amount)s 元。") % {"amount": f"{told.computed:,.2f}"}]
    if row.amount is not None:
        if row.amount != told.computed:
            words = {"less": f"{told.computed - row.amount:,.2f}", "why": row.lowered_reason}
            lines.append(_("核减：%(less)s 元，理由：%(why)s。") % words)
        lines.append(_("支持金额：%(amount)s 元。") % {"amount": f"{row.amount:,.2f}"})
    return lines


def _table_or_none(
    document: OfficialDocument, head: list[Any], rows: list[Any], widths: Any, none: str
) -> None:
    if rows:
        document.table(head, rows, widths=widths)
    else:
        document.paragraph(none)
