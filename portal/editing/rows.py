"""Rows of an editor's form: added, moved and removed with and without script, nothing typed lost.

A row's number stands in a hidden field of its own, once for each row; the order of those fields is
the order of the rows. So a script that moves a row has nothing to renumber. Without script the
buttons `do` send the page, and it comes back with the row moved and all else as it was typed.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from core.ids import new_id

# Stands for the number of a row that a script is going to add.
NEW = "NEW"
MOST_ROWS = 200
Line = dict[str, str]


class RowForm(forms.Form):
    """One row; `key` names it for good, whatever it is called later."""

    key = forms.SlugField(widget=forms.HiddenInput, required=False, max_length=40)

    number: str = ""

    def quiet(self) -> None:
        """Show what was typed without a word on what is wrong with it."""
        self._errors = ErrorDict()

    def clean_key(self) -> str:
        """A new row gets a name that no other has."""
        return self.cleaned_data["key"] or fresh_key()


def fresh_key() -> str:
    """A name for a new row."""
    return f"n-{new_id().hex[-10:]}"


class Rows:
    """The rows of one kind. `name` heads the names of their fields.

    data     what the page sent (a QueryDict); None = show `initial`
    options  more arguments of every row's form
    """

    def __init__(
        self,
        form: type[RowForm],
        name: str,
        *,
        data: Any = None,
        initial: Iterable[Mapping[str, Any]] = (),
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.form, self.name, self.data = form, name, data
        self.options = dict(options or {})
        self.forms: list[RowForm] = (
            [self._made(str(at), initial=one) for at, one in enumerate(initial, start=1)]
            if data is None
            else [self._made(number, data=data) for number in self._numbers(data)]
        )

    @property
    def template(self) -> RowForm:
        """An empty row for a script to copy."""
        return self._made(NEW)

    def is_valid(self) -> bool:
        """Whether every row is; all are looked at."""
        return all([form.is_valid() for form in self.forms])

    @property
    def cleaned(self) -> list[dict[str, Any]]:
        """What the rows say, in their order."""
        return [dict(form.cleaned_data) for form in self.forms]

    def act(self, asked: str) -> bool:
        """Do what a button without script asks (`rows:add`, `rows:up:3`); False = not ours."""
        name, _colon, rest = asked.partition(":")
        if name != self.name:
            return False
        word, _colon, number = rest.partition(":")
        at = next((n for n, form in enumerate(self.forms) if form.number == number), None)
        if word == "add" and len(self.forms) < MOST_ROWS:
            taken = [int(form.number) for form in self.forms]
            number = str(max(taken, default=0) + 1)
            self.forms.append(self._made(number, initial={"key": fresh_key()}))
        elif at is not None and word == "remove":
            del self.forms[at]
        elif at is not None and word in ("up", "down"):
            to = min(max(at + (1 if word == "down" else -1), 0), len(self.forms) - 1)
            self.forms.insert(to, self.forms.pop(at))
        for form in self.forms:
            form.quiet()
        return True

    def refuse(self, at: int, column: str, reasons: Any) -> bool:
        """Put a service's reasons at the row (from 1) and column; False = there is no such row."""
        if not 0 < at <= len(self.forms):
            return False
        form = self.forms[at - 1]
        form.add_error(column if column in form.fields else None, reasons)
        return True

    def _made(self, number: str, **told: Any) -> RowForm:
        made = self.form(prefix=f"{self.name}-{number}", **told, **self.options)
        made.number = number
        return made

    def _numbers(self, data: Any) -> list[str]:
        sent = [one for one in data.getlist(self.name) if one.isascii() and one.isdecimal()]
        return list(dict.fromkeys(one for one in sent if len(one) < 7))[:MOST_ROWS]


# --- Fields ---------------------------------------------------------------------------------------
class LinesWidget(forms.Widget):
    """Short lines of a few columns; the template draws them."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__()
        self.columns = columns

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Line]:
        """The lines as they were sent, those left empty dropped.

        A column that does not apply may be left out as a whole.
        """
        sent = [data.getlist(f"{name}-{column}") for column in self.columns]
        most = max(map(len, sent))
        filled = [column or [""] * most for column in sent]
        lines = [dict(zip(self.columns, line, strict=True)) for line in zip(*filled, strict=False)]
        return [line for line in lines if any(text.strip() for text in line.values())]


class LinesField(forms.Field):
    """Lines of texts by column."""

    def __init__(self, columns: Sequence[str], **options: Any) -> None:
        super().__init__(widget=LinesWidget(columns), required=False, **options)

    def clean(self, value: Any) -> list[Line]:
        """Without the blanks at the ends."""
        return [{name: text.strip() for name, text in line.items()} for line in value or []]


class PercentField(forms.DecimalField):
    """A share, typed and shown as per cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, decimal_places=1, max_digits=4, **options)

    def prepare_value(self, value: Any) -> Any:
        """0.85 is shown as 85."""
        return short(value * 100) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        """85 is 0.85."""
        given: Decimal | None = super().clean(value)
        return None if given is None else given / 100


class NumberField(forms.DecimalField):
    """A decimal, shown without needless zeros."""

    def prepare_value(self, value: Any) -> Any:
        """2.50 is shown as 2.5."""
        return short(value) if isinstance(value, Decimal) else value


class NamesField(forms.CharField):
    """Codes of a vocabulary, typed and shown by their names with 、 between them.

    picker  the list of choices that the page's script offers as ticks
    """

    def __init__(self, picker: str, what: Any, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(
            widget=forms.TextInput(attrs={"data-picker": picker, "autocomplete": "off"}), **options
        )
        self.what = what
        # Code → name; the form that has the field fills it.
        self.names: dict[str, str] = {}

    def prepare_value(self, value: Any) -> Any:
        """Codes by name; one that is gone stays as it is."""
        if isinstance(value, list | tuple):
            return "、".join(self.names.get(str(code), str(code)) for code in value)
        return value

    def clean(self, value: Any) -> list[str]:
        """The codes, each once."""
        return codes_in(super().clean(value), self.names, self.what)


def codes_in(
    text: str,
    names: Mapping[str, str],
    what: Any,
    marks: str = "、，,；;",
    former: Mapping[str, str] | None = None,
) -> list[str]:
    """The codes of the names in a text; ValidationError with those that nobody knows.

    former  names by code that held before: they are understood, too
    """
    for mark in marks:
        text = text.replace(mark, "\n")
    known = {code: code for code in names}
    for one in (former or {}, names):
        known |= {_plain(name): code for code, name in one.items() if code in names}
    asked = [part for part in (_plain(one) for one in text.split("\n")) if part]
    unknown = [part for part in asked if part not in known]
    if unknown:
        raise forms.ValidationError(
            _("%(what)s中没有“%(names)s”，请用“选择”选取或照目录名称填写。")
            % {"what": what, "names": "、".join(unknown)}
        )
    return list(dict.fromkeys(known[part] for part in asked))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def short(number: Decimal) -> str:
    """Its shortest text: 85, 2.5."""
    return f"{number.normalize():f}"
