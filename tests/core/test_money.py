"""Money: whole fen in the database, Decimal yuan in Python, floats refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_FEN, MoneyError, MoneyField, from_fen, round_half_up_fen, to_fen

FIELD = MoneyField()


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        (Decimal("0.10"), 10),
        (Decimal("-1.5"), -150),
        (Decimal("1E+3"), 100_000),
        (Decimal("12.3400"), 1234),
        (5, 500),
        ("88.80", 8880),
        (Decimal("92233720368547758.07"), MAX_FEN),
    ],
)
def test_yuan_to_fen(yuan, fen):
    assert to_fen(yuan) == fen


@pytest.mark.parametrize(
    "value",
    [0.1, 1.0, True, "", "abc", "0.001", Decimal("0.005"), Decimal("NaN"), Decimal("Infinity"),
     Decimal("92233720368547758.08"), Decimal("1E+999999"), Decimal("1E-999999"), None, [1]],
)  # fmt: skip
def test_refused_amounts(value):
    with pytest.raises(MoneyError):
        to_fen(value)


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_fen_and_yuan_round_trip(fen):
    yuan = from_fen(fen)
    assert to_fen(yuan) == fen
    assert Fraction(yuan) == Fraction(fen, 100)
    assert yuan.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.004999", "0.00"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("3", "3.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(exact, rounded):
    assert str(round_half_up_fen(Decimal(exact))) == rounded


def test_field_stores_fen_and_gives_yuan():
    assert FIELD.get_prep_value(Decimal("12.34")) == 1234
    assert FIELD.get_prep_value(None) is None
    assert FIELD.from_db_value(1234, None, None) == Decimal("12.34")
    assert FIELD.from_db_value(None, None, None) is None
    assert FIELD.get_internal_type() == "BigIntegerField"


def test_field_reads_aggregates():
    """PostgreSQL sums bigint to numeric; an average is no whole fen."""
    assert FIELD.from_db_value(Decimal("250"), None, None) == Decimal("2.50")
    assert FIELD.from_db_value(Decimal("250.5"), None, None) == Decimal("2.51")


@pytest.mark.parametrize("value", [0.1, "0.001", "一百元"])
def test_field_refuses_with_a_message(value):
    with pytest.raises(ValidationError):
        FIELD.clean(value, None)
    with pytest.raises(MoneyError):
        FIELD.get_prep_value(value)


def test_form_accepts_what_people_type():
    form = FIELD.formfield()
    assert form.clean("１，２３４.50") == Decimal("1234.50")
    assert form.clean("0.1") == Decimal("0.1")


@pytest.mark.parametrize("typed", ["1,23", "0.001", "元", "1e3000000"])
def test_form_refuses_what_is_no_amount(typed):
    with pytest.raises(ValidationError):
        FIELD.formfield().clean(typed)


def test_migrations_see_a_plain_field():
    _, path, args, options = FIELD.deconstruct()
    assert (path, args, options) == ("core.money.MoneyField", [], {})


@pytest.mark.django_db
def test_a_database_keeps_compares_and_sums_whole_fen():
    class Purse(models.Model):
        amount = MoneyField(null=True)

        class Meta:
            app_label = "core"
            apps = Apps()

        def __str__(self):
            return str(self.amount)

    with connection.cursor() as cursor:
        cursor.execute("create table core_purse (id integer primary key, amount bigint)")
    Purse.objects.create(id=1, amount=Decimal("0.10"))
    Purse.objects.create(id=2, amount=Decimal("0.20"))
    Purse.objects.create(id=3, amount=None)
    assert Purse.objects.get(amount=Decimal("0.1")).pk == 1
    assert set(Purse.objects.filter(amount__gte="0.10").values_list("amount", flat=True)) == {
        Decimal("0.10"),
        Decimal("0.20"),
    }
    assert Purse.objects.aggregate(total=Sum("amount"))["total"] == Decimal("0.30")
    with connection.cursor() as cursor:
        cursor.execute("select sum(amount) from core_purse")
        assert int(cursor.fetchone()[0]) == 30
