"""An agency's answers as a table: the columns that a wave's questionnaire makes, a row as given."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from assessments.models import AgeBand, Channel, Question, Survey
from circles.models import Circle
from core.spreadsheets import Choice, Column, Kind, choices_of, header_key

# A questionnaire that lay open for a day.
MOST_SECONDS = 86_400
ASKED = "answer:"
_OLDEST_WORDS = ("60岁以上", "60+")
_OTHER_WORDS = {AgeBand.FROM_60: _OLDEST_WORDS, AgeBand.UNDER_18: ("未满18岁",)}


def columns_of(
    survey: Survey, questions: Sequence[Question], circles: Iterable[Circle], until: dt.date
) -> list[Column]:
    """The table's columns; days from the wave's first one to `until`."""
    head = [
        Column(
            key="circle",
            title=lazy("生活圈编码"),
            aliases=("生活圈", "生活圈名称"),
            kind=Kind.CHOICE,
            required=True,
            choices=tuple(Choice(one.code, one.code, (one.name,)) for one in circles),
            help=lazy("本次调查范围内的生活圈，填编码或名称"),
        ),
        Column(
            key="channel",
            title=lazy("渠道"),
            kind=Kind.CHOICE,
            required=True,
            choices=choices_of(Channel.choices),
            help="、".join(str(label) for label in Channel.labels),
        ),
        Column(
            key="age_band",
            title=lazy("年龄段"),
            kind=Kind.CHOICE,
            choices=tuple(
                Choice(str(band), label, _OTHER_WORDS.get(AgeBand(band), ()))
                for band, label in AgeBand.choices
            ),
            help="、".join(str(label) for label in AgeBand.labels) + _("；不详可空"),
        ),
        Column(
            key="answered_on",
            title=lazy("作答日期"),
            kind=Kind.DATE,
            required=True,
            least=survey.opens_on,
            most=until,
            help=lazy("须在调查起止日期之内"),
        ),
        Column(
            key="seconds",
            title=lazy("作答时长（秒）"),
            aliases=("作答时长", "时长"),
            kind=Kind.INTEGER,
            least=0,
            most=MOST_SECONDS,
            help=lazy("不详可空"),
        ),
    ]
    taken = {header_key(name) for column in head for name in (str(column.title), *column.aliases)}
    return [*head, *_asked(questions, taken | {column.key for column in head})]


def _asked(questions: Sequence[Question], taken: set[str]) -> list[Column]:
    """One column for each question: “3. 价格是否满意”, also found by its text or its key."""
    columns = []
    for number, question in enumerate(questions, start=1):
        title = f"{number}. {question.text}"
        taken.add(header_key(title))
        aliases = []
        for name in (question.text, question.key, f"Q{number}"):
            if (plain := header_key(name)) not in taken:
                taken.add(plain)
                aliases.append(name)
        columns.append(
            Column(
                key=ASKED + question.key,
                title=title,
                aliases=tuple(aliases),
                kind=_KINDS[Question.Kind(question.kind)],
                required=question.required and not question.shown_if,
                choices=tuple(Choice(o["value"], o["label"]) for o in question.options),
                help=_help(question, questions),
            )
        )
    return columns


_KINDS = {
    Question.Kind.SINGLE: Kind.CHOICE,
    Question.Kind.SCALE: Kind.CHOICE,
    Question.Kind.MULTIPLE: Kind.LIST,
    Question.Kind.OPEN: Kind.TEXT,
}


def _help(question: Question, questions: Sequence[Question]) -> str:
    parts = []
    if question.options:
        pairs = "、".join(f"{o['value']}={o['label']}" for o in question.options)
        parts.append(_("可填选项文字或代码：%(pairs)s") % {"pairs": pairs})
    if question.most:
        word = (
            _("最多选 %(n)d 项") if question.kind == Question.Kind.MULTIPLE else _("最多 %(n)d 字")
        )
        parts.append(word % {"n": question.most})
    if rule := question.shown_if:
        asked = next((q for q in questions if q.key == rule["key"]), None)
        labels = {o["value"]: o["label"] for o in asked.options} if asked else {}
        told = "、".join(labels.get(value, value) for value in rule["in"])
        parts.append(
            _("仅当“%(question)s”答“%(answers)s”时填写，否则留空")
            % {"question": asked.text if asked else rule["key"], "answers": told}
        )
    return "；".join(parts)


def given_in(values: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """The answers of a clean row as `check_answers` takes them; what is blank is left out."""
    given: dict[str, Any] = {}
    for question in questions:
        value = values.get(ASKED + question.key)
        if value not in (None, "", ()):
            given[question.key] = list(value) if isinstance(value, tuple) else value
    return given
