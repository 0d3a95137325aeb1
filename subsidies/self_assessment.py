"""绩效自评: targets and results of a year's support, each with where its figure comes from.

No target is invented: what the budget's own papers set is filled in by the office (待填).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.scope import Scope
from core.word import OfficialDocument
from subsidies.effects import Line, Total, by_policy, by_street, grouped, supported_lines, total_of
from subsidies.models import BudgetLine
from subsidies.plans import totals
from territory.models import District

NOTHING = "—"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """预算指标 of the year, over the funds that are asked for; `share` = 已拨付 ÷ 预算指标."""

    granted: Decimal
    reserved: Decimal
    paid: Decimal
    free: Decimal
    lines: int
    is_sample: bool

    @property
    def share(self) -> Decimal | None:
        """预算执行率; None where nothing was granted."""
        return self.paid / self.granted if self.granted else None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One indicator: what it belongs to, its name, the result as shown, where it comes from."""

    group: str
    name: str
    result: str
    source: str
    # Filled in by the office.
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class SelfAssessment:
    """Everything the form says."""

    district: District
    year: int
    policy: str
    budget: Budget
    total: Total
    policies: list[Total]
    streets: list[Total]
    rows: list[Row]
    releases: str
    is_sample: bool


def self_assessment(
    district: District, scope: Scope, year: int, policy: str = ""
) -> SelfAssessment:
    """The form for the rounds of a year; six queries."""
    lines = supported_lines(district, scope, year=year, policy=policy)
    budget = budget_of(district, scope, year, policy)
    total = total_of(lines)
    names = [line.application.round.policy.name for line in lines] if policy else []
    return SelfAssessment(
        district=district,
        year=year,
        policy=names[-1] if names else policy,
        budget=budget,
        total=total,
        policies=grouped(lines, by_policy),
        streets=grouped(lines, by_street),
        rows=_rows(budget, total, year),
        releases=releases_text(lines),
        is_sample=budget.is_sample or any(line.application.is_sample for line in lines),
    )


def budget_of(district: District, scope: Scope, year: int, policy: str = "") -> Budget:
    """The year's budget; of a policy that of the fund it is paid from. Two queries."""
    rows = BudgetLine.objects.visible_to(scope).filter(district=district, year=year)
    if policy:
        rows = rows.filter(fund__policy__code=policy).distinct()
        rows = BudgetLine.objects.filter(pk__in=rows.values("pk"))
    samples = list(rows.values_list("is_sample", flat=True))
    return Budget(**totals(rows), lines=len(samples), is_sample=any(samples))


def releases_text(lines: Sequence[Line]) -> str:
    """Which 定稿 the effects were measured at."""
    days = sorted({line.effect.after.cutoff for line in lines if line.effect is not None})
    if not days:
        return _("尚无扶持后定稿")
    return _("扶持后定稿，统计截止日 %(days)s") % {"days": "、".join(map(str, days))}


def _rows(budget: Budget, total: Total, year: int) -> list[Row]:
    output, benefit = _("产出指标"), _("效益指标")
    ledger = _("%(year)d年预算指标台账") % {"year": year}
    cases = _("%(year)d年度资金批次中已审定、拨付中、已办结的申报") % {"year": year}
    measured = _("定稿前后台账和步行可达测算；小区不重复计")
    told = [
        (_("投入和执行"), _("预算指标"), money(budget.granted if budget.lines else None), ledger),
        (_("投入和执行"), _("已拨付"), money(budget.paid if budget.lines else None), ledger),
        (
            _("投入和执行"),
            _("预算执行率"),
            percent(budget.share),
            _("已拨付 ÷ 预算指标"),
        ),
        (output, _("支持项目数"), _("%(n)d 项") % {"n": total.supports}, cases),
        (output, _("支持企业数"), _("%(n)d 家") % {"n": total.enterprises}, cases),
        (output, _("支持网点数"), _("%(n)d 个") % {"n": total.outlets}, cases),
        (output, _("其中已开业网点"), _opened(total), _("定稿台账的营业状态")),
        (output, _("补齐生活圈业态"), _filled(total), _("扶持前生活圈经核实没有该业态")),
        (output, _("单位成本"), cost(total), _("已拨付 ÷ 新增可达居民（可测算部分）")),
        (benefit, _("新增可达居民"), people(total), measured),
        (benefit, _("新增可达小区"), _compounds(total), measured),
        (_("满意度指标"), _("服务对象满意度"), _("待填"), _("由业务科室按调查结果填写")),
    ]
    return [
        Row(group=group, name=name, result=result, source=source)
        for group, name, result, source in told
    ]


