"""What of an application is shown to whom: accounts and telephone numbers."""

from core import policy
from core.masking import mask_phone
from core.scope import Scope
from subsidies.accounts import shown_number
from subsidies.models import Application


def sees_whole(application: Application, scope: Scope) -> bool:
    """Whether the caller sees account and telephone in full: who pays, reviews, or filed it."""
    if policy.may(scope, "subsidies.see_accounts"):
        return True
    persons = {str(person) for person in scope.persons}
    return not persons.isdisjoint(application.submitted_by_ids)


def account_number_for(application: Application, scope: Scope) -> str:
    """The account number in groups of four, or its last four digits."""
    return shown_number(application.account_number, whole=sees_whole(application, scope))


def phone_for(application: Application, scope: Scope) -> str:
    """The telephone number, or with its middle masked."""
    if sees_whole(application, scope):
        return application.phone
    return mask_phone(application.phone)
