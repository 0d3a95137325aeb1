"""Take in a ledger of compounds."""

from circles.services import import_compounds
from outlets.commands import LedgerCommand


class Command(LedgerCommand):
    help = (
        "导入小区台账（.xlsx、.csv）：先检查全部行，有错则一行也不写入；同一文件导入两次不会重复。"
        "例：manage.py import_compounds 小区.xlsx --crs wgs84 --dry-run"
    )
    take = staticmethod(import_compounds)
