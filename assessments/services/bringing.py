"""An agency's answers, brought as a file or by its system: all of them, or none and why."""

import datetime as dt
import hashlib
import io
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.answer_tables import ASKED, MOST_SECONDS, columns_of, given_in
from assessments.models import Question, Survey, SurveyAnswer, SurveyImport
from assessments.services.answering import (
    ClosedError,
    check_answers,
    flags_of,
    hold_open,
    overall_of,
)
from assessments.services.entering import COLLECT
from circles.models import Circle
from core import policy
from core.audit import Act, Actor, act
from core.db import locked
from core.scope import Scope
from core.spreadsheets import (
    CellError,
    Limits,
    SpreadsheetError,
    Table,
    check_rows,
    open_table,
    template,
    write_errors,
)
from core.text import normalise

LIMITS = Limits(
    max_file_bytes=10 * 2**20,
    max_unpacked_bytes=200 * 2**20,
    max_rows=20_000,
    max_columns=120,
    max_cells=2_000_000,
)
MOST_ROWS = 1_000
_BATCH = 1_000
# So many errors are told in one sentence; the page and the workbook tell all.
_MOST_TOLD = 20


class BadCellsError(ValidationError):
    """A file that was not taken: which cells are wrong and why. `errors_book` gives them back."""

    def __init__(self, table: Table, errors: list[CellError]) -> None:
        super().__init__(
            [f"{e.cell} {e.column_title}：{e.message}" for e in errors[:_MOST_TOLD]],
        )
        self.table, self.errors = table, errors


class BadRowsError(ValidationError):
    """Answers of a system that were not taken: {row (from 1), field, message} each."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__([str(error["message"]) for error in errors[:_MOST_TOLD]])
        self.errors = errors


def template_book(survey: Survey) -> bytes:
    """The empty .xlsx of a wave: its columns, lists to choose from, and how to fill it in."""
    questions = list(survey.questionnaire.questions.all())
    columns = columns_of(survey, questions, _circles(survey).values(), survey.closes_on)
    return template(columns, title=survey.name)


def errors_book(error: BadCellsError) -> bytes:
    """The wrong rows as they came, wrong cells red, with what is wrong; to be mended and sent."""
    target = io.BytesIO()
    write_errors(target, error.table, error.errors)
    return target.getvalue()


def bring_answers(*, survey: Survey, file: Any, by: Actor, scope: Scope) -> SurveyImport:
    """Take in an .xlsx or .csv (`file` has `name`), whole or not at all.

    Raises BadCellsError, or ValidationError (`file`: unreadable, brought before; wave not open).
    """
    policy.require(scope, COLLECT, survey)
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(2**16), b""):
        digest.update(chunk)
    file.seek(0)
    with act("assessments.import_answers", by=by) as this:
        now = _held(survey)
        _refuse_again(now, digest.hexdigest())
        made = _read_file(now, file)
        name = normalise(str(file.name).replace("\\", "/").rsplit("/", 1)[-1])
        return _keep(now, made, name=name, sha256=digest.hexdigest(), by=by, this=this)


def bring_rows(
    *, survey: Survey, rows: Sequence[Mapping[str, Any]], by: Actor, scope: Scope
) -> SurveyImport:
    """Take in up to 1,000 answers of an agency's system, all or none.

    Each row: circle (code), channel, answered_on (date), answers ({key: value or values}), and
    age_band, seconds where known. Raises BadRowsError, or ValidationError (wave not open).
    """
    policy.require(scope, COLLECT, survey)
    if not 1 <= len(rows) <= MOST_ROWS:
        told = {"most": MOST_ROWS}
        raise ValidationError({"answers": _("一次须有 1 到 %(most)d 份答卷") % told})
    with act("assessments.import_answers", by=by) as this:
        now = _held(survey)
        made = _read_rows(now, rows)
        # Two people may answer alike: sending twice is caught by the Idempotency-Key.
        sha256 = secrets.token_hex()
        return _keep(now, made, name=_("接口报送"), sha256=sha256, by=by, this=this)


def undo_import(*, imported: SurveyImport, by: Actor, scope: Scope) -> SurveyImport:
    """Take a file's answers out again, while the wave is open."""
    policy.require(scope, COLLECT, imported.survey)
    with act("assessments.undo_import", by=by) as this:
        _held(imported.survey)
        now = locked(SurveyImport.objects.filter(pk=imported.pk)).get()
        if now.undone_at:
            raise ValidationError(_("这次导入已经撤销。"), code="state")
        deleted = now.answers.all().delete()[0]
        now.undone_at = timezone.now()
        now.save(update_fields=["undone_at"])
        this.obj = imported.survey
        this.changes = {"file": now.name, "rows": now.rows, "deleted": deleted}
    return now


