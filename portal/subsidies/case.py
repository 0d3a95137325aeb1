"""What the page of a case shows: its computation as on paper, conditions, facts, credit, budget."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import policy
from core.attachments import attachments_of_rows
from core.models import Clause
from core.scope import Scope
from subsidies.earlier import earlier_of
from subsidies.models import Application, BudgetLine, Check, Instalment, Round
from subsidies.rules.facts import show_fact
from subsidies.rules.shapes import Input, read_rule
from subsidies.rules.splitting import split
from subsidies.rules.words import money
from subsidies.services.assessing import Assessment

State = Application.State
STATUS = {
    State.DRAFT: "none",
    State.SUBMITTED: "warn",
    State.SUPPLEMENT: "warn",
    State.ACCEPTED: "warn",
    State.REVIEWED: "good",
    State.PROPOSED: "good",
    State.APPROVED: "good",
    State.PAYING: "good",
    State.DONE: "good",
    State.NOT_ACCEPTED: "bad",
    State.REFUSED: "bad",
    State.WITHDRAWN: "none",
    State.CANCELLED: "bad",
}
# State of a condition → status component's, and what is said.
VERDICTS = {
    "met": ("good", gettext_lazy("符合")),
    "unmet": ("bad", gettext_lazy("不符合")),
    "unknown": ("unknown", gettext_lazy("情况不明")),
}
OUTCOMES = {
    Check.Outcome.PASSED: "good",
    Check.Outcome.REMARKS: "warn",
    Check.Outcome.FAILED: "bad",
}
PAID = {
    Instalment.State.PLANNED: "none",
    Instalment.State.RESERVED: "warn",
    Instalment.State.LISTED: "warn",
    Instalment.State.PAID: "good",
    Instalment.State.CANCELLED: "none",
}


# --- The computation ------------------------------------------------------------------------------
def paper(row: Application, told: Assessment, scope: Scope) -> dict[str, Any]:
    """Line by line: {lines, caps, amount, missing, lowered, final, policy, before, sha256}."""
    kept = told.computation
    links = clause_links(row, [*kept.get("lines", []), *kept.get("caps", []), *told.eligibility])
    final = row.amount if row.amount is not None else told.computed
    return {
        "lines": [_line(one, links) for one in kept.get("lines", [])],
        "caps": [_line(one, links) for one in kept.get("caps", [])],
        "amount": told.computed,
        "missing": kept.get("missing", []),
        "lowered": None
        if row.amount is None or told.computed in (None, row.amount)
        else told.computed - row.amount,
        "final": final,
        "policy": kept.get("policy", {}),
        # Other streets' applications are not the street's to read.
        "before": _before(kept.get("before", [])) if scope.all_streets else [],
        "sha256": kept.get("sha256", ""),
    }


def conditions(row: Application, told: Assessment) -> list[dict[str, Any]]:
    """Each with status, word, reason and clause."""
    links = clause_links(row, told.eligibility)
    found = []
    for one in told.eligibility:
        status, word = VERDICTS.get(one["state"], VERDICTS["unknown"])
        found.append(
            {**one, "status": status, "word": word, "url": links.get(one.get("clause", ""))}
        )
    return found


def clause_links(row: Application, lines: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Text of a clause → its page, where it is a clause of the library; one query."""
    texts = {str(one.get("clause") or "") for one in lines} - {""}
    if not texts:
        return {}
    base = row.round.policy.clause
    named = Clause.objects.annotate(named=Concat("document__short_name", Value(" "), "ref"))
    found = named.filter(
        Q(named__in=texts) | Q(ref__in=texts, document=base.document_id if base else None)
    )
    links: dict[str, str] = {}
    for clause in found:
        url = reverse("portal:clause", args=[clause.pk])
        links |= {text: url for text in (clause.ref, clause.named) if text in texts}
    return links


def _line(one: Mapping[str, Any], links: Mapping[str, str]) -> dict[str, Any]:
    amount = one.get("amount")
    return {
        **one,
        "amount": "—" if amount is None else money(Decimal(amount)),
        "url": links.get(one.get("clause", "")),
    }


def _before(kept: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "amount": None if one["amount"] is None else Decimal(one["amount"]),
            "word": _("已列入支持") if one["is_held"] else _("本批次在先"),
        }
        for one in kept
    ]


