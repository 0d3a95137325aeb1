"""Whose account money goes to: 户名、开户行、账号, checked before a list is signed."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.text import normalise, normalise_key, strip_unseen
from subsidies.models import Application, Instalment

_DIGITS = re.compile(r"[0-9]+")
# Bank statements and cheque books print numbers in groups.
_BETWEEN = re.compile(r"[\s\-]+")
SHOWN = 4


@dataclass(frozen=True)
class Account:
    """An account in stored form: names without what is unseen, the number without groups."""

    name: str
    bank: str
    number: str


def account_of(row: Application | Instalment) -> Account:
    """The account that the row names, in stored form."""
    return Account(
        name=plain_name(row.account_name),
        bank=plain_name(row.bank),
        number=_BETWEEN.sub("", normalise(row.account_number)),
    )


def plain_name(text: str) -> str:
    """A name in stored form: without what is unseen; its brackets stay as wide as they are."""
    return " ".join(strip_unseen(text).split())


def account_faults(instalment: Instalment) -> list[str]:
    """What is wrong with the account that the instalment goes to; empty = nothing.

    Of a listed instalment it is the account on the list, before that the application's. Reads
    `application.enterprise`.
    """
    application = instalment.application
    is_listed = instalment.state in (Instalment.State.LISTED, Instalment.State.PAID)
    return faults_in(
        account_of(instalment if is_listed else application), application.enterprise.name
    )


def faults_in(account: Account, enterprise: str) -> list[str]:
    """What is wrong with an account that money for this enterprise goes to."""
    faults = []
    if not account.name:
        faults.append(_("未填户名"))
    elif not same_name(account.name, enterprise):
        told = {"account": account.name, "enterprise": enterprise}
        faults.append(_("户名“%(account)s”与企业名称“%(enterprise)s”不一致") % told)
    if not account.bank:
        faults.append(_("未填开户行"))
    if not account.number:
        faults.append(_("未填账号"))
    elif not _DIGITS.fullmatch(account.number):
        faults.append(_("账号只能是数字"))
    return faults


def same_name(one: str, other: str) -> bool:
    """Whether two spellings name the same: width, spaces and kinds of brackets make no odds."""
    return bool(one) and normalise_key(one) == normalise_key(other)


def shown_number(number: str, *, whole: bool) -> str:
    """An account number in groups of four, or its last four digits."""
    if whole or len(number) <= SHOWN:
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return f"**** {number[-SHOWN:]}"


def as_told(account: Account) -> dict[str, Any]:
    """For the audit log: the number by its last digits."""
    return {
        "account_name": account.name,
        "bank": account.bank,
        "account_number": shown_number(account.number, whole=False),
    }
