"""The path of a circle (programme.md, the paths): which step may follow which."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from circles.models import Circle
from circles.models.circle import Level, State

# 动态调整 keeps, raises or lowers the level of an accepted circle, or takes it out.
MOVES: dict[str, frozenset[str]] = {
    State.NURTURED: frozenset({State.BUILDING}),
    State.BUILDING: frozenset({State.BUILT, State.WITHDRAWN}),
    State.BUILT: frozenset({State.ACCEPTED, State.WITHDRAWN}),
    State.ACCEPTED: frozenset({State.ACCEPTED, State.WITHDRAWN}),
    State.WITHDRAWN: frozenset({State.BUILDING}),
}


def check_move(
    circle: Circle, state: str, *, level: str, level_year: int | None, reason: str
) -> None:
    """ValidationError, naming the field, unless the circle may take this step."""
    allowed = MOVES[circle.state]
    if state not in allowed:
        following = "、".join(str(State(step).label) for step in State if step in allowed)
        raise ValidationError(
            {
                "state": _("“%(now)s”的生活圈下一步只能是：%(following)s")
                % {"now": circle.get_state_display(), "following": following}
            }
        )
    if state == State.ACCEPTED and (level not in Level or level_year is None):
        raise ValidationError({"level": _("验收评价须填写审定等级和评价年度")})
    if state == State.WITHDRAWN and not reason.strip():
        raise ValidationError({"reason": _("退出须填写原因")})
