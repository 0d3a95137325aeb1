"""拨付函 (Word): the treasury is asked to pay what stands on the list."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Office
from core.word import OfficialDocument
from subsidies.models import Instalment, PaymentList


def letter_of(listed: PaymentList, rows: Sequence[Instalment]) -> OfficialDocument:
    """The letter with the list as its table. Whom it goes to and its number are filled in by
    hand: both are the office's own."""
    document = OfficialDocument(landscape=True)
    line = listed.line
    document.title(_("关于拨付%(fund)s的函") % {"fund": line.fund.name})
    document.subtitle(_("（拨付清单 %(number)s）") % {"number": listed.number})
    document.paragraph("________________：", indent=False)
    total = sum((row.amount for row in rows), Decimal(0))
    told = {
        "year": line.year,
        "fund": line.fund.name,
        "n": len(rows),
        "sum": f"{total:,.2f}",
        "policies": "、".join(dict.fromkeys(row.application.round.name for row in rows)),
    }
    document.paragraph(
        _(
            "根据“%(policies)s”审定结果，现申请从%(year)d年度%(fund)s预算指标中拨付 %(n)d 笔，"
            "合计 %(sum)s 元。收款单位和账户见下表，请予办理，并反馈支付日期和凭证号。"
        )
        % told
    )
    if listed.state == PaymentList.State.DRAFT:
        document.note(_("本清单尚未审签，仅供核对。"))
    document.table(
        [
            _("序号"), _("受理编号"), _("期次"), _("申报企业"), _("户名"), _("开户行"),
            _("账号"), _("金额（元）"),
        ],
        [
            *(
                [
                    at, row.application.number, row.number, row.application.enterprise.name,
                    row.account_name, row.bank, row.account_number, f"{row.amount:,.2f}",
                ]
                for at, row in enumerate(rows, start=1)
            ),
            ["", "", "", _("合计"), "", "", "", told["sum"]],
        ],
        widths=(0.6, 1.7, 0.6, 2.3, 2.3, 2.0, 2.9, 1.9),
    )  # fmt: skip
    office = Office.objects.filter(district=listed.district, kind=Office.Kind.COMMISSION)
    first = office.order_by("code").first()
    document.signature(first.name if first else "", listed.issued_on or timezone.localdate())
    if listed.is_sample:
        document.sample_mark()
    return document
