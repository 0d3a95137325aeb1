"""Telling people of lists and clawbacks: in the site's language, whoever acts."""

import uuid
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.people import recipients_by_id, recipients_of_commission
from accounts.roles import APPROVER, FINANCE
from core.audit import Act
from core.notices import notify
from subsidies.models import Clawback, PaymentList


def tell_signers(now: PaymentList) -> int:
    """Who signs lists: that this one is ready; once for each of its versions."""
    with translation.override(settings.LANGUAGE_CODE):
        return notify(
            key=f"payment_list:asked:{now.pk}:{now.version}",
            people=recipients_of_commission(now.district, APPROVER),
            title=_("请审签拨付清单 %(what)s") % {"what": now.number},
            path=list_path(now),
        )


def tell_makers(now: PaymentList, this: Act, title: Any, comment: str = "") -> None:
    """Who made the list: what became of it. `title` is lazy and takes %(what)s."""
    with translation.override(settings.LANGUAGE_CODE):
        notify(
            key=f"payment_list:{this.id}",
            people=recipients_by_id(uuid.UUID(one) for one in now.submitted_by_ids),
            title=str(title) % {"what": now.number},
            text=comment,
            path=list_path(now),
        )


def tell_of_clawback(now: Clawback, this: Act, title: Any, *, approvers: bool) -> None:
    """Who decides on it; or who asked for it, and finance. `title` as above."""
    people = recipients_of_commission(now.district, APPROVER if approvers else FINANCE)
    if not approvers:
        told = {person.id: person for person in people}
        asked = recipients_by_id(uuid.UUID(one) for one in now.submitted_by_ids)
        people = list(({person.id: person for person in asked} | told).values())
    with translation.override(settings.LANGUAGE_CODE):
        notify(
            key=f"clawback:{this.id}",
            people=people,
            title=str(title) % {"what": now.instalment.application.number},
            text=now.reason,
            path=f"/subsidies/clawbacks/{now.pk}/",
        )


def list_path(now: PaymentList) -> str:
    """Where the list is dealt with."""
    return f"/subsidies/payment-lists/{now.pk}/"
