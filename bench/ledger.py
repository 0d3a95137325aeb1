"""A ledger of 100,000 rows taken in, beside the bare work: reading the file, copying the rows.

Prints two ratios: checking and previewing by what python-calamine alone needs to read the file,
confirming by what a COPY of the same register, facts and history rows alone needs; and the memory
of the process. `LEDGER_ROWS` asks for another size.
"""

import io
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROWS = int(os.environ.get("LEDGER_ROWS", "100000"))
MOST_READING, MOST_COPYING, MOST_MB = 5.0, 4.0, 600.0
_BARE = (
    "import sys,time\n"
    "from python_calamine import CalamineWorkbook\n"
    "start=time.perf_counter()\n"
    "CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()\n"
    "print(time.perf_counter()-start)\n"
)


def main() -> int:
    """0 when the bounds are kept, 1 otherwise."""
    from bench.servers import database

    with database() as folder:
        path = folder / "ledger.xlsx"
        _write_ledger(path)
        bare = min(_read_alone(path) for _ in range(3))
        from django.core.files.base import File
        from django.utils import timezone

        from core.audit import Actor
        from outlets.imports.confirming import confirm_import
        from outlets.imports.kinds import kind_of
        from outlets.imports.preview import row_page
        from outlets.imports.starting import start_import
        from outlets.imports.work import check_file
        from outlets.models import Import
        from territory.models import District

        district = District.objects.get(code="310107")
        by = Actor(label="测试", office_code="bench")
        with path.open("rb") as stream:
            batch = start_import(
                district=district, file=File(stream), filename="ledger.xlsx", by=by
            )
        batch = Import.objects.get(pk=batch.pk)

        def preview() -> None:
            _committed(check_file(batch))
            kind = kind_of("outlets")(district, None, timezone.localdate())
            row_page(batch, kind, verdicts=["new"])

        checking, check_queries = _timed(preview)
        print(batch.counts, flush=True)
        confirming, confirm_queries = _timed(lambda: confirm_import(batch=batch, by=by))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        copying = _copy_alone()
        again = _again(path, district, by)
    print(f"rows                          {ROWS:>12,}")
    print(f"calamine alone                {bare:>12.2f} s")
    print(f"checked and previewed         {checking:>12.2f} s   {check_queries} statements")
    print(f"COPY of the same rows alone   {copying:>12.2f} s")
    print(f"confirmed                     {confirming:>12.2f} s   {confirm_queries} statements")
    print(f"the same file checked again   {again:>12.2f} s   (all rows known)")
    print(f"checking / calamine           {checking / bare:>12.2f}     at most {MOST_READING}")
    print(f"confirming / COPY             {confirming / copying:>12.2f}     at most {MOST_COPYING}")
    print(f"memory                        {memory:>12.0f} MB  at most {MOST_MB:.0f}")
    kept = (
        checking <= MOST_READING * bare
        and confirming <= MOST_COPYING * copying
        and memory <= MOST_MB
    )
    return 0 if kept else 1


def _committed(effect: Callable[[], Any]) -> None:
    from django.db import transaction

    with transaction.atomic():
        effect()


def _timed(run: Callable[[], Any]) -> tuple[float, int]:
    from django.db import connection

    count = 0

    def counted(execute: Any, *args: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*args)

    start = time.perf_counter()
    with connection.execute_wrapper(counted):
        run()
    return time.perf_counter() - start, count


