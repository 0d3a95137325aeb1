"""Walking a ledger through the steps of its import, as the page does."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from core.audit import Actor
from core.spreadsheets import Layout
from outlets.imports.confirming import Confirmation, confirm_import
from outlets.imports.correcting import judge_again
from outlets.imports.starting import set_layout, start_import
from outlets.imports.work import check_file
from outlets.models import Import, ImportRow
from tests.outlets.ledger_files import BY, World, workbook

Rows = Sequence[Mapping[str, Any]]


def upload(
    world: World, rows: Rows | io.BytesIO, filename: str = "台账.xlsx", **options: Any
) -> Import:
    """The file taken in, nothing checked yet."""
    file = rows if isinstance(rows, io.BytesIO) else workbook(rows)
    upload_ = SimpleUploadedFile(filename, file.getvalue())
    return start_import(
        **{"district": world.district, "by": BY} | options, file=upload_, filename=filename
    )


def checked(world: World, rows: Rows | io.BytesIO, **options: Any) -> Import:
    """The file taken in and checked."""
    return check(upload(world, rows, **options))


def check(batch: Import) -> Import:
    """Check the stored file."""
    batch = Import.objects.get(pk=batch.pk)
    with transaction.atomic():
        check_file(batch)()
    return Import.objects.get(pk=batch.pk)


def again(batch: Import) -> Import:
    """Judge the open rows once more."""
    judge_again(batch)
    return Import.objects.get(pk=batch.pk)


def relaid(batch: Import, crs: str = "", by: Actor = BY, **columns: int) -> Import:
    """Read the file with these columns (key → place) on top of those guessed."""
    layout = Layout.from_json(batch.layout)
    columns = {**layout.columns, **columns}
    layout = Layout(layout.sheet, layout.header, layout.header_rows, columns)
    return set_layout(batch=batch, layout=layout, crs=crs, by=by)


def confirm(batch: Import, **options: Any) -> Confirmation:
    """Write what is good."""
    return confirm_import(**{"batch": batch, "by": BY} | options)


def verdicts(batch: Import) -> list[str]:
    """The verdict of each row, in the order of the sheet."""
    return list(batch.rows.order_by("no").values_list("verdict", flat=True))


def row(batch: Import, no: int) -> ImportRow:
    """One staged row."""
    return batch.rows.get(no=no)
