"""Rounds of checking: sheets for neighbourhood committees, behind links that hold seven days."""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import Actor, act
from core.db import locked
from outlets.models import CheckLine, CheckRound, CheckSheet, Outlet
from outlets.models.outlet import Status
from territory.models import Neighbourhood, Street

LINK_DAYS = 7
_SECRET_BYTES = 32
_GONE = (Status.CLOSED, Status.MOVED)


@dataclass(frozen=True)
class Link:
    """A sheet with its link's secret, which is known this once."""

    sheet: CheckSheet
    secret: str = field(repr=False)


@dataclass(frozen=True)
class StartedRound:
    """A round with its links, and how many of the street's outlets no sheet lists."""

    round: CheckRound
    links: list[Link]
    unlisted: int


def to_check(street: Street) -> "QuerySet[Outlet]":
    """The street's outlets that somebody should look at: present, neither closed nor moved."""
    present = Outlet.objects.filter(street=street, outside=False).registered()
    return present.exclude(status__in=_GONE)


def start_round(
    *,
    street: Street,
    due_on: dt.date,
    by: Actor,
    neighbourhoods: Iterable[Neighbourhood] | None = None,
    title: str = "",
) -> StartedRound:
    """A sheet with the open outlets of each neighbourhood (default: all of the street).

    ValidationError for a day that is past, a neighbourhood of another street, or while an earlier
    round of the street is not over.
    """
    today = timezone.localdate()
    if due_on < today:
        raise ValidationError({"due_on": _("截止日期不能早于今天")})
    with act("outlets.start_round", by=by) as this:
        street = locked(Street.objects.filter(pk=street.pk)).get()
        hoods = _hoods(street, neighbourhoods)
        _refuse_while_one_runs(street, today)
        made = CheckRound(
            district_id=street.district_id,
            street=street,
            title=title.strip() or _("%(month)s 网点核对") % {"month": f"{today:%Y-%m}"},
            issued_on=today,
            due_on=due_on,
            by_label=by.label[:120],
        )
        made.clean_fields(exclude=["district", "street"])
        made.save()
        links = [_new_sheet(made, hood) for hood in hoods]
        CheckSheet.objects.bulk_create([link.sheet for link in links])
        listed = _fill(made, [link.sheet for link in links])
        this.obj = made
        this.changes = {"street": street.code, "due_on": due_on, "sheets": len(links)}
        this.changes["lines"] = listed
    return StartedRound(made, links, unlisted(street).count())


def unlisted(street: Street) -> "QuerySet[Outlet]":
    """Outlets of the street that no sheet can list, because no neighbourhood is named for them."""
    return to_check(street).filter(neighbourhood__isnull=True)


def renew_link(*, sheet: CheckSheet, by: Actor) -> Link:
    """A new link for a sheet that is still out; the old one opens nothing any more."""
    return renew_links(sheets=[sheet], by=by)[0]


def renew_links(*, sheets: Sequence[CheckSheet], by: Actor) -> list[Link]:
    """New links for sheets that are still out. ValidationError if one has come back."""
    with act("outlets.renew_link", by=by) as this:
        rows = list(
            locked(CheckSheet.objects.filter(pk__in=[sheet.pk for sheet in sheets])).select_related(
                "round__street", "neighbourhood"
            )
        )
        links = [_renewed(row) for row in rows]
        columns = ["secret_sha256", "valid_until", "version"]
        CheckSheet.objects.bulk_update([link.sheet for link in links], columns)
        this.obj = rows[0] if len(rows) == 1 else None
        this.changes = {"sheets": sorted(str(row.pk) for row in rows)}
    return links


def sheet_of(secret: str) -> CheckSheet | None:
    """The sheet whose link has this secret, whether it still holds or not."""
    digest = digest_of(secret)
    sheet = (
        CheckSheet.objects.filter(secret_sha256=digest)
        .select_related("round__street", "neighbourhood")
        .defer("round__street__outline", "neighbourhood__outline")
        .first()
    )
    # The comparison takes the same time whether a sheet was found or not.
    known = sheet.secret_sha256 if sheet else "0" * 64
    return sheet if hmac.compare_digest(known, digest) and sheet else None


def digest_of(secret: str) -> str:
    """What is stored of a secret: its SHA-256 (256 random bits need no slow hash)."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def holds(sheet: CheckSheet) -> bool:
    """Whether the sheet's link still opens it for writing."""
    return sheet.state == CheckSheet.State.OPEN and sheet.valid_until > timezone.now()


def _new_secret() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _valid_until() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=LINK_DAYS)


def _new_sheet(made: CheckRound, hood: Neighbourhood) -> Link:
    secret = _new_secret()
    sheet = CheckSheet(
        round=made,
        neighbourhood=hood,
        secret_sha256=digest_of(secret),
        valid_until=_valid_until(),
    )
    return Link(sheet, secret)


def _renewed(sheet: CheckSheet) -> Link:
    if sheet.state != CheckSheet.State.OPEN:
        raise ValidationError(
            _("%(hood)s的核对表%(state)s，无需再催")
            % {"hood": sheet.neighbourhood, "state": sheet.get_state_display()}
        )
    secret = _new_secret()
    sheet.secret_sha256, sheet.valid_until = digest_of(secret), _valid_until()
    sheet.version += 1
    return Link(sheet, secret)


def _hoods(street: Street, wanted: Iterable[Neighbourhood] | None) -> list[Neighbourhood]:
    own = list(street.neighbourhoods.defer("outline").order_by("sort", "code"))
    if wanted is None:
        chosen = own
    else:
        ids = {hood.pk for hood in wanted}
        chosen = [hood for hood in own if hood.pk in ids]
        if len(chosen) != len(ids):
            raise ValidationError({"neighbourhoods": _("只能选择本街道（镇）的居（村）委会")})
    if not chosen:
        raise ValidationError({"neighbourhoods": _("请至少选择一个居（村）委会")})
    return chosen


def _refuse_while_one_runs(street: Street, today: dt.date) -> None:
    out = CheckSheet.objects.filter(
        round__street=street, state=CheckSheet.State.OPEN, round__due_on__gte=today
    )
    running = out.select_related("round").order_by("-round__at").first()
    if running is not None:
        raise ValidationError(
            _("“%(title)s”尚未结束（截止 %(day)s），请在该批次中催办，不要重复下发")
            % {"title": running.round, "day": running.round.due_on}
        )


def _fill(made: CheckRound, sheets: Sequence[CheckSheet]) -> int:
    """List each neighbourhood's outlets on its sheet, in walking order (by address)."""
    by_hood = {sheet.neighbourhood_id: sheet for sheet in sheets}
    outlets = to_check(made.street).filter(neighbourhood__in=by_hood)
    rows = outlets.order_by("address", "code").values_list("pk", "neighbourhood_id", "version")
    lines = [
        CheckLine(sheet=by_hood[hood], outlet_id=pk, seen_version=version)
        for pk, hood, version in rows
    ]
    CheckLine.objects.bulk_create(lines, batch_size=1000)
    return len(lines)
