"""The forms of a questionnaire: its own columns, and its questions with options and skip rules."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Question, Questionnaire
from assessments.shapes import COUNTS
from portal.coordination.acting import LongField, SeenForm
from portal.editing.rows import Line, LinesField, RowForm, codes_in
from portal.evaluation.standards_forms import ClauseField

Kind = Question.Kind
Measures = Question.Measures
HEAD = ("name", "purpose", "intro", "source", "clause", "is_official")
# What an answer counts as, in the words of the page.
COUNT_WORDS = (
    ("", gettext_lazy("（不用于满意度）")),
    ("satisfied", gettext_lazy("满意：计入满意度和基本满意度")),
    ("basic", gettext_lazy("基本满意：只计入基本满意度")),
    ("none", gettext_lazy("不满意")),
    ("excluded", gettext_lazy("不计入（如“不清楚”）")),
)
# The form's fields of columns that they do not share a name with.
FIELD_OF = {"shown_if": "after"}


class HeadForm(SeenForm):
    """What stands above the questions."""

    name = forms.CharField(label=gettext_lazy("问卷名称"), max_length=100)
    purpose = forms.ChoiceField(label=gettext_lazy("用途"), choices=Questionnaire.Purpose.choices)
    intro = LongField(
        label=gettext_lazy("卷首语"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("谁在调查、做什么用、不记名；显示在题目上方。"),
    )
    source = forms.CharField(label=gettext_lazy("来源"), max_length=300, required=False)
    clause = ClauseField(label=gettext_lazy("依据条款"))
    is_official = forms.BooleanField(
        label=gettext_lazy("已由区商务委确认为正式问卷"),
        required=False,
        help_text=gettext_lazy("不勾选的，凡用到它的地方都标“待区商务委确认”。"),
    )

    @classmethod
    def of(cls, row: Questionnaire, data: Any = None) -> "HeadForm":
        """Filled with the version's columns."""
        initial: dict[str, Any] = {name: getattr(row, name) for name in HEAD}
        initial["seen_version"] = row.version
        return cls(data, initial=initial)


