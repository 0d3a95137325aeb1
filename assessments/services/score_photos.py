"""Photos of a score: evidence from the spot, kept without what the camera wrote into them."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import Http404
from django.utils.translation import gettext as _

from assessments.models import Score, Scorecard, ScoreItem
from assessments.services.scoring import open_card, score_row, touch
from core import attachments
from core.audit import Actor, act
from core.models import Attachment
from core.scope import Scope
from outlets.fieldwork.photos import MOST_PHOTOS, cleaned


def add_photo(
    *, card: Scorecard, item: ScoreItem, file: Any, by: Actor, scope: Scope
) -> Attachment:
    """Keep a picture with the item's score; the same picture again is the one that is there.

    PermissionDenied; ValidationError (`photos`) for what is no picture, or one too many.
    """
    picture = cleaned(file)
    with act("assessments.add_score_photo", by=by) as this:
        now = open_card(card, scope)
        score = score_row(now, item)
        this.obj, this.changes = now, {"item": item.key, "sha256": picture.sha256}
        kept = attachments.attachments_of(score)
        for one in kept:
            if one.sha256 == picture.sha256:
                return one
        if len(kept) >= MOST_PHOTOS:
            raise ValidationError(
                {"photos": _("每项最多 %(n)d 张照片，请先移除不用的。") % {"n": MOST_PHOTOS}}
            )
        name = f"{item.name}-{len(kept) + 1}.{picture.extension}"
        made = attachments.attach(score, ContentFile(picture.data, name=name), by)
        touch(now)
    return made


def remove_photo(*, card: Scorecard, file: uuid.UUID, by: Actor, scope: Scope) -> Score:
    """Take a picture off; its score. Http404 when the card has no such picture."""
    with act("assessments.remove_score_photo", by=by) as this:
        now = open_card(card, scope)
        photo = photo_of(now, file)
        score = Score.objects.get(pk=photo.object_id)
        attachments.remove(photo, by)
        touch(now)
        this.obj, this.changes = now, {"file": str(file)}
    return score


def photos_of(scores: Any) -> dict[uuid.UUID, list[Attachment]]:
    """The pictures of scores, by score; one query."""
    return attachments.attachments_of_rows(scores)


def photo_of(card: Scorecard, file: uuid.UUID) -> Attachment:
    """A picture of the card, whose gate the caller has passed; Http404 when it has none such."""
    photo = Attachment.objects.filter(pk=file, object_type=Score._meta.label_lower).first()
    of_card = photo and card.scores.filter(pk=photo.object_id).exists()
    if photo is None or photo.removed_at or not of_card:
        raise Http404(_("没有这张照片，或者已被移除。"))
    return photo
