"""`/evaluation/questionnaires/`: versions, one in full, its draft's parts, as residents see it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from assessments import books
from assessments.contents import content_of_questionnaire
from assessments.models import Question, Questionnaire
from assessments.services import questionnaires as services
from assessments.shapes import COUNTS
from assessments.workflow.standards import QUESTIONNAIRE
from core import policy
from core.ids import new_id
from core.spreadsheets import Column
from core.spreadsheets import Kind as CellKind
from portal.coordination.acting import ActPage, act_page, sent
from portal.editing.comparing import compared
from portal.editing.editor import Editor, FormEditor, RowsEditor, edit_page
from portal.editing.rows import Rows
from portal.editing.versions import (
    CHANGE,
    READ,
    Kind,
    brought,
    copied,
    exported,
    find,
    heading,
    listed,
    moved,
)
from portal.evaluation.questionnaires_forms import (
    COUNT_WORDS,
    FIELD_OF,
    HeadForm,
    QuestionRow,
    question_initial,
    rules_of,
    tie,
)
from portal.evaluation.standards_forms import pickers
from portal.evaluation.standards_wording import differ
from portal.views.common import own_district, page, scope_of

COLUMNS = (
    Column(key="name", title=gettext_lazy("问卷名称"), width=36),
    Column(key="purpose", title=gettext_lazy("用途"), width=16),
    Column(key="number", title=gettext_lazy("版次"), kind=CellKind.INTEGER),
    Column(key="state", title=gettext_lazy("状态"), width=10),
    Column(key="source", title=gettext_lazy("来源"), width=60),
    Column(key="official", title=gettext_lazy("是否确认"), width=16),
)


def _cells(row: Questionnaire) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("name", "number", "source")}
    return told | {
        "purpose": row.get_purpose_display(),
        "state": row.get_state_display(),
        "official": _("已确认") if row.is_official else _("待区商务委确认"),
    }


KIND = Kind(
    name="questionnaire",
    label=gettext_lazy("调查问卷"),
    model=Questionnaire,
    machine=QUESTIONNAIRE,
    columns=COLUMNS,
    cells=_cells,
    sorts={"name": "name", "purpose": "purpose", "updated": "updated_at"},
    copy=services.copy_questionnaire,
    publish=services.publish_questionnaire,
    close=services.close_questionnaire,
    lacking=services.lacking,
    book=books.questionnaire_book,
    bring=books.import_questionnaire,
    closing=gettext_lazy("停用后不能再用它开展新的调查；正在进行和已经结束的调查不受影响。"),
)


class HeadEditor(FormEditor):
    """基本信息."""

    part, title = "head", gettext_lazy("基本信息")
    template = "evaluation/questionnaire_head.html"

    def __init__(self, row: Questionnaire, data: Any = None) -> None:
        super().__init__(row, data)
        self.form = HeadForm.of(row, data)

    def save(self, **common: Any) -> None:
        """Its own columns."""
        values = {k: v for k, v in self.form.cleaned_data.items() if k != "seen_version"}
        services.change_questionnaire(questionnaire=self.row, values=values, **common)


class QuestionsEditor(RowsEditor):
    """题目."""

    part, title = "questions", gettext_lazy("题目")
    template = "evaluation/questionnaire_questions.html"
    columns = FIELD_OF

    def __init__(self, row: Questionnaire, data: Any = None) -> None:
        super().__init__(row, data)
        self.formats = pickers()["formats"]
        questions = list(row.questions.order_by("sort", "id"))
        self.labels = {
            one.key: {str(o["value"]): str(o["label"]) for o in one.options} for one in questions
        }
        self.rows = Rows(
            QuestionRow,
            "rows",
            data=data,
            initial=[question_initial(one, self.labels) for one in questions],
            options={"formats": self.formats},
        )
        self._tie()

    def _tie(self) -> None:
        tie(self.questions)

    @property
    def questions(self) -> list[QuestionRow]:
        """The rows, as what they are."""
        return self.rows.forms  # type: ignore[return-value]

    def act(self, asked: str) -> None:
        """What stands above each question may be another one now."""
        super().act(asked)
        self._tie()

    def is_valid(self) -> bool:
        """All rows, and the rules between them."""
        valid = self.rows.is_valid()
        self.rules = rules_of(self.questions, self.labels)
        return valid and not any(form.errors for form in self.questions)

    def save(self, **common: Any) -> None:
        """All questions in their order."""
        rows = [form.row(rule) for form, rule in zip(self.questions, self.rules, strict=True)]
        services.replace_questions(questionnaire=self.row, rows=rows, **common)

    @property
    def names(self) -> dict[str, Any]:
        """What may be ticked, and what answers count as."""
        return {"pickers": {"formats": self.formats}, "count_words": COUNT_WORDS}


PARTS: dict[str, type[Editor]] = {made.part: made for made in (HeadEditor, QuestionsEditor)}


@page(READ)
def questionnaires(request: HttpRequest) -> HttpResponse:
    """All versions of the district's questionnaires."""
    return listed(request, KIND)


