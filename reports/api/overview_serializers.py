"""“Who owes what, by when” as the API shows it: the page's table, cell by cell."""

from typing import Any

from rest_framework import serializers

from reports.progress.overview import Cell, Column, Matrix, Row


class TallySerializer(serializers.Serializer[Any]):
    """Reports whose due day is over; shares are fractions, null when none was expected."""

    expected = serializers.IntegerField()
    on_time = serializers.IntegerField()
    passed = serializers.IntegerField()
    late = serializers.IntegerField()
    missing = serializers.IntegerField()
    returned = serializers.IntegerField()
    on_time_share = serializers.FloatField(allow_null=True)
    complete_share = serializers.FloatField(allow_null=True)


class CellSerializer(serializers.Serializer[Cell]):
    """What one office has done for one period."""

    period = serializers.UUIDField(source="report.period_id")
    report = serializers.UUIDField(source="report.pk")
    version = serializers.IntegerField(source="report.version")
    state = serializers.CharField(source="report.state")
    word = serializers.CharField()
    no_change = serializers.BooleanField(source="report.no_change")
    due_on = serializers.DateField(source="report.due_on")
    first_sent_on = serializers.DateField(source="sent_on", allow_null=True)
    days_late = serializers.IntegerField()
    owed = serializers.BooleanField()
    overdue = serializers.BooleanField()


class OverviewColumnSerializer(serializers.Serializer[Column]):
    """A period with its counts."""

    period = serializers.UUIDField(source="period.pk")
    code = serializers.CharField(source="period.code")
    type = serializers.CharField(source="period.type_code")
    type_name = serializers.CharField(source="period.type.name")
    due_on = serializers.DateField(source="period.due_on")
    owed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    tally = TallySerializer()


class OverviewRowSerializer(serializers.Serializer[Row]):
    """An office with what it owes; a period in which it owes nothing has no cell."""

    office = serializers.CharField(source="office.code")
    office_name = serializers.CharField(source="office.name")
    kind = serializers.CharField(source="office.kind")
    tally = TallySerializer()
    cells = CellSerializer(source="owed_cells", many=True)


class OverviewSerializer(serializers.Serializer[Matrix]):
    """Offices × the periods that end in a year."""

    periods = OverviewColumnSerializer(source="columns", many=True)
    offices = OverviewRowSerializer(source="rows", many=True)
    owed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    total = TallySerializer()