# --- Words ----------------------------------------------------------------------------------------
def money(amount: Decimal | None) -> str:
    """Yuan as 万元, no fen rounded away."""
    if amount is None:
        return NOTHING
    text = f"{amount / 10_000:,.6f}".rstrip("0").rstrip(".")
    return _("%(n)s 万元") % {"n": text}


def percent(share: Decimal | None) -> str:
    """A share with one decimal."""
    return NOTHING if share is None else f"{share * 100:.1f}%"


def people(total: Total) -> str:
    """Residents newly reached, or that it cannot be told."""
    if total.residents is None:
        return NOTHING
    return _("%(n)s 人") % {"n": f"{total.residents:,}"}


def cost(total: Total) -> str:
    """Yuan for each resident newly reached, or why not."""
    if total.cost is None:
        return f"{NOTHING}（{total.why}）"
    return _("%(n)s 元/人") % {"n": f"{total.cost:,.2f}"}


def unknown_text(total: Total) -> str:
    """What cannot be told, and why; "" when all can."""
    if not total.unknown:
        return ""
    why = "；".join(
        _("%(why)s %(n)d 项") % {"why": why, "n": n} for why, n in total.reasons.items()
    )
    return _("另有 %(n)d 项无法测算新增可达居民（%(why)s），已拨付 %(paid)s，未计入单位成本。") % {
        "n": total.unknown,
        "why": why,
        "paid": money(total.paid_unknown),
    }


def _opened(total: Total) -> str:
    return _("%(n)d 个") % {"n": total.opened}


def _filled(total: Total) -> str:
    return _("%(n)d 个") % {"n": total.filled}


def _compounds(total: Total) -> str:
    return NOTHING if total.residents is None else _("%(n)d 个") % {"n": total.compounds}


# --- Word -----------------------------------------------------------------------------------------
def self_assessment_document(told: SelfAssessment) -> OfficialDocument:
    """绩效自评表 as a document; what the office fills in stands as 待填."""
    document = OfficialDocument()
    named = {"district": told.district.name, "year": told.year}
    document.title(_("%(district)s便民生活圈扶持资金\n%(year)d年度绩效自评表") % named)
    document.subtitle(told.policy or _("（全部扶持政策）"))
    document.heading(_("一、资金安排和使用"))
    budget = told.budget
    document.table(
        [_("预算指标"), _("已安排未拨付"), _("已拨付"), _("可用余额"), _("预算执行率")],
        [
            [
                money(budget.granted),
                money(budget.reserved),
                money(budget.paid),
                money(budget.free),
                percent(budget.share),
            ]
        ]
        if budget.lines
        else [[NOTHING] * 5],
    )
    document.note(_("来源：%(year)d年预算指标台账；预算执行率＝已拨付÷预算指标。") % named)
    document.heading(_("二、绩效指标完成情况"))
    document.table(
        [_("类别"), _("指标"), _("年度目标值"), _("实际完成值"), _("数据来源")],
        [
            [row.group, row.name, row.target or _("待填"), row.result, row.source]
            for row in told.rows
        ],
        widths=(1.1, 1.5, 1.1, 1.6, 2.6),
    )
    document.note(_("年度目标值按预算批复的绩效目标由业务科室填写，平台不代填。"))
    document.note(
        _(
            "新增可达居民：扶持前定稿时步行时限内没有该业态网点、扶持后受支持网点在时限内的小区居民；%(releases)s。"
        )
        % {"releases": told.releases}
    )
    if text := unknown_text(told.total):
        document.note(text)
    for heading, name, groups in (
        (_("三、分政策情况"), _("扶持政策"), told.policies),
        (_("四、分街道（镇）情况"), _("街道（镇）"), told.streets),
    ):
        document.heading(heading)
        document.table(
            [name, _("支持网点"), _("已拨付"), _("新增可达居民"), _("单位成本"), _("无法测算")],
            [_group(one) for one in groups] or [[_("没有已审定的申报"), *[NOTHING] * 5]],
            widths=(2.4, 1, 1.4, 1.4, 1.8, 1),
        )
        document.note(_("来源：资金批次、拨付记录（扣除已追回）和扶持成效测算。"))
    document.heading(_("五、存在问题和改进措施"))
    document.paragraph(_("（由业务科室填写）"))
    if told.is_sample:
        document.sample_mark()
    return document


def _group(total: Total) -> list[Any]:
    return [
        total.label,
        total.outlets,
        money(total.paid),
        people(total),
        cost(total),
        total.unknown or NOTHING,
    ]
