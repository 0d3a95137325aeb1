"""What the faces of meetings and proposals share."""

from accounts.api.fields import OwnOffice
from core.api.moving import MoveCommentSerializer, MovingFace, StrictSerializer, described

__all__ = ["MoveCommentSerializer", "MovingFace", "OwnOffice", "StrictSerializer", "described"]
