"""A card to be scored, as `tests.browser.month` makes a report; last on stdout what was made."""

import datetime as dt
import json

from django.utils import timezone

from accounts.models import User
from assessments.models import ScoreItem
from circles.models import Circle
from territory.models import District
from tests.assessments.making import make_evaluation, make_scorecard, make_standard


def main() -> None:
    """One expert, one circle, two items; the second one wants a photo."""
    district = District.objects.get()
    today = timezone.localdate()
    standard = make_standard(district, "on-the-spot", name="现场评分标准", experts=1)
    ScoreItem.objects.filter(dimension__standard=standard, key="signs").update(photo_required=True)
    circle = Circle.objects.filter(district=district).order_by("code")[0]
    due_on = today + dt.timedelta(days=5)
    evaluation = make_evaluation(circle, standard, year=today.year, due_on=due_on)
    card = make_scorecard(evaluation, expert=User.objects.get(username="expert"))
    print(json.dumps({"card": str(card.pk), "evaluation": str(evaluation.pk)}))
