"""What a service refuses, shown in the form that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from core.jobs import JobRefusedError
from core.versions import StaleVersionError


class RefusedError(Exception):
    """An act that was not done, and everything with it undone; `errors` say why."""

    def __init__(self, errors: ValidationError) -> None:
        self.errors = errors
        super().__init__("；".join(errors.messages))


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what services raise into one kind of refusal."""
    try:
        yield
    except ValidationError as error:
        raise RefusedError(error) from error
    except (StaleVersionError, JobRefusedError) as error:
        raise RefusedError(ValidationError(str(error))) from error
    except IntegrityError as error:
        message = _("与已有记录冲突（编码或名称可能重复，或该记录仍被引用），未保存，请核对。")
        raise RefusedError(ValidationError(message)) from error


def add_refusal(form: Any, refusal: RefusedError) -> None:
    """Put each reason at its field; reasons about columns the form does not have go on top."""
    errors = refusal.errors
    if not hasattr(errors, "error_dict"):
        form.add_error(None, errors)
        return
    for column, reasons in errors.error_dict.items():
        name = column.removesuffix("_id")
        field = name if name in form.fields else None
        form.add_error(None if column == NON_FIELD_ERRORS else field, reasons)
