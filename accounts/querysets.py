"""Finding what belongs to offices."""

from django.db.models import Q, QuerySet

from accounts.models import Office
from core.models import Job
from core.scope import Scope
from territory.models import District


def jobs_visible_to(scope: Scope) -> "QuerySet[Job]":
    """Jobs a caller or their office asked for; the commission sees all of its districts.

    A job that nobody asked for (news, the clock) belongs to the district its key begins with, and
    is seen by those who see its live figures.
    """
    own = Q(requested_by=scope.user_id)
    if scope.office_code:
        own |= Q(office_code=scope.office_code)
    if scope.all_streets:
        offices = Office.objects.filter(district__in=scope.district_ids)
        own |= Q(office_code__in=offices.values("code"))
    if scope.street_ids:
        for code in District.objects.visible_to(scope).values_list("code", flat=True):
            own |= Q(office_code="") & (Q(key=code) | Q(key__startswith=f"{code}:"))
    return Job.objects.filter(own)
