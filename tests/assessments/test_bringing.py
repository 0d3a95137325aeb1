"""An agency's file: taken whole or not at all, wrong places named, never twice, taken out again."""

import datetime as dt
import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from assessments.models import SurveyAnswer, SurveyImport
from assessments.services import surveys
from assessments.services.bringing import (
    BadCellsError,
    BadRowsError,
    bring_answers,
    bring_rows,
    errors_book,
    template_book,
    undo_import,
)
from core.models import AuditEvent
from tests.assessments.surveying import GOOD, Wave

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
HEAD = ["生活圈编码", "渠道", "年龄段", "作答日期", "作答时长（秒）"]
ASKED = ["1. 总体是否满意", "2. 价格是否满意", "3. 是否缺少业态", "4. 缺少哪些", "5. 其他意见"]


@pytest.fixture
def wave() -> Wave:
    made = Wave()
    made.survey = made.start()
    return made


def row(wave: Wave, **more: Any) -> list[Any]:
    """A good row, labels as people read them."""
    told = {
        "circle": wave.circle.code,
        "channel": "电话",
        "age_band": "60岁及以上",
        "answered_on": TODAY,
        "seconds": 90,
        "overall": "满意",
        "price": "4",
        "lacking": "是",
        "formats": "维修点、新式书店",
        "words": "多开一家早餐店",
    }
    return list((told | more).values())


def book(*rows: list[Any], head: list[str] | None = None) -> Any:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for line in (head or HEAD + ASKED, *rows):
        sheet.append(line)
    target = io.BytesIO()
    workbook.save(target)
    return ContentFile(target.getvalue(), "结果.xlsx")


def bring(wave: Wave, file: Any, who: Any = None) -> SurveyImport:
    return bring_answers(survey=wave.survey, file=file, **(who or wave.interviewer).acts)


def test_only_who_collects_the_wave_brings_and_undoes(wave: Wave) -> None:
    for person in (wave.rival, wave.street_officer, wave.approver, wave.foreign):
        with pytest.raises(PermissionDenied):
            bring(wave, book(row(wave)), person)
    imported = bring(wave, book(row(wave)))
    for person in (wave.rival, wave.street_officer, wave.approver, wave.foreign):
        with pytest.raises(PermissionDenied):
            undo_import(imported=imported, **person.acts)
    assert list(SurveyImport.objects.visible_to(wave.interviewer.scope)) == [imported]
    assert not SurveyImport.objects.visible_to(wave.rival.scope).exists()


def test_a_file_is_read_with_labels_or_values_and_not_taken_twice(wave: Wave) -> None:
    skipped = {"lacking": "no", "formats": "", "words": None}
    rows = [
        row(wave),
        row(wave, circle=wave.other.name, channel="door", overall="5", price="5", **skipped),
        row(wave, age_band="", seconds=5, overall="不清楚", **skipped),
    ]
    file = book(*rows)
    imported = bring(wave, file)
    assert (imported.rows, imported.name) == (3, "结果.xlsx")
    first, second, third = (
        SurveyAnswer.objects.get(brought_by=imported, overall=value) for value in ("4", "5", "0")
    )
    assert first.answers == {
        "overall": "4",
        "price": "4",
        "lacking": "yes",
        "formats": ["repair", "bookstore"],
        "words": "多开一家早餐店",
    }
    assert (first.circle, first.age_band, first.seconds) == (wave.circle, "60_plus", 90)
    assert (second.circle, second.channel, "formats" in second.answers) == (
        wave.other,
        "door",
        False,
    )
    assert third.flags == SurveyAnswer.SPEEDER
    event = AuditEvent.objects.get(action="assessments.import_answers")
    assert event.changes == {"file": "结果.xlsx", "rows": 3, "flagged": 1}
    assert event.payload_sha256 == imported.sha256

    # The same bytes under another name are the same file.
    file.seek(0)
    again = ContentFile(file.read(), "改名.xlsx")
    with pytest.raises(ValidationError) as refused:
        bring(wave, again)
    assert "没有重复导入" in refused.value.message_dict["file"][0]
    assert SurveyAnswer.objects.count() == 3

    # Taken out, it may come again; once the wave is closed nothing is taken out.
    undo_import(imported=imported, **wave.interviewer.acts)
    assert not SurveyAnswer.objects.exists()
    assert AuditEvent.objects.get(action="assessments.undo_import").changes["deleted"] == 3
    with pytest.raises(ValidationError, match="已经撤销"):
        undo_import(imported=imported, **wave.interviewer.acts)
    again.seek(0)
    second_time = bring(wave, again)
    surveys.close_survey(survey=wave.survey, **wave.officer.acts)
    with pytest.raises(ValidationError, match="未在进行中"):
        undo_import(imported=second_time, **wave.interviewer.acts)
    assert SurveyAnswer.objects.count() == 3


