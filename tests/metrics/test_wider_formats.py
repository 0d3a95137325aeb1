"""Formats of the wider, unconfirmed vocabulary change no figure before an outlet bears one."""

from typing import Any

import pytest
from django.utils import timezone

from metrics.inputs.reading import read_inputs
from metrics.models import RuleSet
from outlets.models import BusinessFormat, LedgerCompleteness
from tests.factories import OutletFactory, StreetFactory

pytestmark = pytest.mark.django_db


def numbers(street: Any) -> list[int]:
    rules = RuleSet.objects.order_by("code").first()
    assert rules is not None
    inputs = read_inputs(street.district, timezone.localdate(), rules, None)
    return inputs.format_number.tolist()


def test_only_official_formats_have_parts_of_figures() -> None:
    street = StreetFactory()
    OutletFactory(street=street, main_format=BusinessFormat.objects.get(number=1))
    cafe = BusinessFormat.objects.get(code="cafe")
    LedgerCompleteness.objects.create(street=street, format=cafe, on=timezone.localdate())
    assert numbers(street) == list(range(1, 23))


def test_a_format_that_an_outlet_bears_is_told_of() -> None:
    street = StreetFactory()
    cafe = BusinessFormat.objects.get(code="cafe")
    OutletFactory(street=street, main_format=cafe)
    assert numbers(street) == [*range(1, 23), cafe.number]


def test_it_says_that_it_is_unconfirmed_wherever_it_is_listed() -> None:
    assert str(BusinessFormat.objects.get(code="cafe")) == "咖啡店（待区商务委确认）"
    assert str(BusinessFormat.objects.get(number=1)) == "便利店"
