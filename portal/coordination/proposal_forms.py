"""The forms of proposals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.models import Proposal, ProposalOffice
from coordination.services.meetings import callable_offices
from coordination.services.signing import ACCEPT, REPLACE
from portal.coordination.acting import (
    DayField,
    LongField,
    SeenForm,
    UnitField,
    UnitsField,
    offer,
)

DECISIONS = (
    (REPLACE, _("替换为最新定稿的数字后签发")),
    (ACCEPT, _("保留文中数字签发（将记入审计日志）")),
)


class RegisterForm(forms.Form):
    """A proposal as it came in."""

    kind = forms.ChoiceField(label=_("类型"), choices=Proposal.Kind.choices)
    session = forms.CharField(
        label=_("届次"), max_length=60, help_text=_("如“区政协十五届三次会议”。")
    )
    number = forms.CharField(label=_("编号"), max_length=20)
    title = forms.CharField(label=_("标题"), max_length=200)
    proposer = forms.CharField(label=_("提出人"), max_length=60)
    text = LongField(label=_("内容"), rows=8, max_length=20_000, required=False)
    received_on = DayField(label=_("收到日期"))
    due_on = DayField(
        label=_("答复期限"), initial=None, help_text=_("遇节假日顺延至下一个工作日。")
    )


class AssignForm(SeenForm):
    """交办."""

    lead = UnitField(label=_("主办单位"))
    helping = UnitsField(label=_("会办单位"), required=False)
    section = forms.CharField(label=_("承办科室"), max_length=60)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    phone = forms.CharField(label=_("联系电话"), max_length=40, required=False)
    due_on = DayField(label=_("答复期限"))

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        links = list(proposal.offices.all())
        lead = next((o.office_id for o in links if o.role == ProposalOffice.Role.LEAD), None)
        offices = Office.objects.filter(
            district=proposal.district_id, kind=Office.Kind.COMMISSION
        ).order_by("code")
        first = offices.first()
        kwargs["initial"] = {
            "lead": lead or (first.pk if first else None),
            "helping": [o.office_id for o in links if o.role == ProposalOffice.Role.HELP],
            "section": proposal.section,
            "contact": proposal.contact,
            "phone": proposal.phone,
            "due_on": proposal.due_on,
            "seen_version": proposal.version,
        }
        super().__init__(*args, **kwargs)
        units = callable_offices(proposal.district)
        offer(self, "lead", (offices | units).order_by("pk"))
        offer(self, "helping", units)


class SignForm(SeenForm):
    """签发; `changed` = figures have changed since, so that somebody has to decide on them."""

    figures = forms.ChoiceField(
        label=_("变化的数字"), choices=DECISIONS, widget=forms.RadioSelect, initial=REPLACE
    )
    number = forms.CharField(
        label=_("答复文号"), max_length=80, help_text=_("如“普商务〔2026〕38号”。")
    )
    result = forms.ChoiceField(label=_("办理结果"), choices=Proposal.Result.choices)
    publicity = forms.ChoiceField(label=_("公开属性"), choices=Proposal.Publicity.choices)
    replied_on = DayField(label=_("答复日期"))
    comment = LongField(
        label=_("说明"),
        rows=2,
        max_length=500,
        required=False,
        help_text=_("会办单位不同意时，写明协调情况。"),
    )

    def __init__(self, *args: Any, changed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not changed:
            del self.fields["figures"]


class FeedbackForm(SeenForm):
    """委员反馈."""

    feedback = forms.ChoiceField(label=_("委员反馈"), choices=Proposal.Feedback.choices)
    feedback_text = LongField(label=_("反馈意见"), max_length=500, required=False)
    feedback_on = DayField(label=_("反馈日期"))
