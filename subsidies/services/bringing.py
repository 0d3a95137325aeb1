"""The treasury's payments, brought as a file: compared row by row, booked all together.

Preview writes the rows with a verdict and books nothing. Confirm judges them again under the
locks of paying: what has changed meanwhile goes back with the reason, and nothing is booked then.
A file that is brought twice finds its rows booked already.
"""

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope
from core.spreadsheets import Limits, SpreadsheetError, check_rows, open_table
from core.text import normalise
from core.versions import require_version
from subsidies.accounts import account_of
from subsidies.models import (
    Instalment,
    Payment,
    PaymentImport,
    PaymentImportRow,
    PaymentList,
)
from subsidies.payment_books import COLUMNS, as_text
from subsidies.services.paying import (
    Told,
    book,
    faults_in,
    hold,
    is_same,
    recorded_text,
    used_vouchers,
)
from subsidies.services.payment_lists import cleaned_number
from subsidies.workflow.money import PAYMENTS
from territory.models import District

Verdict = PaymentImportRow.Verdict
State = PaymentImport.State
LIMITS = Limits(
    max_file_bytes=5 * 2**20, max_unpacked_bytes=100 * 2**20, max_rows=2_000, max_columns=60
)
_ASKED = ("payment_list", "application__enterprise")


@dataclass
class Row:
    """One row of a file on its way: `told` None where it could not be read."""

    number: int
    raw: dict[str, str]
    told: Told | None = None
    verdict: str = Verdict.INVALID
    reason: str = ""
    instalment: Instalment | None = None

    def judged(self, verdict: str, reason: str = "", found: Instalment | None = None) -> None:
        """Set what became of it."""
        self.verdict, self.reason, self.instalment = verdict, reason[:300], found


@dataclass(frozen=True)
class Confirmed:
    """What confirming came to; with `returned` rows nothing was booked."""

    brought: PaymentImport
    booked: int = 0
    returned: int = 0


@dataclass
class _Known:
    """What rows are compared with: instalments of lists that were issued, by their keys."""

    by_key: dict[tuple[str, str, int], list[Instalment]] = field(default_factory=dict)
    by_account: dict[tuple[str, Decimal], list[Instalment]] = field(default_factory=dict)
    payments: dict[Any, Payment] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)


def preview_payments(*, district: District, file: Any, by: Actor, scope: Scope) -> PaymentImport:
    """Read an .xlsx or .csv (`file` has `name`) and compare each row; nothing is booked yet.

    Rows without day and voucher are not paid yet: they are left out. ValidationError (`file`)
    says where in the file it cannot be read.
    """
    policy.require(scope, PAYMENTS, district_row(district))
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(2**16), b""):
        digest.update(chunk)
    file.seek(0)
    rows = _read(file)
    if not rows:
        raise ValidationError({"file": _("没有一行填写了支付日期或凭证号，没有可比对的内容。")})
    judge(district, rows)
    with act("subsidies.preview_payments", by=by) as this:
        made = PaymentImport.objects.create(
            district=district,
            name=normalise(str(file.name).replace("\\", "/").rsplit("/", 1)[-1])[:200],
            sha256=digest.hexdigest(),
            by_label=by.label[:120],
            is_sample=any(row.instalment and _is_sample(row.instalment) for row in rows),
            **_counts(rows),
        )
        PaymentImportRow.objects.bulk_create(
            PaymentImportRow(
                brought=made,
                number=row.number,
                raw=row.raw,
                verdict=row.verdict,
                reason=row.reason,
                instalment=row.instalment,
            )
            for row in rows
        )
        this.obj, this.payload_sha256 = made, made.sha256
        this.changes = {"file": made.name} | dict(Counter(str(row.verdict) for row in rows))
    return made


def confirm_payments(
    *, brought: PaymentImport, by: Actor, scope: Scope, seen_version: int | None = None
) -> Confirmed:
    """Book every matched row, all in one transaction.

    Where a row has changed since the preview it gets its new verdict, nothing is booked, and the
    file waits to be confirmed again.
    """
    with act("subsidies.confirm_payments", by=by) as this:
        now = _held(brought, scope, seen_version)
        rows = list(now.lines.filter(verdict=Verdict.MATCHED).order_by("number"))
        if not rows:
            raise ValidationError(_("没有相符的行，不能入账；请核对不符清单后重新导入。"))
        held = hold({row.instalment_id for row in rows})
        again = _judged_again(now, rows, held)
        lost = [row for row in again if row.verdict == Verdict.MISMATCHED]
        for row, fresh in zip(rows, again, strict=True):
            row.verdict, row.reason = fresh.verdict, fresh.reason
        this.obj, this.payload_sha256 = now, now.sha256
        now.version += 1
        if lost:
            PaymentImportRow.objects.bulk_update(rows, ["verdict", "reason"])
            now.matched -= len(lost)
            now.mismatched += len(lost)
            now.save()
            this.changes = {"file": now.name, "returned": [row.number for row in lost]}
            return Confirmed(now, returned=len(lost))
        booked = 0
        for row, fresh in zip(rows, again, strict=True):
            if fresh.verdict == Verdict.MATCHED and fresh.told and row.instalment_id:
                book(held[row.instalment_id], fresh.told, by=by, scope=scope, brought=now)
                booked += 1
        PaymentImportRow.objects.bulk_update(rows, ["verdict", "reason"])
        now.state = State.DONE
        now.save()
        this.from_state, this.to_state = State.PREVIEW, State.DONE
        this.changes = {"file": now.name, "booked": booked}
    return Confirmed(now, booked=booked)


