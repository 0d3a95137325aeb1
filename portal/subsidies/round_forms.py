"""The forms of acts on a round."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.coordination.acting import DayField, LongField, SeenForm
from subsidies.models import Application


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class NoteForm(SeenForm):
    """An act with a remark, if any."""

    comment = forms.CharField(label=_("说明"), max_length=500, required=False)


class ReopenForm(SeenForm):
    """延长申报."""

    closes_on = DayField(label=_("新的申报截止日"), initial=None)
    comment = LongField(label=_("延长理由"), max_length=500, rows=3)


class MeetingForm(SeenForm):
    """登记集体审议."""

    meeting_on = DayField(label=_("集体审议日期"))
    minutes_number = forms.CharField(label=_("纪要号"), max_length=80)
    note = LongField(label=_("审议意见"), max_length=2000, required=False)
    attached = forms.FileField(
        label=_("纪要等附件"),
        required=False,
        widget=FilesInput(attrs={"multiple": True}),
        help_text=_("可一次选多个；在原有附件之外添加。"),
    )


class AnnounceForm(SeenForm):
    """发布公示."""

    public_from = DayField(
        label=_("公示开始"), help_text=_("实际发布的日期；公示期自次日起算，须满完整的工作日。")
    )
    public_place = forms.CharField(label=_("公示渠道"), max_length=200)
    objection_contact = forms.CharField(
        label=_("异议受理方式"), max_length=200, help_text=_("受理部门、电话、地址。")
    )


class DecisionForm(SeenForm):
    """审定."""

    approved_on = DayField(label=_("审定日期"))
    number = forms.CharField(label=_("审定文号"), max_length=80)
    comment = forms.CharField(label=_("审定意见"), max_length=500, required=False)


class ListedField(forms.ModelChoiceField):
    """An application, by number, title and enterprise."""

    def label_from_instance(self, obj: Any) -> str:
        """What tells them apart."""
        return f"{obj} · {obj.enterprise.name}"


class ObjectionForm(forms.Form):
    """登记异议."""

    application = ListedField(
        label=_("针对的申报"),
        queryset=Application.objects.none(),
        empty_label=_("请选择"),
    )
    received_on = DayField(label=_("收到日期"))
    raised_by = forms.CharField(
        label=_("异议人"), max_length=100, required=False, help_text=_("只供区商务委查看。")
    )
    text = LongField(label=_("异议内容"), max_length=2000)


class HandlingForm(SeenForm):
    """How an objection was handled."""

    reason = LongField(label=_("处理意见"), max_length=500, rows=3)