class QuestionRow(RowForm):
    """One question. `after` and `answers` are checked against the earlier rows by `tie`."""

    text = forms.CharField(label=gettext_lazy("题目"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("题型"), choices=Kind.choices)
    required = forms.BooleanField(label=gettext_lazy("必答"), required=False, initial=True)
    most = forms.IntegerField(
        label=gettext_lazy("最多选几项／最多几字"), min_value=1, max_value=2000, required=False
    )
    measures = forms.ChoiceField(
        label=gettext_lazy("用于统计"),
        required=False,
        choices=[("", gettext_lazy("（不用于统计）")), *Measures.choices[1:]],
    )
    options = LinesField(("value", "label", "score", "counts"), label=gettext_lazy("选项"))
    after = forms.CharField(
        label=gettext_lazy("出现条件"), required=False, max_length=40, widget=forms.Select
    )
    answers = forms.CharField(
        label=gettext_lazy("答了其中之一时才出现"),
        required=False,
        widget=forms.TextInput(attrs={"data-picker": "answers", "autocomplete": "off"}),
    )

    # Questions that stand above, by key: filled by `tie` for the page.
    earlier: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, formats: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.formats = formats

    def clean(self) -> dict[str, Any]:
        """Questions with options have them, each with a code of its own."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("kind") == Kind.OPEN:
            given["made"] = []
            return given
        try:
            given["made"] = self._options(given["options"], given.get("measures") or "")
        except forms.ValidationError as error:
            self.add_error("options", error)
        return given

    def _options(self, lines: Iterable[Line], measures: str) -> list[dict[str, str]]:
        made: list[dict[str, str]] = []
        errors: list[str] = []
        taken = {line["value"] for line in lines if line["value"]}
        for n, line in enumerate(lines, start=1):
            try:
                option = _option(line)
            except forms.ValidationError as error:
                errors.append(_("第 %(n)d 个选项：%(why)s") % {"n": n, "why": error.messages[0]})
                continue
            if not option["value"]:
                option["value"] = self._code(option["label"], measures, taken)
            if not option["value"]:
                errors.append(
                    _("第 %(n)d 个选项：业态目录中没有“%(label)s”，请用“选择业态”选取。")
                    % {"n": n, "label": option["label"]}
                )
            taken.add(option["value"])
            made.append(option)
        if len(made) < 2 and not errors:
            errors.append(_("至少填两个选项。"))
        if errors:
            raise forms.ValidationError(errors)
        return made

    def _code(self, label: str, measures: str, taken: set[str]) -> str:
        """A code for a new option: of formats their own, else the next number."""
        if measures == Measures.FORMAT:
            return next((code for code, name in self.formats.items() if name == label), "")
        return next(str(n) for n in range(1, 1000) if str(n) not in taken)

    def row(self, shown_if: Mapping[str, Any]) -> dict[str, Any]:
        """The question as the service takes it."""
        given = self.cleaned_data
        same = ("key", "text", "kind", "required", "most", "measures")
        told = {name: given[name] for name in same}
        return told | {"options": given["made"], "shown_if": dict(shown_if)}


def _option(line: Line) -> dict[str, str]:
    label, score, counts = line["label"], line["score"], line["counts"]
    if not label or len(label) > 60 or "|" in label:
        raise forms.ValidationError(_("填写 1 至 60 个字，不含“|”。"))
    if counts and counts not in COUNTS:
        raise forms.ValidationError(_("“计为”请从列表选择。"))
    option = {"value": line["value"], "label": label}
    if score:
        try:
            number = Decimal(score)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number <= 100:
            raise forms.ValidationError(_("得分填 0 至 100 的数字，或不填。"))
        option["score"] = f"{number.normalize():f}"
    return option | ({"counts": counts} if counts else {})


def question_initial(question: Question, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A question as its row shows it; `labels` are the options of each by key."""
    same = ("key", "text", "kind", "required", "most", "measures")
    rule = question.shown_if or {}
    named = labels.get(rule.get("key", ""), {})
    return {name: getattr(question, name) for name in same} | {
        "options": [
            {name: str(one.get(name, "")) for name in ("value", "label", "score", "counts")}
            for one in question.options
        ],
        "after": rule.get("key", ""),
        "answers": "、".join(named.get(value, value) for value in rule.get("in", [])),
    }


def tie(forms_in_order: list[QuestionRow]) -> None:
    """Tell each question which ones with options stand above it."""
    above: list[tuple[str, str]] = []
    for n, form in enumerate(forms_in_order, start=1):
        form.earlier = tuple(above)
        if form["kind"].value() != Kind.OPEN:
            text = _("第 %(n)d 题：%(text)s") % {"n": n, "text": form["text"].value() or ""}
            above.append((str(form["key"].value() or ""), text))


Labels = Mapping[str, Mapping[str, str]]


def rules_of(forms_in_order: list[QuestionRow], former: Labels) -> list[dict[str, Any]]:
    """The skip rule of every valid row ({} = always asked); errors stand at the rows.

    former  options by question and code as they were called before
    """
    above: dict[str, dict[str, str]] = {}
    rules = []
    for form in forms_in_order:
        rules.append(_rule(form, above, former))
        made = form.cleaned_data.get("made")
        if made:
            above[form.cleaned_data["key"]] = {one["value"]: one["label"] for one in made}
    return rules


def _rule(form: QuestionRow, above: Labels, former: Labels) -> dict[str, Any]:
    key, text = form.cleaned_data.get("after", ""), form.cleaned_data.get("answers", "")
    if not key:
        if text:
            form.add_error("after", _("请选择是前面哪一题的答案；不设条件的，把答案清空。"))
        return {}
    if key not in above:
        form.add_error("after", _("只能取前面的选择题作条件；该题已移到后面或已删除。"))
        return {}
    try:
        values = codes_in(text, above[key], _("该题的选项"), former=former.get(key))
    except forms.ValidationError as error:
        form.add_error("answers", error)
        return {}
    if not values:
        form.add_error("answers", _("写明该题选了哪些答案时出现，如“是”。"))
        return {}
    return {"key": key, "in": values}
