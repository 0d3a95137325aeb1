"""One-time codes (问卷码) of a wave: made, found again, told for printing; only digests are stored.

A code is an HMAC of the wave's secret and a serial, so that sheets can be printed again while the
wave runs; when it closes the secret is thrown away, and no code can be made or told any more.
"""

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from assessments.models import Channel, Survey, SurveyToken
from assessments.services.answering import ClosedError, hold_open
from assessments.slips import Slip, slips_pdf
from assessments.workflow.surveys import MANAGE
from circles.models import Circle
from core import policy
from core.audit import Actor, act
from core.db import locked
from core.scope import Scope

# 80 bits in Crockford's base 32: nothing in it is mistaken for another sign when typed.
LENGTH: Final = 16
_BYTES = LENGTH * 5 // 8
_STANDARD, _CROCKFORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz"
_SPELT = str.maketrans(_STANDARD, _CROCKFORD)
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
MOST_AT_ONCE: Final = 5_000
MOST_OF_A_SURVEY: Final = 500_000
# Of one file to print: fifty sheets of paper.
MOST_PRINTED: Final = 500
CHANNELS: Final = frozenset({Channel.QR, Channel.LINK})


def make_tokens(
    *, survey: Survey, circle: Circle, count: int, channel: str = "qr", by: Actor, scope: Scope
) -> int:
    """Make `count` codes for a circle of a running wave; the first of their consecutive serials.

    Raises PermissionDenied, or ValidationError (`count`, `circle`, `channel`, or closed).
    """
    policy.require(scope, MANAGE, survey)
    _check_order(count, channel)
    with act("assessments.make_tokens", by=by) as this:
        now = _running(survey)
        # Whoever makes codes of the wave waits here; who answers does not.
        links = {link.circle_id: link for link in locked(now.circles.all())}
        link = links.get(circle.pk)
        if link is None:
            raise ValidationError(
                {"circle": _("“%(circle)s”不在调查范围内。") % {"circle": circle}}
            )
        made = SurveyToken.objects.filter(survey=now)
        last: int = made.aggregate(last=Max("serial"))["last"] or 0
        if last + count > MOST_OF_A_SURVEY:
            raise ValidationError(
                {"count": _("一次调查最多生成 %(most)d 个问卷码。") % {"most": MOST_OF_A_SURVEY}}
            )
        serials = range(last + 1, last + count + 1)
        told = {"survey": now, "circle": circle, "channel": channel}
        rows = [
            SurveyToken(serial=serial, digest=digest_of(token_text(now, serial)), **told)
            for serial in serials
        ]
        SurveyToken.objects.bulk_create(rows, batch_size=1000)
        link.tokens += count
        link.save(update_fields=["tokens"])
        this.obj = now
        this.changes = {"circle": circle.code, "channel": str(channel), "count": count}
    return serials[0]


def token_text(survey: Survey, serial: int) -> str:
    """The code of a serial: 16 letters and digits. ValidationError once the wave is closed."""
    if not survey.token_secret:
        raise ValidationError(_("调查未在进行，不能生成或打印问卷码。"), code="state")
    told = f"{survey.pk}:{serial}".encode()
    found = hmac.digest(survey.token_secret.encode(), told, hashlib.sha256)[:_BYTES]
    return base64.b32encode(found).decode().translate(_SPELT)


def find_token(text: str) -> SurveyToken | None:
    """The row of a code as typed or scanned, used or not, of any wave."""
    code = clean_code(text)
    if len(code) != LENGTH:
        return None
    return SurveyToken.objects.filter(digest=digest_of(code)).first()


def clean_code(text: str) -> str:
    """The code as it was made of what somebody typed: any case, full width, groups, O for 0."""
    return unicodedata.normalize("NFKC", text[:100]).strip().lower().translate(_MISREAD)


def grouped(code: str) -> str:
    """The code as people read it: four groups of four."""
    return " ".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def digest_of(code: str) -> str:
    """What is stored of a code; its 80 random bits need no salt."""
    return hashlib.sha256(code.encode()).hexdigest()


def forget_uses(survey: Survey) -> None:
    """Part of closing a wave: mark all of its codes alike, so that none tells it was used.

    Beside the mark it wipes the database's own trace: a code's row and its answer carried the
    number of the transaction that wrote both.
    """
    SurveyToken.objects.filter(survey=survey).update(used=True)


def tokens_of(
    survey: Survey, circle: Circle, channel: str, first: int = 1, last: int = MOST_OF_A_SURVEY
) -> QuerySet[SurveyToken]:
    """The circle's codes of a channel with serials first…last, by serial."""
    return SurveyToken.objects.filter(
        survey=survey, circle=circle, channel=channel, serial__range=(first, last)
    ).order_by("serial")


def address_of(base_url: str, code: str) -> str:
    """Where a code is answered; `base_url` such as `https://example.cn`."""
    return f"{base_url.rstrip('/')}/survey/{code}/"


def links_of(
    survey: Survey, rows: Iterable[SurveyToken], base_url: str
) -> Iterable[Mapping[str, str | int]]:
    """`serial` and `link` of every code."""
    for row in rows:
        code = token_text(survey, row.serial)
        yield {"serial": row.serial, "link": address_of(base_url, code)}


def qr_sheet(*, survey: Survey, circle: Circle, first: int, last: int, base_url: str) -> bytes:
    """A4 slips (PDF) of the circle's codes with serials first…last; ValidationError when closed."""
    with transaction.atomic():
        now = _running(survey)
        rows = list(tokens_of(now, circle, Channel.QR, first, last)[: MOST_PRINTED + 1])
    if not rows:
        raise ValidationError({"first": _("没有这些序号的问卷码。")})
    if len(rows) > MOST_PRINTED:
        raise ValidationError(
            {"last": _("一次最多打印 %(most)d 个问卷码。") % {"most": MOST_PRINTED}}
        )
    slips = []
    for row in rows:
        code = token_text(now, row.serial)
        slips.append(Slip(row.serial, address_of(base_url, code), grouped(code)))
    return slips_pdf(
        slips,
        title=now.name,
        circle=circle.name,
        entry=f"{base_url.rstrip('/')}/survey/",
        until=now.closes_on,
        is_sample=now.is_sample,
    )


def _check_order(count: int, channel: str) -> None:
    errors = {}
    if not 1 <= count <= MOST_AT_ONCE:
        errors["count"] = _("一次可生成 1 至 %(most)d 个问卷码。") % {"most": MOST_AT_ONCE}
    if channel not in CHANNELS:
        errors["channel"] = _("问卷码只用于扫码或链接。")
    if errors:
        raise ValidationError(errors)


def _running(survey: Survey) -> Survey:
    """The wave held open, with its secret."""
    try:
        return hold_open(survey.pk, by_day=False)
    except ClosedError:
        raise ValidationError(_("调查未在进行，不能生成或打印问卷码。"), code="state") from None
