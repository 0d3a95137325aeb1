"""The form that a task is given with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Clause, Document
from portal.coordination.words import unit_name, units_of
from territory.models import District


class TaskForm(forms.Form):
    """What, to whom, by when."""

    title = forms.CharField(label=_("任务"), max_length=200)
    text = forms.CharField(
        label=_("要求"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("办到什么程度、要交什么。"),
    )
    due_on = forms.DateField(
        label=_("办理时限"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("遇节假日顺延至下一个工作日。"),
    )
    lead = forms.ChoiceField(label=_("牵头单位"))
    helping = forms.MultipleChoiceField(
        label=_("配合单位"), required=False, widget=forms.CheckboxSelectMultiple
    )
    clause = forms.ChoiceField(label=_("依据"), required=False)

    def __init__(self, *args: Any, district: District, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(office.pk): office for office in units_of(district.pk)}
        offered = [(pk, unit_name(office)) for pk, office in self.units.items()]
        lead: Any = self.fields["lead"]
        lead.choices = [("", _("请选择")), *offered]
        helping: Any = self.fields["helping"]
        helping.choices = offered
        clause: Any = self.fields["clause"]
        clause.choices = [("", _("（不填）")), *_clauses()]

    def told(self) -> dict[str, Any]:
        """What `issue_task` is told."""
        given = self.cleaned_data
        return {
            "title": given["title"],
            "text": given["text"],
            "due_on": given["due_on"],
            "lead": self.units[given["lead"]],
            "helping": [self.units[pk] for pk in given["helping"]],
            "clause": Clause.objects.get(pk=given["clause"]) if given["clause"] else None,
        }


def _clauses() -> list[tuple[str, list[tuple[str, str]]]]:
    """By document; documents of elsewhere are no basis of ours."""
    rows = Clause.objects.exclude(document__level=Document.Level.ELSEWHERE)
    groups: dict[str, list[tuple[str, str]]] = {}
    for clause in rows.select_related("document").order_by("document__code", "sort"):
        offered = groups.setdefault(clause.document.short_name, [])
        offered.append((str(clause.pk), f"{clause.ref} {clause.title}"))
    return list(groups.items())
