"""The fields of each sort of row of a rule's JSON."""

from subsidies.rules import fields
from subsidies.rules.fields import Field, Fields, One, Rows

_KEY = Field(fields.code, needed=True)
_LABEL = Field(fields.text(120), needed=True)
_CLAUSE = Field(fields.text(120))
_TEXT = Field(fields.text(500))
_NUMBER = Field(fields.number, None)
_WHOLE = Field(fields.whole, None)
_REFERENCE = Field(fields.code)

OPTION: Fields = {"value": _KEY, "label": _LABEL}
INPUT: Fields = {
    "key": _KEY,
    "label": _LABEL,
    "kind": Field(fields.one_of("money", "number", "date", "flag", "choice"), needed=True),
    "unit": Field(fields.text(20)),
    "required": Field(fields.flag, True),
    "options": Rows(OPTION, "value"),
    "source": Field(fields.text(60)),
    "help": _TEXT,
}
CONDITION: Fields = {
    "key": _KEY,
    "label": _LABEL,
    "kind": Field(
        fields.one_of("compare", "ratio", "not_blacklisted", "not_funded", "first_time"),
        needed=True,
    ),
    "input": _REFERENCE,
    "op": Field(fields.one_of(">=", ">", "<=", "<", "=", "in")),
    "value": Field(fields.wanted, None),
    "other": _REFERENCE,
    "years": Field(fields.up_to(50), None),
    "clause": _CLAUSE,
}
TABLE: Fields = {
    "is": Field(fields.wanted, None),
    "from": _NUMBER,
    "to": _NUMBER,
    "value": _NUMBER,
}
LOOKUP: Fields = {"value": _NUMBER, "by": _REFERENCE, "table": Rows(TABLE)}
BONUS: Fields = {
    "flag": _KEY,
    "value": _NUMBER,
    "how": Field(fields.one_of("instead", "plus"), "instead"),
}
STEP: Fields = {
    "key": _KEY,
    "label": _LABEL,
    "kind": Field(fields.one_of("take", "fixed", "times", "rate", "cap"), needed=True),
    "input": _REFERENCE,
    **LOOKUP,
    "bonus": Rows(BONUS, "flag"),
    "limit": One(LOOKUP),
    "most": _NUMBER,
    "rounds": Field(fields.one_of("fen", "none"), "fen"),
    "clause": _CLAUSE,
}
CAP: Fields = {
    "per": Field(
        fields.one_of("applicant", "applicant_year", "item_year", "clause_year", "outlet"),
        needed=True,
    ),
    "amount": _NUMBER,
    "count": _WHOLE,
    "label": Field(fields.text(120)),
    "clause": _CLAUSE,
}
INSTALMENT: Fields = {
    "share": Field(fields.number, needed=True),
    "year_offset": Field(fields.up_to(20), 0),
    "condition": Field(fields.text(200)),
    "months": Field(fields.up_to(240), None),
}
EVIDENCE: Fields = {
    "key": _KEY,
    "label": _LABEL,
    "required": Field(fields.flag, True),
    "note": Field(fields.text(300)),
}
ABOUT: Fields = {
    "on": Field(fields.day),
    "blacklisted": Field(fields.flag, False),
    "funded_on": Field(fields.days, []),
    "item_on": Field(fields.days, []),
}
EXAMPLE: Fields = {
    "name": _LABEL,
    "given": Field(fields.mapping, {}),
    "spent": Field(fields.mapping, {}),
    "about": One(ABOUT, sparse=True),
    "expected": _NUMBER,
    "ineligible": Field(fields.flag, False),
    "note": _TEXT,
}
COMMON: Fields = {
    "inputs": Rows(INPUT, "key"),
    "conditions": Rows(CONDITION, "key"),
    "caps": Rows(CAP),
    "evidence": Rows(EVIDENCE, "key"),
}
RULE: Fields = {
    "inputs": Rows(INPUT, "key"),
    "conditions": Rows(CONDITION, "key"),
    "steps": Rows(STEP, "key"),
    "caps": Rows(CAP),
    "instalments": Rows(INSTALMENT),
    "evidence": Rows(EVIDENCE, "key"),
    "examples": Rows(EXAMPLE, "name"),
}