def test_wrong_places_are_named_and_nothing_is_half_written(wave: Wave) -> None:
    wrong = [
        row(wave),
        row(wave, circle="Q-nowhere"),
        row(wave, answered_on=TODAY + dt.timedelta(days=1)),
        row(wave, overall="很好", channel="微信"),
        # Not asked after 否; and required after 是.
        row(wave, lacking="否"),
        row(wave, formats=""),
    ]
    with pytest.raises(BadCellsError) as refused:
        bring(wave, book(*wrong))
    places = {(error.cell, error.column_title) for error in refused.value.errors}
    assert places == {
        ("A3", "生活圈编码"),
        ("D4", "作答日期"),
        ("B5", "渠道"),
        ("F5", "1. 总体是否满意"),
        ("I6", "4. 缺少哪些"),
        ("I7", "4. 缺少哪些"),
    }
    assert not SurveyAnswer.objects.exists()
    assert not SurveyImport.objects.exists()
    assert not AuditEvent.objects.filter(action="assessments.import_answers").exists()
    # The wrong rows come back in their own layout, to be mended and brought again.
    sheet = load_workbook(io.BytesIO(errors_book(refused.value))).worksheets[0]
    lines = list(sheet.values)
    assert [len(lines), lines[0][:5], lines[0][-1]] == [6, tuple(HEAD), "错误说明"]
    assert "原第 3 行：生活圈编码" in lines[1][-1]

    for head, words in (
        (HEAD + ASKED[:4] + ["其它"], "缺少题目列：5. 其他意见"),
        (["甲", "乙", "丙"], "生活圈编码"),
    ):
        with pytest.raises(ValidationError) as unreadable:
            bring(wave, book(row(wave)[: len(head)], head=head))
        assert words in unreadable.value.message_dict["file"][0]
    with pytest.raises(ValidationError):
        bring(wave, ContentFile(b"PK\x03\x04 broken", "结果.xlsx"))


def test_the_template_filled_in_is_taken(wave: Wave) -> None:
    workbook = load_workbook(io.BytesIO(template_book(wave.survey)))
    sheet = workbook.worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEAD + ASKED
    for column, value in enumerate(row(wave), start=1):
        sheet.cell(2, column, value)
    target = io.BytesIO()
    workbook.save(target)
    assert bring(wave, ContentFile(target.getvalue(), "模板.xlsx")).rows == 1


def test_a_system_brings_rows_all_or_none(wave: Wave) -> None:
    good = {
        "circle": wave.circle.code,
        "channel": "phone",
        "answered_on": TODAY,
        "answers": GOOD,
    }
    bad = [
        good,
        good | {"circle": "Q-nowhere", "answered_on": TODAY - dt.timedelta(days=99)},
        good | {"answers": {"overall": "9", "lacking": "no", "price": "5"}},
    ]
    with pytest.raises(BadRowsError) as refused:
        bring_rows(survey=wave.survey, rows=bad, **wave.interviewer.acts)
    assert [(e["row"], e["field"]) for e in refused.value.errors] == [
        (2, "circle"),
        (2, "answered_on"),
        (3, "answers.overall"),
    ]
    assert not SurveyAnswer.objects.exists()
    assert bring_rows(survey=wave.survey, rows=[good, good], **wave.interviewer.acts).rows == 2
    with pytest.raises(ValidationError, match="1000"):
        bring_rows(survey=wave.survey, rows=[good] * 1001, **wave.interviewer.acts)
