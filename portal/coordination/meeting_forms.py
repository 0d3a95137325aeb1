"""The forms of joint meetings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Office
from coordination.models import Mechanism, Meeting, MeetingOffice
from coordination.services.meetings import Attendance, callable_offices
from portal.coordination.acting import (
    DayField,
    LongField,
    SeenForm,
    UnitField,
    UnitsField,
    offer,
)
from portal.coordination.words import unit_name
from territory.models import District


class SuggestForm(forms.Form):
    """成员单位建议召开."""

    title = forms.CharField(label=_("会议名称"), max_length=120)
    kind = forms.ChoiceField(
        label=_("会议类型"), choices=Meeting.Kind.choices, initial=Meeting.Kind.SPECIAL
    )
    reason = LongField(
        label=_("提议事由"), max_length=2000, help_text=_("要协调解决什么、请谁参加。")
    )


class PlanForm(SeenForm):
    """When, where, about what, and who is called."""

    kind = forms.ChoiceField(label=_("会议类型"), choices=Meeting.Kind.choices)
    title = forms.CharField(label=_("会议名称"), max_length=120)
    mechanism = forms.ModelChoiceField(
        label=_("工作机制"),
        queryset=Mechanism.objects.none(),
        required=False,
        empty_label=_("（不填）"),
    )
    planned_on = DayField(label=_("会议日期"))
    place = forms.CharField(label=_("地点"), max_length=100, required=False)
    chair = forms.CharField(label=_("主持人"), max_length=60, required=False)
    guests = forms.CharField(
        label=_("列席"), max_length=200, required=False, help_text=_("邀请的其他部门和专家。")
    )
    agenda = LongField(label=_("议题"), max_length=2000, required=False)
    offices = UnitsField(
        label=_("与会单位"),
        required=False,
        help_text=_(
            "可只召集部分单位；全体会议一个不选即召集全部单位。安排后即通知，纪要由这些单位会签。"
        ),
    )

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mechanism: Any = self.fields["mechanism"]
        mechanism.queryset = Mechanism.objects.filter(district=district).order_by("sort", "code")
        offer(self, "offices", callable_offices(district))

    def clean(self) -> dict[str, Any]:
        """A plenary for which nobody is ticked is everybody's."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("kind") == Meeting.Kind.PLENARY and not given.get("offices"):
            choice: Any = self.fields["offices"]
            given["offices"] = choice.queryset
        return given

    @classmethod
    def of(cls, meeting: Meeting, data: Any = None) -> "PlanForm":
        """Filled with what is known of the meeting."""
        names = ("kind", "title", "mechanism", "place", "chair", "guests", "agenda")
        initial = {name: getattr(meeting, name) for name in names}
        if meeting.planned_on:
            initial["planned_on"] = meeting.planned_on
        called = [link.office_id for link in meeting.offices.all()]
        if not called and meeting.proposed_by:
            called = [meeting.proposed_by.pk]
        initial |= {"offices": called, "seen_version": meeting.version}
        return cls(data, district=meeting.district, initial=initial)


class HoldForm(SeenForm):
    """The day, who presided, and for each called unit whether it came and who for it."""

    held_on = DayField(label=_("召开日期"))
    chair = forms.CharField(label=_("主持人"), max_length=60)
    guests = forms.CharField(label=_("列席"), max_length=200, required=False)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "held_on": meeting.planned_on,
            "chair": meeting.chair,
            "guests": meeting.guests,
            "seen_version": meeting.version,
        }
        super().__init__(*args, **kwargs)
        rows = meeting.offices.select_related("office__district").order_by("id")
        self.links: list[MeetingOffice] = list(rows)
        for link in self.links:
            name = unit_name(link.office)
            self.fields[f"came_{link.pk}"] = forms.BooleanField(
                label=name, required=False, initial=True
            )
            self.fields[f"who_{link.pk}"] = forms.CharField(
                label=_("%(unit)s出席人员") % {"unit": name}, max_length=60, required=False
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """A line of the attendance list: unit, whether it came, who for it."""
        return [
            {
                "unit": unit_name(link.office),
                "came": self[f"came_{link.pk}"],
                "who": self[f"who_{link.pk}"],
            }
            for link in self.links
        ]

    @property
    def plain_fields(self) -> list[Any]:
        """Those beside the attendance list."""
        return [self[name] for name in ("held_on", "chair", "guests")]

    def told(self) -> dict[str, Any]:
        """What `hold_meeting` is told."""
        given = self.cleaned_data
        attendance = {
            link.office_id: Attendance(given[f"came_{link.pk}"], given[f"who_{link.pk}"])
            for link in self.links
        }
        return {name: given[name] for name in ("held_on", "chair", "guests")} | {
            "attendance": attendance
        }


class IssueForm(SeenForm):
    """印发."""

    number = forms.CharField(
        label=_("纪要文号"), max_length=80, help_text=_("如“普便民联席纪要〔2026〕1号”。")
    )
    issued_on = DayField(label=_("印发日期"))


class FileForm(SeenForm):
    """报备."""

    filed_on = DayField(label=_("报备日期"))
    filed_with = forms.CharField(label=_("报备单位"), max_length=60, initial=_("区人民政府办公室"))


class SettleForm(SeenForm):
    """The convener's decision on an objection."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    settled_by = forms.CharField(label=_("决定人（召集人或副召集人）"), max_length=60)
    settled_on = DayField(label=_("决定日期"))
    decision = LongField(label=_("决定和理由"), max_length=500)


class ReferForm(SeenForm):
    """报政府决定."""

    referred_on = DayField(label=_("报送日期"))


class DecisionForm(SeenForm):
    """What the government decided."""

    decision = LongField(label=_("政府决定"), max_length=300)


class HandOutForm(forms.Form):
    """A task from a resolution."""

    title = forms.CharField(label=_("任务"), max_length=200)
    text = LongField(label=_("要求"), max_length=2000, required=False)
    lead = UnitField(label=_("牵头单位"))
    helping = UnitsField(label=_("配合单位"), required=False)
    due_on = DayField(
        label=_("办理时限"), initial=None, help_text=_("遇节假日顺延至下一个工作日。")
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = (Office.Kind.COMMISSION, Office.Kind.DEPARTMENT, Office.Kind.STREET)
        offices = Office.objects.filter(district=meeting.district_id, kind__in=kinds)
        for name in ("lead", "helping"):
            offer(self, name, offices.order_by("pk"))
