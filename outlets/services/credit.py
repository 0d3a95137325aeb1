"""Credit results that others gave enterprises (市场监管、信用普陀): imported, never judged here."""

import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.audit import Actor, act
from core.credit_code import check_credit_code, normalise_credit_code
from core.spreadsheets import CleanRow, Column, Kind
from core.text import normalise_key
from outlets.models import CreditResult, Enterprise
from outlets.services.register import lock_register
from outlets.services.small_files import SmallFile, Source, Taken
from territory.models import District


def _length(name: str) -> int:
    length: int = CreditResult._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    return length


CREDIT_RESULTS: tuple[Column, ...] = (
    Column(
        key="credit_code",
        title=gettext_lazy("统一社会信用代码"),
        kind=Kind.CODE,
        aliases=("信用代码", "社会信用代码"),
        normalise=normalise_credit_code,
        check=check_credit_code,
        help=gettext_lazy("据此认定企业；没有代码的按企业名称"),
    ),
    Column(
        key="name",
        title=gettext_lazy("企业名称"),
        aliases=("主体名称", "单位名称", "名称", "营业执照名称"),
    ),
    Column(
        key="source",
        title=gettext_lazy("来源"),
        required=True,
        max_length=_length("source"),
        aliases=("评价机构", "数据来源", "评价单位"),
    ),
    Column(
        key="grade",
        title=gettext_lazy("信用等级"),
        required=True,
        max_length=_length("grade"),
        aliases=("等级", "评价等级", "评价结果"),
        example="A",
    ),
    Column(
        key="on",
        title=gettext_lazy("评价日期"),
        kind=Kind.DATE,
        required=True,
        aliases=("日期", "评定日期", "认定日期"),
    ),
    Column(
        key="blacklisted",
        title=gettext_lazy("失信名单"),
        kind=Kind.FLAG,
        aliases=("是否失信", "列入失信名单", "是否列入失信名单"),
    ),
)

Key = tuple[uuid.UUID, str, Any]


def import_credit_results(
    *, district: District, file: Source, filename: str, by: Actor, is_sample: bool = False
) -> Taken:
    """Take in a table of credit results, all rows or none.

    A result is known by enterprise, source and day; a known one gets what the file says. The same
    file again changes nothing. ValidationError names the cells that are wrong: among them
    enterprises that the register does not have.
    """
    with act("outlets.import_credit", by=by, comment=filename) as this:
        table = SmallFile(file, filename=filename, columns=CREDIT_RESULTS)
        lock_register(district)
        found = _found(table, district)
        table.require_good()
        taken = _write(found, district, table.sha256, is_sample=is_sample)
        this.changes = {"file": filename, **taken.counts()}
        this.payload_sha256 = table.sha256
    return taken


def _found(table: SmallFile, district: District) -> dict[Key, CleanRow]:
    """Each row by what it speaks of; what is wrong is noted in the table."""
    by_code, by_name = _enterprises(district)
    keys: list[tuple[int, Key]] = []
    found: dict[Key, CleanRow] = {}
    for row in table.rows:
        cells = row.values
        code, name = cells["credit_code"], cells["name"]
        column = "credit_code" if code else "name"
        if not code and not name:
            table.fault(row.row, "credit_code", _("统一社会信用代码和企业名称至少填一项"))
            continue
        owners = [by_code[code]] if code in by_code else []
        owners = owners if code else by_name.get(normalise_key(name), [])
        if len(owners) != 1:
            several = _("企业库中有 %(count)d 家同名企业，请填写统一社会信用代码")
            none = _("企业库中没有这家企业，请先登记网点或企业")
            table.fault(row.row, column, several % {"count": len(owners)} if owners else none)
            continue
        if cells["on"] is not None and cells["on"] > timezone.localdate():
            table.fault(row.row, "on", _("评价日期晚于今天"))
        key = owners[0], cells["source"], cells["on"]
        keys.append((row.row, key))
        found[key] = row
    table.refuse_repeated(keys, "on")
    return found


def _enterprises(district: District) -> tuple[dict[str, uuid.UUID], dict[str, list[uuid.UUID]]]:
    by_code: dict[str, uuid.UUID] = {}
    by_name: dict[str, list[uuid.UUID]] = {}
    rows = Enterprise.objects.filter(district=district).order_by("id")
    for pk, code, name in rows.values_list("id", "credit_code", "name"):
        if code:
            by_code[code] = pk
        by_name.setdefault(normalise_key(name), []).append(pk)
    return by_code, by_name


def _write(
    found: dict[Key, CleanRow], district: District, sha256: str, *, is_sample: bool
) -> Taken:
    taken = Taken(sha256)
    known = {
        (row.enterprise_id, row.source, row.on): row
        for row in CreditResult.objects.filter(district=district)
    }
    new, changed = [], []
    for (owner, source, on), row in found.items():
        says = {
            "grade": row.values["grade"],
            "blacklisted": bool(row.values["blacklisted"]),
        }
        old = known.get((owner, source, on))
        if old is None:
            new.append(
                CreditResult(
                    district=district,
                    enterprise_id=owner,
                    source=source,
                    on=on,
                    is_sample=is_sample,
                    **says,
                )
            )
        elif {name: getattr(old, name) for name in says} != says:
            old.grade, old.blacklisted = says["grade"], says["blacklisted"]
            changed.append(old)
        else:
            taken.unchanged += 1
    CreditResult.objects.bulk_create(new, batch_size=1000)
    CreditResult.objects.bulk_update(changed, ["grade", "blacklisted"], batch_size=1000)
    taken.new, taken.changed = len(new), len(changed)
    return taken
