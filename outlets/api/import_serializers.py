"""Imports and their rows as programs see them, and what programs may say to them."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api.fields import FaceSerializer, code_of, name_of
from core.geo import CRS
from core.spreadsheets.cells import column_letter
from outlets.api.writing import OwnRelated
from outlets.imports.kinds import kinds
from outlets.imports.preview import RowView
from outlets.models import Import, ImportRow
from territory.models import Street

CRS_CHOICES = [(one.value, one.value) for one in CRS]
_LONGEST = 500
_MOST_ROWS = 500


class ImportSerializer(FaceSerializer):
    """One ledger taken in; `job` is the step that runs or ran last."""

    street = code_of("street")
    street_name = name_of("street")
    counts: Any = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    layout: Any = serializers.JSONField(read_only=True)
    mapping: Any = serializers.DictField(child=serializers.CharField(), read_only=True)
    titles: Any = serializers.ListField(child=serializers.CharField(), read_only=True)
    notes: Any = serializers.ListField(child=serializers.CharField(), read_only=True)
    by = serializers.CharField(source="by_label", read_only=True)
    job = serializers.UUIDField(source="job_id", read_only=True, allow_null=True)

    class Meta:
        model = Import
        fields: tuple[str, ...] = (
            "id",
            "subject",
            "street",
            "street_name",
            "state",
            "file_name",
            "sha256",
            "on",
            "crs",
            "layout",
            "titles",
            "mapping",
            "counts",
            "notes",
            "problem",
            "by",
            "at",
            "confirmed_at",
            "undone_at",
            "job",
            "version",
            "is_sample",
        )
        read_only_fields = fields


class ImportDetailSerializer(ImportSerializer):
    """One import, with what its columns and coordinates may be."""

    guesses = serializers.SerializerMethodField()

    class Meta(ImportSerializer.Meta):
        fields = (*ImportSerializer.Meta.fields, "guesses")
        read_only_fields = fields

    def get_guesses(self, batch: Import) -> dict[str, Any] | None:
        """Per sheet the columns; per coordinate system how many points lie in the district."""
        seen, systems = getattr(batch, "guessed", None) or (None, None)
        if seen is None or systems is None:
            return None
        guesses, silent = systems
        return {
            "sheets": [
                {
                    "sheet": sheet.name,
                    "layout": sheet.layout and sheet.layout.as_json(),
                    "doubts": list(sheet.doubts),
                    "columns": [
                        {
                            "column": at,
                            "letter": column_letter(at),
                            "title": sheet.titles[at],
                            "samples": list(sheet.samples[at]),
                            "key": guess.key,
                            "how": guess.how,
                        }
                        for at, guess in enumerate(sheet.guesses)
                    ],
                }
                for sheet in seen.sheets
            ],
            "systems": [
                {"crs": one.crs, "inside": one.inside, "points": len(one.points)} for one in guesses
            ],
            "system_needed": silent,
        }


class UploadSerializer(serializers.Serializer[Any]):
    """A new import: the file, what it is about, whose it is, from which day it holds."""

    file = serializers.FileField()
    subject = serializers.CharField(required=False, default="outlets", max_length=20)
    street = OwnRelated(
        slug_field="code", queryset=Street.objects.all(), required=False, allow_null=True
    )
    crs = serializers.ChoiceField(choices=CRS_CHOICES, required=False)
    on = serializers.DateField(required=False)

    def validate_subject(self, value: str) -> str:
        """One of the kinds of ledgers."""
        known = [kind.subject for kind in kinds()]
        if value not in known:
            raise serializers.ValidationError(
                _("只能是以下之一：%(names)s") % {"names": "、".join(known)}
            )
        return value


class LayoutSerializer(serializers.Serializer[Any]):
    """How the file is read; what is not said stays. `columns` maps column keys to places from 0."""

    sheet = serializers.CharField(required=False, allow_blank=True, max_length=100)
    header = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    header_rows = serializers.IntegerField(required=False, min_value=1, max_value=2)
    columns = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=16383), required=False
    )
    crs = serializers.ChoiceField(choices=CRS_CHOICES, required=False, allow_null=True)
    on = serializers.DateField(required=False)


class RowPatchSerializer(serializers.Serializer[Any]):
    """What is said of one row: other texts for cells, or what to do with a likely double."""

    no = serializers.IntegerField(min_value=1, max_value=2_000_000)
    edits = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=_LONGEST), required=False
    )
    decision = serializers.ChoiceField(
        choices=ImportRow.Decision.choices, required=False, allow_blank=True
    )
    merge_into = serializers.CharField(required=False, allow_blank=True, max_length=36)


class RowsPatchSerializer(serializers.Serializer[Any]):
    """Corrections and decisions of some rows, judged together."""

    rows: Any = serializers.ListField(
        child=RowPatchSerializer(), min_length=1, max_length=_MOST_ROWS
    )


class ConfirmSerializer(serializers.Serializer[Any]):
    """`partial`: write the good rows though others are wrong."""

    partial: Any = serializers.BooleanField(required=False, default=False)


class RevokeSerializer(serializers.Serializer[Any]):
    """Why the import is taken back."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class CellErrorSerializer(serializers.Serializer[Any]):
    """What is wrong with which column."""

    column = serializers.CharField()
    message = serializers.CharField()


class DifferenceSerializer(serializers.Serializer[Any]):
    """A register column as it stands and as it would stand, in words."""

    column = serializers.CharField()
    label: Any = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class RowSerializer(serializers.Serializer[RowView]):
    """One row of the file."""

    no = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=ImportRow.Verdict.choices)
    cells = serializers.DictField(child=serializers.CharField())
    errors: Any = CellErrorSerializer(many=True)
    changes = DifferenceSerializer(many=True)
    hints = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    likely = serializers.ListField(child=serializers.DictField())
    decision = serializers.CharField(allow_blank=True)
    merge_into = serializers.CharField(allow_blank=True)
    returned = serializers.CharField(allow_blank=True)
    target = serializers.UUIDField(allow_null=True)
    written = serializers.BooleanField()

    def to_representation(self, view: RowView) -> dict[str, Any]:
        """From the view that the pages use."""
        row = view.row
        return {
            "no": row.no,
            "verdict": row.verdict,
            "cells": {cell.key: cell.text for cell in view.cells},
            "errors": [{"column": key, "message": text} for key, text in row.errors],
            "changes": [
                {"column": one.column, "label": one.label, "old": one.old, "new": one.new}
                for one in view.differences
            ],
            "hints": row.hints,
            "likely": row.likely,
            "decision": row.decision,
            "merge_into": row.merge_into,
            "returned": row.returned,
            "target": str(row.target_id) if row.target_id else None,
            "written": row.written_version is not None,
        }


class RowPageSerializer(serializers.Serializer[Any]):
    """A page of rows, by number."""

    next = serializers.URLField(allow_null=True)
    results = RowSerializer(many=True)