def _judged_again(
    now: PaymentImport, rows: Sequence[PaymentImportRow], held: dict[Any, Instalment]
) -> list[Row]:
    """The rows with their verdicts as the held instalments stand."""
    again = [Row(row.number, row.raw, told_in(row.raw)) for row in rows]
    used = used_vouchers([row.told for row in again if row.told], now.district_id)
    payments = _payments(held.values())
    for row, fresh in zip(rows, again, strict=True):
        found = held[row.instalment_id]
        if fresh.told:
            _judge_found(fresh, fresh.told, found, payments.get(found.pk), used)
    return again


def drop_payments(
    *, brought: PaymentImport, by: Actor, scope: Scope, seen_version: int | None = None
) -> PaymentImport:
    """放弃: a preview that will not be booked."""
    with act("subsidies.drop_payments", by=by) as this:
        now = _held(brought, scope, seen_version)
        now.state, now.version = State.DROPPED, now.version + 1
        now.save()
        this.obj, this.changes = now, {"file": now.name}
        this.from_state, this.to_state = State.PREVIEW, State.DROPPED
    return now


def district_row(district: District) -> Any:
    """What the gate asks of: something that belongs to the district."""
    return PaymentImport(district=district)


def _held(brought: PaymentImport, scope: Scope, seen_version: int | None) -> PaymentImport:
    now = locked(PaymentImport.objects.filter(pk=brought.pk)).get()
    policy.require(scope, PAYMENTS, now)
    require_version(now, seen_version)
    if now.state != State.PREVIEW:
        told = {"state": now.get_state_display()}
        raise ValidationError(_("该文件%(state)s，不能再办理。") % told, code="state")
    return now


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    found = Counter(row.verdict for row in rows)
    return {
        "rows": len(rows),
        "matched": found[Verdict.MATCHED],
        "mismatched": found[Verdict.MISMATCHED] + found[Verdict.INVALID],
    }


def _is_sample(row: Instalment) -> bool:
    return bool(row.application.is_sample)


# --- Reading --------------------------------------------------------------------------------------
def _read(file: Any) -> list[Row]:
    """The rows that tell of a payment; ValidationError where the file cannot be read."""
    try:
        table = open_table(file, filename=str(file.name), columns=COLUMNS, limits=LIMITS)
    except SpreadsheetError as error:
        raise ValidationError({"file": error.message}, code=error.code) from error
    checked = check_rows(table, COLUMNS)
    wrong: dict[int, list[str]] = defaultdict(list)
    for fault in checked.errors:
        wrong[fault.row].append(f"{fault.cell} {fault.column_title}：{fault.message}")
    rows = []
    for clean in checked.rows:
        cells = table.row(clean.row)

        def shown(key: str, cells: Sequence[Any] = cells) -> str:
            at = table.columns.get(key)
            return "" if at is None else normalise(str(cells[at]))[:120]

        if not shown("paid_on") and not shown("voucher"):
            continue
        raw = as_text(clean.values, shown)
        if clean.row in wrong:
            rows.append(Row(clean.row, raw, reason="；".join(wrong[clean.row])[:300]))
        else:
            rows.append(Row(clean.row, raw, told_in(raw)))
    return rows


def told_in(raw: dict[str, str]) -> Told:
    """What a readable row tells."""
    day = dt.date.fromisoformat(raw["paid_on"])
    return Told.of(day, raw["voucher"], Decimal(raw["amount"]), raw["account_name"])


