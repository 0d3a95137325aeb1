"""资金申请表 (Word): what is declared, the papers, the commitment, and room for signatures."""

from typing import Any

from django.utils.translation import gettext as _

from core.attachments import attachments_of_rows
from core.scope import Scope
from core.word import OfficialDocument
from subsidies.filing_rules import rule_of
from subsidies.models import Application
from subsidies.rules.facts import show_fact
from subsidies.shown import account_number_for, phone_for

NOTHING = "—"
BLANK = "　" * 12


def application_document(row: Application, scope: Scope) -> OfficialDocument:
    """The form as it stands; account and telephone as far as the caller may see them."""
    document = OfficialDocument()
    document.title(f"{row.round.policy.name}\n{_('资金申请表')}")
    document.subtitle(f"{row.round.name}　{row.number or _('（未提交）')}")
    document.heading(_("一、申报单位"))
    document.table([_("项目"), _("内容")], _whom(row, scope), widths=(2, 5))
    document.heading(_("二、申报事项"))
    document.table([_("项目"), _("内容")], _what(row), widths=(2, 5))
    if row.summary:
        document.paragraph(row.summary)
    document.heading(_("三、申报数据"))
    inputs = rule_of(row.item).inputs
    if inputs:
        facts = [(one.label, show_fact(one, row.facts.get(one.key))) for one in inputs]
        document.table([_("填报项"), _("内容")], facts, widths=(3, 4))
    else:
        document.paragraph(_("该事项没有填报项。"))
    document.heading(_("四、申报材料"))
    document.table(
        [_("序号"), _("材料"), _("要求"), _("状态"), _("文件")],
        _papers(row),
        widths=(0.7, 3, 0.9, 1.1, 3),
    )
    document.heading(_("五、收款账户"))
    document.table(
        [_("项目"), _("内容")],
        [
            (_("户名"), row.account_name or NOTHING),
            (_("开户行"), row.bank or NOTHING),
            (_("账号"), account_number_for(row, scope) or NOTHING),
        ],
        widths=(2, 5),
    )
    document.heading(_("六、申报承诺"))
    document.paragraph(
        _(
            "本单位承诺：所填内容和所附材料真实、完整、有效；同一项目未重复申报区级财政资金；"
            "资金专款专用，自觉接受监督检查。如有虚假，愿意承担相应责任并退回已拨付资金。"
        )
    )
    for line in (
        _("法定代表人（签字）：%(blank)s"),
        _("申报单位（盖章）：%(blank)s"),
        _("日期：　　　　年　　月　　日"),
    ):
        document.paragraph(line % {"blank": BLANK} if "%" in line else line)
    document.heading(_("七、街道（镇）意见"))
    document.paragraph(_("经办人（签字）：%(blank)s") % {"blank": BLANK})
    document.paragraph(_("（盖章）　　　　年　　月　　日"))
    document.note(_("本表样待区商务委确认。"))
    if row.is_sample:
        document.sample_mark()
    return document


def _whom(row: Application, scope: Scope) -> list[tuple[Any, Any]]:
    return [
        (_("企业名称"), row.enterprise.name),
        (_("统一社会信用代码"), row.enterprise.credit_code or NOTHING),
        (_("网点"), f"{row.outlet.name}（{row.outlet.code}）" if row.outlet else NOTHING),
        (_("网点地址"), row.outlet.address or NOTHING if row.outlet else NOTHING),
        (_("街道（镇）"), row.street.name if row.street else NOTHING),
        (_("便民生活圈"), row.circle.name if row.circle else NOTHING),
        (_("联系人"), row.contact or NOTHING),
        (_("联系电话"), phone_for(row, scope) or NOTHING),
    ]


def _what(row: Application) -> list[tuple[Any, Any]]:
    policy = row.round.policy
    number = f"（{policy.document_number}）" if policy.document_number else ""
    return [
        (_("项目名称"), row.title),
        (_("支持事项"), " ".join(part for part in (row.item.ref, row.item.name) if part)),
        (_("支持方式"), row.item.get_form_display()),
        (_("依据"), f"{policy.name}{number}"),
    ]


def _papers(row: Application) -> list[tuple[Any, ...]]:
    lines = list(row.evidence.all())
    files = attachments_of_rows(lines)
    return [
        (
            str(number),
            line.label,
            _("必需") if line.required else _("选填"),
            line.get_state_display(),
            "、".join(file.name for file in files[line.pk]) or NOTHING,
        )
        for number, line in enumerate(lines, start=1)
    ]
