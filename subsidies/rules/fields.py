"""JSON cleaned by tables: for each sort of row its fields, and how each is read."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.numbers import number_text
from core.text import one_line

_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MOST_ROWS = 100
EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


class Faults(dict[str, list[str]]):
    """What is wrong, by place: {"steps.2.value": ["…"]}."""

    def add(self, place: str, message: str) -> None:
        """One more fault at the place."""
        self.setdefault(place, []).append(message)

    def stop(self) -> None:
        """ValidationError if there is any."""
        if self:
            raise ValidationError(dict(self))


@dataclass(frozen=True)
class Field:
    """How one value is read; `default` is what stands for an empty one."""

    clean: Callable[[Any], Any]
    default: Any = ""
    needed: bool = False


@dataclass(frozen=True)
class Rows:
    """A list of rows of one sort; `key` names the field that no two may share."""

    fields: "Fields"
    key: str = ""


@dataclass(frozen=True)
class One:
    """One row, or none; `sparse`: only with what is told in it."""

    fields: "Fields"
    sparse: bool = False


Fields = Mapping[str, Field | Rows | One]


def clean_row(fields: Fields, value: Any, at: str, faults: Faults) -> dict[str, Any]:
    """The row with every field, in the table's order; what is wrong goes to `faults`."""
    if not isinstance(value, Mapping):
        faults.add(at, _("应为一组“名称：值”"))
        return {}
    for strange in sorted(map(str, set(value) - set(fields))):
        faults.add(_place(at, strange), _("不认识“%(named)s”") % {"named": strange})
    return {
        name: _clean(one, value.get(name), _place(at, name), faults) for name, one in fields.items()
    }


def _clean(one: Field | Rows | One, value: Any, at: str, faults: Faults) -> Any:
    if isinstance(one, Rows):
        return _clean_rows(one, value, at, faults)
    if isinstance(one, One):
        return _clean_one(one, value, at, faults)
    if value in EMPTY:
        if one.needed:
            faults.add(at, _("必填"))
        return one.default
    try:
        return one.clean(value)
    except ValidationError as error:
        faults.add(at, error.messages[0])
        return one.default


def _clean_one(one: One, value: Any, at: str, faults: Faults) -> dict[str, Any] | None:
    if value in EMPTY:
        return {} if one.sparse else None
    row = clean_row(one.fields, value, at, faults)
    return {name: told for name, told in row.items() if not one.sparse or name in value}


def _clean_rows(rows: Rows, value: Any, at: str, faults: Faults) -> list[dict[str, Any]]:
    if value in EMPTY:
        return []
    if not isinstance(value, list | tuple) or len(value) > _MOST_ROWS:
        faults.add(at, _("应为列表"))
        return []
    cleaned: list[dict[str, Any]] = []
    for number, row in enumerate(value, start=1):
        cleaned.append(clean_row(rows.fields, row, f"{at}.{number}", faults))
        keys = [each.get(rows.key) for each in cleaned]
        if rows.key and keys[-1] and keys[-1] in keys[:-1]:
            faults.add(f"{at}.{number}.{rows.key}", _("“%(key)s”重复") % {"key": keys[-1]})
    return cleaned


def _place(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


# --- how single values are read ------------------------------------------------------------------


def code(value: Any) -> str:
    """A key: letters, digits, - and _."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise ValidationError(_("编码“%(code)s”只能用字母、数字、- 和 _") % {"code": value})
    return value


def text(longest: int) -> Callable[[Any], str]:
    """One line of text of at most so many characters."""

    def clean(value: Any) -> str:
        line = one_line(str(value))
        if len(line) > longest:
            raise ValidationError(_("最多%(most)s字") % {"most": longest})
        return line

    return clean


def one_of(*words: str) -> Callable[[Any], str]:
    """One of these words."""

    def clean(value: Any) -> str:
        if value not in words:
            raise ValidationError(_("不认识“%(named)s”") % {"named": value})
        return str(value)

    return clean


def number(value: Any) -> str:
    """A number of 0 or more, as the shortest text. A float is refused: it is not exact."""
    if isinstance(value, float):
        raise ValidationError(_('数值请写成文字，如 "0.3"'))
    shortest = number_text(value)
    if Decimal(shortest) < 0:
        raise ValidationError(_("不能小于0"))
    return shortest


def whole(value: Any) -> int:
    """A whole number of 0 or more."""
    shortest = number(value)
    if not shortest.isdigit():
        raise ValidationError(_("应为整数"))
    return int(shortest)


def up_to(most: int) -> Callable[[Any], int]:
    """A whole number of 0 or more, at most so many."""

    def clean(value: Any) -> int:
        if (found := whole(value)) > most:
            raise ValidationError(_("最多%(most)s") % {"most": most})
        return found

    return clean


def flag(value: Any) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise ValidationError(_("应为是或否"))
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Names and values, cleaned later by what they name."""
    if not isinstance(value, Mapping):
        raise ValidationError(_("应为一组“名称：值”"))
    return {str(name): one for name, one in value.items()}


def day(value: Any) -> str:
    """A day, as ISO text."""
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValidationError(_("“%(value)s”不是日期") % {"value": value}) from None


def days(value: Any) -> list[str]:
    """Several of them."""
    if not isinstance(value, list | tuple):
        raise ValidationError(_("应为列表"))
    return [day(one) for one in value]


def wanted(value: Any) -> str | list[str]:
    """What an input is compared with: a text, a number as text, or a list of texts."""
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    return one_line(str(value))
