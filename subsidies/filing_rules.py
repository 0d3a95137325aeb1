"""When an application may be filed, what it still lacks, which number it gets."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import normalise, strip_unseen
from subsidies.accounts import Account, faults_in
from subsidies.models import Application, Evidence, PolicyItem, Round
from subsidies.rules.facts import clean_facts
from subsidies.rules.shapes import EvidenceLine, Input, Rule, read_rule

State = Application.State
# Files may be added and words changed while the enterprise has it in its hands.
WITH_APPLICANT = (State.DRAFT, State.SUPPLEMENT)
# Column → what it is called; each must be filled in when it is filed.
NEEDED = {
    "title": gettext_lazy("项目名称"),
    "contact": gettext_lazy("联系人"),
    "phone": gettext_lazy("联系电话"),
}
ACCOUNT = {
    "account_name": gettext_lazy("户名"),
    "bank": gettext_lazy("开户行"),
    "account_number": gettext_lazy("账号"),
}
COLUMNS = {"summary": gettext_lazy("项目简介"), **NEEDED, **ACCOUNT}
# How long each may be.
MOST: dict[str, int | None] = {
    "title": 120,
    "contact": 40,
    "phone": 40,
    "account_name": 120,
    "bank": 120,
    "summary": 5000,
}
_BETWEEN = re.compile(r"[\s\-]+")
_PHONE = re.compile(r"[0-9+\-() 转,]{5,40}")


@dataclass(frozen=True)
class Lack:
    """One thing that is missing. place: a column, `facts.<key>` or `evidence.<key>`."""

    place: str
    text: str


# --- Rounds ---------------------------------------------------------------------------------------
def items_of(round_: Round) -> list[PolicyItem]:
    """The items that the round calls for, in the policy's order."""
    items = round_.policy.items.order_by("sort", "id")
    return list(items.filter(key__in=round_.item_keys) if round_.item_keys else items)


def rule_of(item: PolicyItem) -> Rule:
    """The item's rule with what is common to its policy."""
    return read_rule(item.rule, item.policy.common)


def open_rounds(rounds: Any, on: dt.date) -> Any:
    """Of `rounds` those in which new applications can be filed on that day."""
    return rounds.filter(state=Round.State.OPEN, opens_on__lte=on, closes_on__gte=on)


def require_open(round_: Round, on: dt.date) -> None:
    """ValidationError (`round`) unless new applications can be filed on that day."""
    told = {"round": round_, "from": round_.opens_on, "to": round_.closes_on}
    if round_.state != Round.State.OPEN:
        told["state"] = round_.get_state_display()
        raise ValidationError(
            {"round": _("“%(round)s”%(state)s，不在申报期内，不能申报。") % told}, code="closed"
        )
    if not round_.opens_on <= on <= round_.closes_on:
        raise ValidationError(
            {"round": _("“%(round)s”的申报时间为 %(from)s 至 %(to)s，今天不能申报。") % told},
            code="closed",
        )


def require_item(round_: Round, item: PolicyItem) -> None:
    """ValidationError (`item`) unless the round calls for the item."""
    called = item.policy_id == round_.policy_id
    if not called or (round_.item_keys and item.key not in round_.item_keys):
        told = {"item": item, "round": round_}
        raise ValidationError({"item": _("“%(round)s”不受理“%(item)s”的申报。") % told})


def require_supplement(row: Application, on: dt.date) -> None:
    """ValidationError when the days for completing it are over."""
    if row.supplement_due and on > row.supplement_due:
        raise ValidationError(
            _("补正期限（%(due)s）已过，不能再补正。") % {"due": row.supplement_due}, code="overdue"
        )


def require_with_applicant(row: Application) -> None:
    """ValidationError once it has been filed; while it is to be completed, until its due day."""
    if row.state not in WITH_APPLICANT:
        told = {"row": row, "state": row.get_state_display()}
        raise ValidationError(
            _("“%(row)s”现为“%(state)s”，不能再修改；需要更正的，请先撤回后重新申报。") % told,
            code="state",
        )
    if row.state == State.SUPPLEMENT:
        require_supplement(row, timezone.localdate())