def _read_alone(path: Path) -> float:
    """Seconds that reading takes in a process that does nothing else."""
    command = [sys.executable, "-c", _BARE, str(path)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _copy_alone() -> float:
    """Seconds of a bare COPY of the register, facts and history rows into tables just like them."""
    from django.db import connection

    from outlets.models import Outlet, OutletFacts

    tables = [model._meta.db_table for model in (Outlet, OutletFacts, Outlet.history.model)]
    texts = []
    with connection.cursor() as cursor:
        for table in tables:
            text = io.StringIO()
            cursor.cursor.copy_expert(f"COPY {table} TO STDOUT", text)
            text.seek(0)
            texts.append(text)
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        start = time.perf_counter()
        for table, text in zip(tables, texts, strict=True):
            cursor.cursor.copy_expert(f"COPY bare_{table} FROM STDIN", text)
        return time.perf_counter() - start


def _again(path: Path, district: Any, by: Any) -> float:
    from django.core.files.base import File

    from outlets.imports.starting import start_import
    from outlets.imports.work import check_file
    from outlets.models import Import

    with path.open("rb") as stream:
        batch = start_import(district=district, file=File(stream), filename="ledger.xlsx", by=by)
    batch = Import.objects.get(pk=batch.pk)
    seconds, _queries = _timed(lambda: _committed(check_file(batch)))
    print(batch.counts, flush=True)
    return seconds


def _write_ledger(path: Path) -> None:
    """A full ledger: every column of the template, all but a few filled, nothing repeated that
    would not repeat in a district."""
    import xlsxwriter

    from outlets.ledger_columns import LEDGER
    from outlets.models import BusinessFormat
    from territory.models import Street

    pick = random.Random(7)
    formats = list(BusinessFormat.objects.filter(is_official=True).values_list("name", flat=True))
    streets = list(Street.objects.filter(district__code="310107").values_list("name", flat=True))
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, [str(column.title) for column in LEDGER])
    for number in range(1, ROWS + 1):
        cells = _cells(number, pick, formats, streets)
        sheet.write_row(number, 0, [cells.get(column.key, "") for column in LEDGER])
    book.close()


def _cells(number: int, pick: random.Random, formats: list[str], streets: list[str]) -> Any:
    yes_no = ("是", "否")
    return {
        "name": f"{pick.choice('福康华兴明丽佳友邻和')}{pick.choice('源来达美园利居家乐泰')}"
        f"{pick.choice(('便利店', '餐饮店', '服务部', '商行', '生活馆'))}{number}",
        "licence_name": f"上海示例{number % 40000}商贸有限公司",
        "main_format": pick.choice(formats),
        "industry_code": "5213",
        "street": pick.choice(streets),
        "address": f"示例路{number % 3000}弄{number // 3000}号",
        "floor_room": f"{pick.randint(1, 4)}层",
        "x_in": round(121.36 + pick.random() * 0.08, 6),
        "y_in": round(31.22 + pick.random() * 0.06, 6),
        "crs_in": "GCJ-02",
        "business_area": pick.randint(10, 900),
        "building_area": pick.randint(10, 900),
        "opened_on": f"20{pick.randint(10, 25)}-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}",
        "status": "营业",
        "hours": pick.choice(("07:00-22:00", "08:00-20:00", "10:00-21:30")),
        "open_24h": pick.choice(yes_no),
        "facility_form": "固定门店",
        "chain_kind": pick.choice(("直营连锁", "特许加盟", "非连锁")),
        "brand": pick.choice(("", f"示例品牌{number % 800}")),
        "employees": pick.randint(1, 40),
        "contact": pick.choice(("张三", "李四", "王五")),
        "phone": f"139{number:08d}",
        "ownership": pick.choice(("国资", "私有", "集体")),
        "rent_subsidy": pick.choice(yes_no),
        "elderly_friendly": pick.choice(yes_no),
        "mother_infant": pick.choice(yes_no),
        "cash_accepted": pick.choice(yes_no),
        "delivery": pick.choice(yes_no),
        "dark_store": pick.choice(yes_no),
        "supply": pick.choice(yes_no),
        "licences": "营业执照、食品经营许可证",
        "licence_until": "2028-06-30",
        "credit_grade": pick.choice(("A", "B", "C")),
        "data_source": "街道采集",
        "collected_by": "采集员",
        "collected_on": "2026-05-01",
    }


if __name__ == "__main__":
    sys.exit(main())