@page(CHANGE)
def new(request: HttpRequest) -> HttpResponse:
    """A draft from nothing."""
    district = own_district(scope_of(request))

    def run(given: dict[str, Any], common: dict[str, Any]) -> str:
        common.pop("seen_version")
        code = f"questionnaire-{dt.date.today():%Y}-{new_id().hex[-6:]}"
        made = services.create_questionnaire(
            district=district, values={**given, "code": code}, **common
        )
        return KIND.url("part", made, QuestionsEditor.part)

    return act_page(
        request,
        ActPage(
            title=_("新建调查问卷"),
            explanation=_("从空白开始；若与已有问卷相近，打开那一版“复制为新版”更快。"),
            submit=_("新建"),
            form=HeadForm(sent(request)),
            run=run,
            done=_("已新建草稿，请填写题目。"),
            back=KIND.list_url(),
            crumbs=KIND.crumbs({"label": _("新建")}),
            template="evaluation/standard_act.html",
        ),
    )


@page(CHANGE)
def bring(request: HttpRequest) -> HttpResponse:
    """A draft from a workbook."""
    return brought(request, KIND)


@page(READ)
def questionnaire(request: HttpRequest, pk: Any) -> HttpResponse:
    """One version in full."""
    row = find(request, KIND, pk)
    head = heading(KIND, row, scope_of(request))
    context = {
        "crumbs": KIND.crumbs({"label": head["title"]}),
        "head": head,
        "row": row,
        "questions": questions_of(row),
    }
    if head["may_edit"]:
        context["lacking"] = services.lacking(row)
    return render(request, "evaluation/questionnaire.html", context)


def questions_of(row: Questionnaire) -> list[dict[str, Any]]:
    """Each question with its options in words and when it is asked."""
    questions = list(row.questions.order_by("sort", "id"))
    numbers = {one.key: n for n, one in enumerate(questions, start=1)}
    labels = {
        (one.key, str(option["value"])): option["label"]
        for one in questions
        for option in one.options
    }
    told = []
    for question in questions:
        rule = question.shown_if or {}
        answers = [str(labels.get((rule["key"], v), v)) for v in rule.get("in", [])]
        told.append(
            {
                "row": question,
                "options": [
                    {**one, "counted": COUNTS.get(one.get("counts", ""), "")}
                    for one in question.options
                ],
                "rule": _("第 %(n)s 题选“%(answers)s”时才问")
                % {"n": numbers.get(rule["key"], "?"), "answers": "”或“".join(answers)}
                if rule
                else "",
                "measures": question.get_measures_display() if question.measures else "",
                "is_open": question.kind == Question.Kind.OPEN,
                "is_multiple": question.kind == Question.Kind.MULTIPLE,
            }
        )
    return told


@page(READ)
def preview(request: HttpRequest, pk: Any) -> HttpResponse:
    """The version as residents would see it; nothing can be sent from here."""
    row = find(request, KIND, pk)
    crumbs = KIND.crumbs(KIND.crumb(row), {"label": _("预览")})
    context = {"crumbs": crumbs, "row": row, "questions": questions_of(row)}
    return render(request, "evaluation/questionnaire_preview.html", context)


@page(CHANGE)
def part(request: HttpRequest, pk: Any, part: str) -> HttpResponse:
    """A part of a draft in its editor."""
    row = find(request, KIND, pk)
    policy.require(scope_of(request), CHANGE, row)
    if part not in PARTS:
        raise Http404(_("没有这个部分。"))
    back = KIND.url("", row)
    if row.state != Questionnaire.State.DRAFT and request.method != "POST":
        messages.error(request, _("只有草稿可以修改；请复制为新版再改。"))
        return redirect(back)
    crumbs = KIND.crumbs(KIND.crumb(row))
    return edit_page(request, PARTS[part], row, back=back, crumbs=crumbs)


@page(READ)
def compare(request: HttpRequest, pk: Any) -> HttpResponse:
    """Two versions side by side."""
    return compared(request, KIND, find(request, KIND, pk), differ(content_of_questionnaire))


@require_POST
@page(CHANGE)
def copy(request: HttpRequest, pk: Any) -> HttpResponse:
    """A new draft like this version."""
    return copied(request, KIND, find(request, KIND, pk))


@page(READ)
def export(request: HttpRequest, pk: Any) -> HttpResponse:
    """The version as a workbook."""
    return exported(KIND, find(request, KIND, pk))


@page(CHANGE)
def move(request: HttpRequest, pk: Any, word: str) -> HttpResponse:
    """Publish or close it."""
    return moved(request, KIND, find(request, KIND, pk), word)