# --- Comparing ------------------------------------------------------------------------------------
def judge(district: District, rows: Sequence[Row]) -> None:
    """Set each row's verdict, reason and instalment; constant queries."""
    lists = {cleaned_number(row.raw["list"]) for row in rows}
    numbers = {cleaned_number(row.raw["application"]) for row in rows}
    accounts = {_account(row.raw) for row in rows} - {""}
    issued = Instalment.objects.filter(
        application__district=district,
        payment_list__state__in=[PaymentList.State.ISSUED, PaymentList.State.SETTLED],
    ).select_related(*_ASKED)
    found = {row.pk: row for row in issued.filter(application__number__in=numbers - {""})}
    found |= {row.pk: row for row in issued.filter(account_number__in=accounts)}
    known = _known(found.values())
    named = PaymentList.objects.filter(district=district, number__in=lists - {""})
    known.lists |= set(named.values_list("number", flat=True))
    _judge_all(rows, known, district.pk)


def _known(rows: Iterable[Instalment]) -> _Known:
    known = _Known()
    rows = list(rows)
    for row in rows:
        number = row.payment_list.number if row.payment_list else ""
        key = (number, row.application.number, row.number)
        known.by_key.setdefault(key, []).append(row)
        known.by_account.setdefault((account_of(row).number, row.amount), []).append(row)
        known.lists.add(number)
    known.payments = _payments(rows)
    return known


def _payments(rows: Iterable[Instalment]) -> dict[Any, Payment]:
    paid = Payment.objects.filter(instalment__in=[row.pk for row in rows])
    return {payment.instalment_id: payment for payment in paid}


def _judge_all(rows: Sequence[Row], known: _Known, district: Any) -> None:
    used = used_vouchers([row.told for row in rows if row.told], district)
    # Voucher of this file → its row; instalment → the row that pays it.
    vouchers: dict[str, int] = {}
    taken: dict[Any, int] = {}
    for row in rows:
        if row.told is None:
            continue
        found, why = _instalment_of(row.raw, row.told, known)
        if found is None:
            row.judged(Verdict.MISMATCHED, why)
            continue
        if found.pk in taken:
            told = {"row": taken[found.pk]}
            row.judged(Verdict.MISMATCHED, _("与第 %(row)d 行是同一笔，文件中重复") % told, found)
            continue
        taken[found.pk] = row.number
        _judge_found(row, row.told, found, known.payments.get(found.pk), used)
        first = vouchers.setdefault(f"{row.told.paid_on.year}:{row.told.voucher}", row.number)
        if row.verdict == Verdict.MATCHED and first != row.number:
            told = {"row": first}
            row.judged(Verdict.MISMATCHED, _("凭证号与第 %(row)d 行相同") % told, found)


def _judge_found(
    row: Row, told: Told, found: Instalment, payment: Payment | None, used: dict[str, Any]
) -> None:
    if payment is not None:
        if is_same(payment, told):
            row.judged(Verdict.REPEATED, _("已于此前入账，不再重复"), found)
        else:
            row.judged(Verdict.MISMATCHED, recorded_text(payment), found)
    elif faults := faults_in(found, told, used):
        row.judged(Verdict.MISMATCHED, "；".join(faults.values()), found)
    else:
        row.judged(Verdict.MATCHED, "", found)


def _instalment_of(raw: dict[str, str], told: Told, known: _Known) -> tuple[Instalment | None, str]:
    """Whom the row pays: by list, application and instalment, else by account and amount."""
    listed, number = cleaned_number(raw["list"]), cleaned_number(raw["application"])
    if listed and number:
        return _by_number(listed, number, raw["instalment"], known)
    account = _account(raw)
    if not account:
        return None, _("缺少清单编号、受理编号，也没有账号，无法比对")
    rows = known.by_account.get((account, told.amount), [])
    for row in rows:
        # Of several alike it is the one that was booked with this voucher.
        if row.pk in known.payments and is_same(known.payments[row.pk], told):
            return row, ""
    open_rows = [row for row in rows if row.pk not in known.payments] or rows
    if len(open_rows) == 1:
        return open_rows[0], ""
    if open_rows:
        return None, _("账号和金额相同的有 %(n)d 笔，请填写受理编号") % {"n": len(open_rows)}
    return None, _("送拨付的清单中没有这个账号和金额")


def _by_number(
    listed: str, number: str, instalment: str, known: _Known
) -> tuple[Instalment | None, str]:
    if listed not in known.lists:
        return None, _("没有编号为 %(list)s 的清单") % {"list": listed}
    rows = [
        row
        for (one, other, nth), found in known.by_key.items()
        for row in found
        if one == listed and other == number and instalment in ("", str(nth))
    ]
    if len(rows) == 1:
        return rows[0], ""
    told = {"list": listed, "number": number}
    if rows:
        return None, _("清单 %(list)s 中受理编号 %(number)s 有多笔，请填写期次") % told
    return None, _("送拨付的清单 %(list)s 中没有受理编号 %(number)s 的这一期") % told


def _account(raw: dict[str, str]) -> str:
    return account_of(Instalment(account_number=raw["account_number"])).number