# --- Reading --------------------------------------------------------------------------------------
def _read_file(survey: Survey, file: Any) -> list[SurveyAnswer]:
    questions = list(survey.questionnaire.questions.all())
    circles = _circles(survey)
    columns = columns_of(survey, questions, circles.values(), _last_day(survey))
    try:
        table = open_table(file, filename=str(file.name), columns=columns, limits=LIMITS)
    except SpreadsheetError as error:
        raise ValidationError({"file": error.message}, code=error.code) from error
    titles = {column.key: str(column.title) for column in columns}
    if missing := [t for key, t in titles.items() if _is_lost(key, table)]:
        told = {"columns": "、".join(missing)}
        raise ValidationError({"file": _("缺少题目列：%(columns)s。请使用本次调查的模板。") % told})
    checked = check_rows(table, columns)
    errors = list(checked.errors)
    made = []
    for row in checked.good_rows:
        try:
            made.append(
                _answer(survey, questions, circles, row.values, given_in(row.values, questions))
            )
        except ValidationError as error:
            for key, messages in _by_question(error).items():
                name = ASKED + key
                errors += [
                    table.error(row.row, name, message, title=titles.get(name, ""))
                    for message in messages
                ]
    if errors:
        raise BadCellsError(table, sorted(errors, key=lambda one: (one.row, one.column)))
    return made


def _is_lost(key: str, table: Table) -> bool:
    """A question without its column: a misspelt header must not lose answers unseen."""
    return key.startswith(ASKED) and key not in table.columns


def _read_rows(survey: Survey, rows: Sequence[Mapping[str, Any]]) -> list[SurveyAnswer]:
    questions = list(survey.questionnaire.questions.all())
    circles, last = _circles(survey), _last_day(survey)
    errors: list[dict[str, Any]] = []
    made = []
    for number, row in enumerate(rows, start=1):
        wrong = _wrong_head(row, circles, survey.opens_on, last)
        try:
            answer = None if wrong else _answer(survey, questions, circles, row, row["answers"])
        except ValidationError as error:
            for key, messages in _by_question(error).items():
                wrong += [(f"answers.{key}" if key else "answers", one) for one in messages]
        else:
            made += [answer] if answer else []
        errors += [{"row": number, "field": name, "message": message} for name, message in wrong]
    if errors:
        raise BadRowsError(errors)
    return made


def _wrong_head(
    row: Mapping[str, Any], circles: Mapping[str, Circle], first: dt.date, last: dt.date
) -> list[tuple[str, str]]:
    wrong = []
    if row["circle"] not in circles:
        wrong.append(("circle", _("不在本次调查范围内")))
    if not first <= row["answered_on"] <= last:
        told = {"first": first, "last": last}
        wrong.append(("answered_on", _("须在 %(first)s 至 %(last)s 之间") % told))
    if not 0 <= (row.get("seconds") or 0) <= MOST_SECONDS:
        wrong.append(("seconds", _("须在 0 至 %(most)d 之间") % {"most": MOST_SECONDS}))
    return wrong


def _answer(
    survey: Survey,
    questions: Sequence[Question],
    circles: Mapping[str, Circle],
    row: Mapping[str, Any],
    given: Mapping[str, Any],
) -> SurveyAnswer:
    answers, seconds = check_answers(questions, given), row.get("seconds")
    return SurveyAnswer(
        survey=survey,
        circle=circles[row["circle"]],
        channel=row["channel"],
        age_band=row.get("age_band") or "",
        answers=answers,
        overall=overall_of(questions, answers),
        answered_on=row["answered_on"],
        seconds=seconds,
        flags=flags_of(survey, questions, answers, seconds),
    )


def _by_question(error: ValidationError) -> dict[str, list[str]]:
    """Messages by question key; "" for those about the whole."""
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {"" if key == "__all__" else key: told for key, told in error.message_dict.items()}


def _circles(survey: Survey) -> dict[str, Circle]:
    links = survey.circles.select_related("circle").order_by("circle__code")
    return {link.circle.code: link.circle for link in links}


def _last_day(survey: Survey) -> dt.date:
    return min(survey.closes_on, timezone.localdate())


# --- Keeping --------------------------------------------------------------------------------------
def _held(survey: Survey) -> Survey:
    try:
        hold_open(survey.pk, by_day=False)
    except ClosedError as error:
        raise ValidationError(_("调查未在进行中，不能导入或撤销答卷。"), code="state") from error
    return Survey.objects.select_related("questionnaire").get(pk=survey.pk)


def _refuse_again(survey: Survey, sha256: str) -> None:
    before = survey.imports.filter(sha256=sha256, undone_at=None).first()
    if before:
        raise _again(before)


def _again(before: SurveyImport) -> ValidationError:
    told = {"name": before.name, "at": f"{timezone.localtime(before.at):%Y-%m-%d %H:%M}"}
    message = _("这个文件已于 %(at)s 导入（%(name)s），没有重复导入；如需更正请先撤销那次导入。")
    return ValidationError({"file": message % told}, code="again")


def _keep(
    survey: Survey,
    made: list[SurveyAnswer],
    *,
    name: str,
    sha256: str,
    by: Actor,
    this: Act,
) -> SurveyImport:
    kept = SurveyImport(
        survey=survey, name=name[:200], sha256=sha256, rows=len(made), by_label=by.label[:120]
    )
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError as error:
        raise _again(survey.imports.get(sha256=sha256, undone_at=None)) from error
    for answer in made:
        answer.brought_by = kept
    SurveyAnswer.objects.bulk_create(made, batch_size=_BATCH)
    # The wave: what was brought may be taken out again, and the log must still say of which.
    this.obj, this.payload_sha256 = survey, sha256
    this.changes = {
        "file": kept.name,
        "rows": kept.rows,
        "flagged": sum(1 for answer in made if answer.flags),
    }
    return kept
