"""A round's papers in Word: 申报通知, 拟支持名单公示, 拟支持名单审议表 (审定).

None of them holds contacts of applicants or account numbers.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Office
from core.word import OfficialDocument
from subsidies.filing_rules import items_of, rule_of
from subsidies.models import Application, PolicyItem, Round
from subsidies.publicity import Period
from subsidies.querysets import HELD
from subsidies.round_rules import line_of
from subsidies.rules.wording import rule_text

Case = Application.State
NUMBERS = "一二三四五六七八九十"
BLANK = "　　　　　　"


# --- 申报通知 -------------------------------------------------------------------------------------
def call_document(round_: Round) -> OfficialDocument:
    """The call: items, standards and conditions in words, papers to hand in, days, whom to ask."""
    rule, items = round_.policy, items_of(round_)
    document = OfficialDocument()
    document.title(_("关于开展%(policy)s\n%(round)s项目申报工作的通知") % _names(round_))
    if round_.notice_number:
        document.subtitle(round_.notice_number)
    document.paragraph(_("各街道（镇）、各有关单位："), indent=False)
    told = {"policy": _policy_name(round_), "round": _names(round_)["round"]}
    document.paragraph(
        _("根据%(policy)s，现组织开展%(round)s项目申报工作，有关事项通知如下：") % told
    )
    document.heading(_("一、支持事项和标准"))
    for at, item in enumerate(items, start=1):
        _write_item(document, at, item)
    document.heading(_("二、申报时间"))
    days = {"from": _day(round_.opens_on), "to": _day(round_.closes_on)}
    document.paragraph(_("自%(from)s起至%(to)s止，逾期不予受理。") % days)
    document.heading(_("三、申报材料"))
    document.table(
        [_("支持事项"), _("申报材料"), _("要求"), _("说明")], _papers(items), widths=(2, 3, 1, 2)
    )
    document.heading(_("四、办理程序"))
    document.paragraph(
        _(
            "申报材料不齐全的，一次性告知需要补正的全部内容，自告知次日起%(n)d个工作日内补正。"
            "受理后进行审核，经集体审议确定拟支持名单，公示%(m)d个工作日，无异议或异议不成立的，"
            "按程序审定后拨付。"
        )
        % {"n": round_.supplement_days, "m": round_.public_days}
    )
    at = 5
    if round_.notice_text:
        document.heading(_("五、其他要求"))
        document.paragraph(round_.notice_text)
        at = 6
    document.heading(f"{NUMBERS[at - 1]}、{_('联系方式')}")
    document.paragraph(round_.contact or BLANK)
    if not rule.is_official:
        document.note(_("支持标准待区商务委确认。"))
    document.signature(_issuer(round_), round_.opens_on)
    return _marked(document, round_)


def _write_item(document: OfficialDocument, at: int, item: PolicyItem) -> None:
    form = _("（%(form)s）") % {"form": item.get_form_display()}
    document.heading(f"（{counted(at)}）{item.name}{form}", 2)
    if item.applicants:
        document.paragraph(f"{_('支持对象')}：{item.applicants}")
    if item.text:
        document.paragraph(item.text)
    for line in rule_text(rule_of(item)):
        document.paragraph(line)


def _papers(items: Iterable[PolicyItem]) -> list[tuple[str, str, str, str]]:
    """One row for each paper of each item."""
    return [
        (
            item.name if first else "",
            line.label,
            _("必需") if line.required else _("如有"),
            line.note,
        )
        for item in items
        for first, line in _first_marked(rule_of(item).evidence)
    ]


def _first_marked(lines: Sequence[Any]) -> list[tuple[bool, Any]]:
    return [(at == 0, line) for at, line in enumerate(lines)]


# --- 公示 -----------------------------------------------------------------------------------------
def list_document(round_: Round, period: Period | None) -> OfficialDocument:
    """What is published: names, items, amounts; where and until when objections are received.

    period  None before it is published: its days are left blank
    """
    cases = _held(round_)
    document = OfficialDocument()
    document.title(_("关于%(policy)s\n%(round)s拟支持名单的公示") % _names(round_))
    document.paragraph(
        _("根据%(policy)s，经申报、受理、审核和集体审议，现将拟支持名单予以公示。")
        % {"policy": _policy_name(round_)}
    )
    since = _day(period.since) if period else BLANK
    until = _day(period.until) if period else BLANK
    told = {"from": since, "to": until, "n": round_.public_days}
    document.paragraph(
        _(
            "公示期自%(from)s至%(to)s（自发布次日起%(n)d个工作日）。公示期内如有异议，请向受理部门反映。"
        )
        % told
    )
    document.paragraph(f"{_('异议受理')}：{round_.objection_contact or BLANK}")
    total = {"n": len(cases), "amount": _yuan(_sum(cases))}
    document.paragraph(_("拟支持项目%(n)d项，金额合计%(amount)s元，名单如下：") % total)
    document.table(
        [_("序号"), _("申报企业"), _("项目名称"), _("支持事项"), _("拟支持金额（元）")],
        [
            (at, case.enterprise.name, case.title, case.item.name, _yuan(case.amount))
            for at, case in enumerate(cases, start=1)
        ],
        widths=(0.7, 2.6, 2.6, 2, 1.8),
    )
    document.signature(_issuer(round_), period.since if period else round_.closes_on)
    return _marked(document, round_)


# --- 审议、审定 -----------------------------------------------------------------------------------
def decision_document(round_: Round, period: Period | None) -> OfficialDocument:
    """What is deliberated and decided on: each amount as computed and as supported, and why not."""
    cases, document = _held(round_), OfficialDocument(landscape=True)
    decided = round_.approved_on is not None
    title = (
        _("%(policy)s\n%(round)s支持项目审定表")
        if decided
        else _("%(policy)s\n%(round)s拟支持名单审议表")
    )
    document.title(title % _names(round_))
    for line in _standing(round_, period):
        document.paragraph(line)
    document.heading(_("一、拟支持项目") if not decided else _("一、支持项目"))
    document.table(
        [
            _("序号"),
            _("受理编号"),
            _("申报企业"),
            _("项目名称"),
            _("支持事项"),
            _("测算金额（元）"),
            _("支持金额（元）"),
            _("核减理由"),
        ],
        [
            (
                at,
                case.number,
                case.enterprise.name,
                case.title,
                case.item.name,
                _yuan(case.computed),
                _yuan(case.amount),
                case.lowered_reason or "—",
            )
            for at, case in enumerate(cases, start=1)
        ],
        widths=(0.6, 1.4, 2.4, 2.4, 1.8, 1.5, 1.5, 1.8),
    )
    document.paragraph(
        _("合计%(n)d项，%(amount)s元。") % {"n": len(cases), "amount": _yuan(_sum(cases))}
    )
    _write_others(document, round_)
    document.heading(_("三、意见"))
    if round_.meeting_on:
        told = {"day": _day(round_.meeting_on), "number": round_.minutes_number}
        document.paragraph(_("集体审议：%(day)s，%(number)s。") % told)
    if round_.meeting_note:
        document.paragraph(round_.meeting_note)
    if round_.approved_on:
        told = {"day": _day(round_.approved_on), "number": round_.approval_number}
        document.paragraph(_("审定：%(day)s，%(number)s。") % told)
    document.paragraph(_("经办人：　　　　　　科室负责人：　　　　　　分管领导：　　　　　　"))
    return _marked(document, round_)


def _standing(round_: Round, period: Period | None) -> list[str]:
    """Policy, budget, publication: what the decision rests on."""
    told = [f"{_('依据')}：{_policy_name(round_)}。"]
    line = line_of(round_)
    if line is None:
        told.append(_("%(year)d年度预算指标尚未下达。") % {"year": round_.year})
    else:
        amounts = {
            "year": round_.year,
            "granted": _yuan(line.granted),
            "reserved": _yuan(line.reserved),
            "paid": _yuan(line.paid),
            "free": _yuan(line.free),
        }
        told.append(
            _(
                "%(year)d年度预算指标%(granted)s元，已安排未拨付%(reserved)s元，"
                "已拨付%(paid)s元，可用余额%(free)s元。"
            )
            % amounts
        )
    if period:
        days = {"from": _day(period.since), "to": _day(period.until)}
        told.append(_("公示期：%(from)s至%(to)s。") % days)
    return told


def _write_others(document: OfficialDocument, round_: Round) -> None:
    ended = (Case.REFUSED, Case.NOT_ACCEPTED, Case.CANCELLED)
    rows = _cases(round_).filter(state__in=ended)
    others = [
        (
            case.number or "—",
            case.enterprise.name,
            case.title,
            case.get_state_display(),
            case.decision_note or "—",
        )
        for case in rows
    ]
    document.heading(_("二、未予支持的申报"))
    if not others:
        document.paragraph(_("无。"))
        return
    document.table(
        [_("受理编号"), _("申报企业"), _("项目名称"), _("结果"), _("理由")],
        others,
        widths=(1.4, 2.4, 2.4, 1.2, 3),
    )


# --- Shared ---------------------------------------------------------------------------------------
def _cases(round_: Round) -> Any:
    rows = Application.objects.filter(round=round_).select_related("enterprise", "item")
    return rows.defer("facts", "checked", "eligibility", "computation").order_by("number", "id")


def _held(round_: Round) -> list[Application]:
    return list(_cases(round_).filter(state__in=HELD))


def _sum(cases: Iterable[Application]) -> Decimal:
    return sum((case.amount or Decimal(0) for case in cases), Decimal(0))


def _names(round_: Round) -> dict[str, str]:
    """《某某办法》 and “2026年第一批”, the year once."""
    year = _("%(year)d年") % {"year": round_.year}
    name = round_.name if str(round_.year) in round_.name else f"{year}{round_.name}"
    return {"policy": f"《{round_.policy.name}》", "round": name}


def _policy_name(round_: Round) -> str:
    number = round_.policy.document_number
    return f"《{round_.policy.name}》" + (f"（{number}）" if number else "")


def _issuer(round_: Round) -> str:
    if round_.policy.issuer:
        return round_.policy.issuer
    offices = Office.objects.filter(district=round_.district_id, kind=Office.Kind.COMMISSION)
    return str(offices.order_by("code").first() or round_.district.name)


def counted(number: int) -> str:
    """Chinese numerals up to 99, as headings need them."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMBERS[ones - 1]
    first = "" if tens == 1 else NUMBERS[tens - 1]
    return f"{first}十{NUMBERS[ones - 1] if ones else ''}"


def _day(day: dt.date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
    }


def _yuan(amount: Decimal | None) -> str:
    return "—" if amount is None else f"{amount:,.2f}"


def _marked(document: OfficialDocument, round_: Round) -> OfficialDocument:
    if round_.is_sample:
        document.sample_mark()
    return document