# --- The case -------------------------------------------------------------------------------------
def facts(row: Application, told: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Declared beside what review found. `told`: what was typed for it, where it was refused."""
    return [_fact(one, row, told) for one in rule_inputs(row)]


def _fact(one: Input, row: Application, told: Mapping[str, Any] | None) -> dict[str, Any]:
    declared, checked = row.facts.get(one.key), row.checked.get(one.key)
    return {
        "key": one.key,
        "label": one.label,
        "unit": one.unit,
        "kind": one.kind,
        "options": one.options,
        "declared": show_fact(one, declared),
        "checked": None if checked is None else show_fact(one, checked),
        "value": (checked or "") if told is None else told.get(f"fact-{one.key}", ""),
    }


def rule_inputs(row: Application) -> tuple[Input, ...]:
    """What the rule of its item asks for."""
    return read_rule(row.item.rule, row.round.policy.common).inputs


def known_of(row: Application, scope: Scope) -> dict[str, Any]:
    """Credit, and earlier support of the same enterprise or outlet that the caller may see."""
    earlier = earlier_of([row])
    supports = earlier.of_case(row)
    if not scope.all_streets:
        own = Application.objects.visible_to(scope).filter(pk__in=[one.pk for one in supports])
        seen = set(own.values_list("pk", flat=True))
        supports = [one for one in supports if one.pk in seen]
    return {
        "credit": earlier.credit_of(row),
        "blacklisted": earlier.blacklisted(row),
        "earlier": supports,
    }


def checks(row: Application) -> list[dict[str, Any]]:
    """第三方审计、联审 … with their files, oldest first."""
    rows = list(row.checks.order_by("on", "created_at", "id"))
    files = attachments_of_rows(rows)
    return [
        {"row": one, "status": OUTCOMES[Check.Outcome(one.outcome)], "files": files[one.pk]}
        for one in rows
    ]


def instalments(row: Application) -> list[dict[str, Any]]:
    """Of the last attempt, with what was paid."""
    rows = row.instalments.filter(attempt=row.attempt).select_related("payment", "payment_list")
    return [
        {
            "row": one,
            "status": PAID[Instalment.State(one.state)],
            "payment": getattr(one, "payment", None),
        }
        for one in rows.order_by("number")
    ]


# --- The budget -----------------------------------------------------------------------------------
def budget(row: Application, told: Assessment, scope: Scope) -> dict[str, Any] | None:
    """The line of the fund and year, and what this application would take of it; None = hidden."""
    if not policy.may(scope, "subsidies.budgets"):
        return None
    round_ = row.round
    fund = round_.policy.fund
    line = BudgetLine.objects.filter(fund=fund, year=round_.year).first() if fund else None
    wanted = _wanted(row, told)
    takes = wanted.get(round_.year)
    later = sorted((year, amount) for year, amount in wanted.items() if year > round_.year)
    found: dict[str, Any] = {"fund": fund, "year": round_.year, "line": line, "later": later}
    if line is None:
        return found | {"takes": takes}
    parts = [("paid", line.paid), ("reserved", line.reserved), ("takes", takes or Decimal(0))]
    return found | {
        "takes": takes,
        "left": None if takes is None else line.free - takes,
        "short": None if takes is None else takes - line.free,
        "bars": _bars(parts, max(line.granted, Decimal(1))),
    }


def _wanted(row: Application, told: Assessment) -> dict[int, Decimal]:
    """Yuan by year; empty once its money is held, or where nobody knows."""
    if row.state not in (State.SUBMITTED, State.ACCEPTED, State.REVIEWED):
        return {}
    amount = row.amount if row.amount is not None else told.computed
    if not amount:
        return {}
    rule = read_rule(row.item.rule, row.round.policy.common)
    found: dict[int, Decimal] = {}
    for part in split(amount, rule.instalments, row.round.year):
        found[part.year] = found.get(part.year, Decimal(0)) + part.amount
    return found


def _bars(parts: list[tuple[str, Decimal]], granted: Decimal) -> list[dict[str, Any]]:
    """Where each part begins and how wide it is, per cent of what was granted."""
    bars, at = [], Decimal(0)
    for name, amount in parts:
        width = min(amount * 100 / granted, 100 - at)
        bars.append({"name": name, "x": f"{at:.2f}", "width": f"{width:.2f}"})
        at += width
    return bars


# --- The queue ------------------------------------------------------------------------------------
def queue(scope: Scope) -> "QuerySet[Application]":
    """Accepted applications of rounds in which review goes on, by number."""
    rows: QuerySet[Application] = Application.objects.visible_to(scope).filter(
        state=State.ACCEPTED, round__state__in=[Round.State.OPEN, Round.State.REVIEW]
    )
    return rows.order_by("number", "id")


def neighbours(row: Application, scope: Scope) -> dict[str, Any]:
    """The cases before and after in the queue, and how many wait."""
    rows = queue(scope)
    before = rows.filter(Q(number__lt=row.number) | Q(number=row.number, pk__lt=row.pk))
    after = rows.filter(Q(number__gt=row.number) | Q(number=row.number, pk__gt=row.pk))
    return {"previous": before.last(), "next": after.first(), "count": rows.count()}


def waits_for(row: Application) -> str:
    """Whose turn it is, in words."""
    words = {
        State.DRAFT: _("尚未提交。"),
        State.SUBMITTED: _("待受理。"),
        State.SUPPLEMENT: _("待申报单位补正。"),
        State.ACCEPTED: _("待审核；申报经手人不能审核。"),
        State.REVIEWED: _("已审核，待列入拟支持名单。"),
        State.PROPOSED: _("已列入拟支持名单，资金已安排，待公示和审定。"),
        State.APPROVED: _("已审定，待拨付。"),
        State.PAYING: _("分期拨付中。"),
    }
    return words.get(State(row.state), "")
