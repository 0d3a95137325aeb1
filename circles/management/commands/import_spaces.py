"""Take in a ledger of spaces."""

from functools import partial

from outlets.commands import LedgerCommand
from outlets.imports.taking import import_ledger


class Command(LedgerCommand):
    help = (
        "导入可利用空间台账（.xlsx、.csv）：先检查全部行，有错则一行也不写入。"
        "例：manage.py import_spaces 空间.xlsx --street 310107005 --crs gcj02"
    )
    take = staticmethod(partial(import_ledger, subject="spaces"))
