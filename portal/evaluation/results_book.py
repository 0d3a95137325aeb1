"""The workbook of what a page of results shows."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.models import Survey
from core.spreadsheets import Column, Kind, Sheet
from portal.coordination.files import workbook_answer
from portal.evaluation.results_lines import WITHHELD

Block = dict[str, Any]
LINES = (
    Column(key="label", title=gettext_lazy("名称"), width=28),
    Column(key="sub", title=gettext_lazy("主报街镇"), width=18),
    Column(key="answered", title=gettext_lazy("计入答卷"), width=12),
    Column(key="quota", title=gettext_lazy("样本配额"), kind=Kind.INTEGER),
    Column(key="n", title=gettext_lazy("有效样本"), kind=Kind.INTEGER),
    Column(key="share_text", title=gettext_lazy("居民综合满意度"), width=16),
    Column(key="margin_text", title=gettext_lazy("误差范围（个百分点）"), width=18),
    Column(key="range_text", title=gettext_lazy("95%置信区间"), width=18),
    Column(key="basic_text", title=gettext_lazy("居民基本满意度"), width=16),
    Column(key="basic_margin_text", title=gettext_lazy("基本满意度误差范围（个百分点）"), width=18),
    Column(key="basic_range_text", title=gettext_lazy("基本满意度95%置信区间"), width=18),
    Column(key="score", title=gettext_lazy("满意度得分"), kind=Kind.DECIMAL, decimal_places=1),
    Column(key="excluded", title=gettext_lazy("答“不清楚”"), kind=Kind.INTEGER),
    Column(key="refused", title=gettext_lazy("未作答"), kind=Kind.INTEGER),
)
# Of a wave in which nothing measures the satisfaction.
PLAIN = ("label", "sub", "answered", "quota")
QUESTIONS = (
    Column(key="question", title=gettext_lazy("题目"), width=40),
    Column(key="kind", title=gettext_lazy("题型"), width=10),
    Column(key="n", title=gettext_lazy("作答人数"), width=12),
    Column(key="label", title=gettext_lazy("选项"), width=24),
    Column(key="times", title=gettext_lazy("选择人数"), kind=Kind.INTEGER),
    Column(key="text", title=gettext_lazy("占作答人数"), width=12),
)
NEEDS = (
    Column(key="format", title=gettext_lazy("需求业态"), width=24),
    Column(key="circle", title=gettext_lazy("生活圈"), width=28),
    Column(key="street", title=gettext_lazy("主报街镇"), width=18),
    Column(key="mentions", title=gettext_lazy("提及人数"), kind=Kind.INTEGER),
    Column(key="n", title=gettext_lazy("该题作答人数"), kind=Kind.INTEGER),
    Column(key="text", title=gettext_lazy("提及率"), width=10),
    Column(key="word", title=gettext_lazy("定稿中的业态"), width=14),
)
WORDS = (
    Column(key="question", title=gettext_lazy("题目"), width=40),
    Column(key="said", title=gettext_lazy("意见"), width=80),
)


def results_workbook(
    request: HttpRequest, survey: Survey, place: str, blocks: Sequence[Block]
) -> HttpResponse:
    """One sheet a block; what is withheld stays withheld."""
    notes = [
        _("%(survey)s 调查结果") % {"survey": survey.name},
        _("范围：%(place)s；导出日期：%(day)s")
        % {"place": place, "day": timezone.localdate().isoformat()},
        _("有效样本少于 %(n)d 份的，以及据此可推算出来的，不公布，记作“—（样本不足）”。")
        % {"n": survey.smallest_cell},
    ]
    if survey.is_sample:
        notes.append(_("演示数据"))
    sheets = [
        Sheet(title=block["title"], columns=_columns(block), rows=_rows(block), notes=notes)
        for block in blocks
    ]
    return workbook_answer(
        request,
        name="survey-results",
        label=_("%(survey)s_调查结果") % {"survey": survey.name},
        sheets=sheets,
    )


def _columns(block: Block) -> Sequence[Column]:
    match block["kind"]:
        case "lines":
            return LINES if block["measures"] else [one for one in LINES if one.key in PLAIN]
        case "questions":
            return QUESTIONS
        case "needs":
            return NEEDS
        case _:
            return WORDS


def _rows(block: Block) -> list[dict[str, Any]]:
    match block["kind"]:
        case "lines":
            return [_line(one) for one in block["lines"]]
        case "questions":
            return [row for one in block["questions"] for row in _question(one)]
        case "needs":
            return [one | {"text": one["bar"]["text"]} for one in block["needs"]]
        case _:
            return [
                {"question": one["text"], "said": text}
                for one in block["words"]
                for text in one["said"]
            ]


def _line(line: dict[str, Any]) -> dict[str, Any]:
    answered = str(WITHHELD) if line["state"] == "suppressed" else str(line["answered"])
    return line | {"answered": answered}


def _question(one: dict[str, Any]) -> list[dict[str, Any]]:
    told = {"question": one["text"], "kind": one["kind"]}
    if one["state"] != "shown":
        return [told | {"n": str(WITHHELD) if one["state"] == "suppressed" else "0"}]
    return [
        told
        | {
            "n": str(one["n"]),
            "label": option["label"],
            "times": option["times"],
            "text": option["bar"]["text"],
        }
        for option in one["options"]
    ]
