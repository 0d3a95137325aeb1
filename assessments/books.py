"""Standards and questionnaires as workbooks, out and in: nothing is lost on the way."""

from typing import Any, BinaryIO

from assessments.contents import Content
from assessments.models import Questionnaire, Standard
from core.audit import Actor
from core.scope import Scope
from territory.models import District


class BookError(Exception):
    """What is wrong with a workbook: `errors` are {sheet, row, column, message}, in order."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("；".join(error["message"] for error in errors[:3]))
        self.errors = errors


def standard_book(standard: Standard) -> bytes:
    """The sheets 基本信息, 等级条件, 分型表 and 评价表."""
    raise NotImplementedError


def read_standard_book(file: BinaryIO, filename: str = "") -> Content:
    """The content of such a workbook. BookError by sheet, row and column."""
    raise NotImplementedError


def import_standard(
    *, district: District, file: BinaryIO, filename: str = "", by: Actor, scope: Scope
) -> Standard:
    """A new draft from a workbook, the next number of its code. BookError, nothing written."""
    raise NotImplementedError


def questionnaire_book(questionnaire: Questionnaire) -> bytes:
    """The sheets 基本信息 and 题目."""
    raise NotImplementedError


def import_questionnaire(
    *, district: District, file: BinaryIO, filename: str = "", by: Actor, scope: Scope
) -> Questionnaire:
    """A new draft from a workbook, the next number of its code. BookError, nothing written."""
    raise NotImplementedError
