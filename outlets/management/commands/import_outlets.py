"""Take in an outlet ledger."""

from outlets.commands import LedgerCommand
from outlets.services import import_ledger


class Command(LedgerCommand):
    help = (
        "导入商业网点台账（.xlsx、.csv）：先检查全部行，有错则一行也不写入；同一文件导入两次不会重复。"
        "例：manage.py import_outlets 台账.xlsx --street 310107005 --crs gcj02 --errors 错误.xlsx"
    )
    take = staticmethod(import_ledger)
