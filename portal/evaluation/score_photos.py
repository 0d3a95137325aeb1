"""Photos of a score: added and taken off by the page's script, shown to who may see the card."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from assessments.services import score_photos
from assessments.services.scoring_rules import judged_items
from core import policy
from core.attachments import serve
from core.audit import current_actor
from portal.evaluation.score_saving import refused, told
from portal.evaluation.score_sheet import find_card, photo_told
from portal.views.common import page, scope_of


@never_cache
@require_POST
def add(request: HttpRequest, pk: Any) -> HttpResponse:
    """One picture (`photo`) of the item `key`: {photo, card_version}; again the same one."""
    if not request.user.is_authenticated:
        return told(401, text=_("登录已过期"))
    scope = scope_of(request)
    policy.require(scope, "assessments.score")
    card = find_card(request, pk)
    policy.require(scope, "assessments.score", card)
    key, file = request.POST.get("key", ""), request.FILES.get("photo")
    item = next((one for one in judged_items(card) if one.key == key), None)
    if item is None or file is None:
        return told(422, errors=[_("没有收到照片。")], code="unknown")
    try:
        photo = score_photos.add_photo(
            card=card, item=item, file=file, by=current_actor(), scope=scope
        )
    except ValidationError as error:
        return refused(error)
    except PermissionDenied as error:
        return told(403, text=str(error))
    card.refresh_from_db()
    return told(200, photo=photo_told(card, photo), card_version=card.version)


@page("assessments.scorecards")
def photo(request: HttpRequest, pk: Any, file: Any) -> Any:
    """The picture."""
    return serve(score_photos.photo_of(find_card(request, pk), file))


@never_cache
@require_POST
def remove(request: HttpRequest, pk: Any, file: Any) -> HttpResponse:
    """Take a picture off: {card_version}; one that is gone already is gone."""
    if not request.user.is_authenticated:
        return told(401, text=_("登录已过期"))
    scope = scope_of(request)
    policy.require(scope, "assessments.score")
    card = find_card(request, pk)
    policy.require(scope, "assessments.score", card)
    try:
        score_photos.remove_photo(card=card, file=file, by=current_actor(), scope=scope)
    except ValidationError as error:
        return refused(error)
    except PermissionDenied as error:
        return told(403, text=str(error))
    except Http404:
        return told(404, errors=[_("没有这张照片，或者已被移除。")])
    card.refresh_from_db()
    return told(200, card_version=card.version)