# --- What is told ---------------------------------------------------------------------------------
def clean_told(rule: Rule, facts: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they are stored, of what was told; drafts may be incomplete.

    ValidationError with every fault at its place. `facts` are those there are already; an empty
    answer takes one away.
    """
    cleaned = {name: _plain(name, told[name]) for name in COLUMNS if name in told}
    wrong: dict[str, Any] = {
        name: fault for name, value in cleaned.items() if (fault := _fault_of(name, value))
    }
    if "facts" in told:
        known = {one.key for one in rule.inputs}
        for key in told["facts"].keys() - known:
            wrong[f"facts.{key}"] = _("该事项没有“%(key)s”这一项。") % {"key": key}
        kept = {key: value for key, value in {**facts, **told["facts"]}.items() if key in known}
        try:
            cleaned["facts"] = clean_facts(rule.inputs, kept, partial=True)
        except ValidationError as error:
            wrong |= at_places(error)
    if wrong:
        raise ValidationError(wrong)
    return cleaned


def _plain(name: str, value: Any) -> Any:
    """A column's text in stored form."""
    text = str(value or "")
    if name == "summary":
        return strip_unseen(text).strip()
    if name in ("phone", "account_number"):
        text = normalise(text)
        return _BETWEEN.sub("", text) if name == "account_number" else text
    # Names keep the brackets that they are registered with.
    return " ".join(strip_unseen(text).split())


def _fault_of(name: str, text: str) -> str:
    """What is wrong with a column's text, and how to mend it; "" = nothing."""
    most = MOST.get(name)
    if most and len(text) > most:
        told = {"field": COLUMNS[name], "most": most, "is": len(text)}
        return _("%(field)s最多 %(most)d 字，现为 %(is)d 字。") % told
    if name == "account_number" and text:
        if not (text.isascii() and text.isdecimal()):
            return _("账号只能是数字（可带空格），请对照开户许可证或基本账户信息填写。")
        if not 5 <= len(text) <= 32:
            return _("账号有 %(n)d 位，应为 5 至 32 位，请核对。") % {"n": len(text)}
    if name == "phone" and text and not _PHONE.fullmatch(text):
        return _("联系电话只能含数字和 + - ( ) 转，如 13800000000 或 021-52560000 转 123。")
    return ""


def at_places(error: ValidationError) -> dict[str, Any]:
    """What is wrong with facts, by place."""
    return {f"facts.{key}": messages for key, messages in error.message_dict.items()}


def facts_lacking(inputs: Iterable[Input], facts: Mapping[str, str]) -> list[Lack]:
    """What `clean_facts` says of facts that are to be whole."""
    try:
        clean_facts(inputs, facts)
    except ValidationError as error:
        return [
            Lack(f"facts.{key}", text)
            for key, messages in error.message_dict.items()
            for text in messages
        ]
    return []


def lacking_in(row: Application, lines: Iterable[Evidence]) -> list[Lack]:
    """Everything that stands in the way of filing, each named, in the order of the form."""
    lacks = [
        Lack(name, _("请填写%(field)s。") % {"field": label})
        for name, label in NEEDED.items()
        if not getattr(row, name)
    ]
    lacks += facts_lacking(rule_of(row.item).inputs, row.facts)
    for line in lines:
        told = {"line": line.label, "note": line.note}
        if line.state == Evidence.State.LACKING:
            text = _("材料“%(line)s”须补正，请重新上传：%(note)s") % told
            lacks.append(Lack(f"evidence.{line.key}", text))
        elif line.required and line.state == Evidence.State.MISSING:
            lacks.append(Lack(f"evidence.{line.key}", _("请上传材料“%(line)s”。") % told))
    empty = [name for name in ACCOUNT if not getattr(row, name)]
    lacks += [Lack(name, _("请填写%(field)s。") % {"field": ACCOUNT[name]}) for name in empty]
    if not empty:
        account = Account(row.account_name, row.bank, row.account_number)
        faults = faults_in(account, row.enterprise.name)
        lacks += [Lack("account_name", f"{fault}。") for fault in faults]
    return lacks


def refusal_of(lacks: Iterable[Lack]) -> ValidationError:
    """All of them at once, by place."""
    told: dict[str, Any] = {}
    for lack in lacks:
        told.setdefault(lack.place, []).append(lack.text)
    return ValidationError(told)


def evidence_of(rule: Rule) -> list[EvidenceLine]:
    """The checklist of an item with its policy's, each paper once."""
    lines: dict[str, EvidenceLine] = {}
    for line in rule.evidence:
        lines.setdefault(line.key, line)
    return list(lines.values())


# --- Numbers --------------------------------------------------------------------------------------
def next_number(round_: Round) -> str:
    """`{year}-{serial of the round in the year}-{4 digits}`; the round is locked by the caller."""
    given = Application.objects.filter(round=round_).exclude(number="")
    last = given.order_by(Length("number").desc(), "-number").values_list("number", flat=True)
    before: str | None = last.first()
    if before:
        head, _dash, serial = before.rpartition("-")
        return f"{head}-{int(serial) + 1:04d}"
    earlier = Round.objects.filter(district=round_.district_id, year=round_.year)
    place = earlier.filter(created_at__lt=round_.created_at).count() + 1
    return f"{round_.year}-{place:02d}-0001"
