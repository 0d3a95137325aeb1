"""Ledgers taken in by programs: uploaded, checked, corrected, confirmed, taken back."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.api.callers import actor_of, scope_of
from core.api.errors import ConflictError
from core.api.etag import etag_of, seen_version
from core.api.idempotency import once
from core.api.paging import DEFAULT_SIZE, MAX_SIZE
from core.api.permissions import require
from core.api.viewsets import ReadFace
from core.db import locked
from core.models import Job
from core.policy import may
from core.scope import Scope
from core.spreadsheets import Layout, SpreadsheetError
from core.versions import require_version
from outlets.api.filters import ImportFilterSet
from outlets.api.import_serializers import (
    ConfirmSerializer,
    ImportDetailSerializer,
    ImportSerializer,
    LayoutSerializer,
    RevokeSerializer,
    RowPageSerializer,
    RowSerializer,
    RowsPatchSerializer,
    UploadSerializer,
)
from outlets.imports.correcting import AT_ONCE, correct_row, decide, judge_again
from outlets.imports.kinds import LedgerKind, kind_of, kinds
from outlets.imports.preview import RowView, row_page, views_of
from outlets.imports.starting import (
    MOST_BYTES,
    set_layout,
    start_import,
    survey_of,
    system_guesses,
)
from outlets.imports.states import ImportStateError
from outlets.imports.work import CHECK, CONFIRM, UNDO, request_check, request_confirm, request_undo
from outlets.models import Import, ImportRow
from territory.models import District

# What a multipart body takes beside its file.
_AROUND = 2**20
_WAITING = (Import.State.UPLOADED, Import.State.CHECKED)
_ROW_PARAMETERS = frozenset({"format", "verdict", "after", "page_size"})


class ImportFace(ReadFace):
    """Imports of ledgers, their rows, and the steps they go through."""

    gates = dict.fromkeys(
        (
            "list",
            "retrieve",
            "create",
            "partial_update",
            "rows_of",
            "correct",
            "review",
            "confirm",
            "revoke",
        ),
        "outlets.import",
    )
    serializer_class = ImportSerializer
    detail_serializer_class = ImportDetailSerializer
    filterset_class = ImportFilterSet
    orderings = frozenset({"id", "at"})
    default_ordering = "-id"
    versioned = True
    queryset = Import.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """Imports of the caller's streets, of the kinds that the caller may take in."""
        subjects = [kind.subject for kind in kinds() if may(scope, kind.gate)]
        rows = Import.objects.visible_to(scope).filter(subject__in=subjects)
        return rows.select_related("district", "street").defer(
            "district__outline", "street__outline"
        )

    def dress(self, rows: list[Any]) -> list[Any]:
        """The job of each; for one alone also what its columns may be."""
        keys = [str(row.pk) for row in rows]
        jobs = Job.objects.filter(kind__in=(CHECK, CONFIRM, UNDO), key__in=keys).order_by("id")
        last = dict(jobs.values_list("key", "id"))
        for row in rows:
            row.job_id = last.get(str(row.pk))
        if self.action != "list" and rows and rows[0].file and rows[0].state in _WAITING:
            with suppress(SpreadsheetError, FileNotFoundError):
                rows[0].guessed = survey_of(rows[0]), _systems(rows[0])
        return rows

    def parameters(self) -> frozenset[str]:
        """Rows are asked by verdict and number."""
        return _ROW_PARAMETERS if self.action == "rows_of" else super().parameters()

    def get_parsers(self) -> list[Any]:
        """A file comes as multipart, everything else as JSON."""
        action = self.action_map.get((self.request.method or "").lower()) if self.request else None
        return [MultiPartParser()] if action == "create" else super().get_parsers()

    def most_bytes(self) -> int:
        """A ledger may be larger than other bodies."""
        if self.action == "create":
            return MOST_BYTES + _AROUND
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @extend_schema(
        request={"multipart/form-data": UploadSerializer}, responses={201: ImportDetailSerializer}
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Upload a ledger; nothing is checked yet. Once for each Idempotency-Key."""
        return once(request, lambda: self._create(request))

    @extend_schema(request=LayoutSerializer, responses=ImportDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Settle sheet, header, columns, coordinate system, day; a check made before is undone."""
        said = self._read(LayoutSerializer)

        def settle(batch: Import) -> None:
            set_layout(
                batch=batch,
                layout=_layout(batch, said),
                crs=said.get("crs", batch.crs) or None,
                on=said.get("on"),
                by=actor_of(request),
            )

        return self._acted(settle)

    @extend_schema(
        responses=RowPageSerializer,
        parameters=[
            OpenApiParameter("verdict", {"type": "string", "enum": ImportRow.Verdict.values}),
            OpenApiParameter("after", {"type": "integer", "minimum": 0, "maximum": 2_000_000}),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_SIZE}),
        ],
    )
    @action(detail=True, methods=["get"], url_path="rows", url_name="rows")
    def rows_of(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Rows with what is wrong with them and what they would change, by number."""
        batch = self.get_object()
        verdict = request.query_params.get("verdict", "")
        if verdict and verdict not in ImportRow.Verdict.values:
            raise ValidationError({"verdict": _("没有这种检查结果")})
        size = self._number("page_size", DEFAULT_SIZE, 1, MAX_SIZE)
        after = self._number("after", 0, 0, 2_000_000)
        found = row_page(
            batch,
            _kind(batch),
            verdicts=[verdict] if verdict else (),
            after=after,
            limit=size + 1,
        )
        following = None
        if len(found) > size:
            found = found[:size]
            address = request.build_absolute_uri()
            following = replace_query_param(address, "after", str(found[-1].no))
        body = {"next": following, "results": _shown(found)}
        return Response(body, headers={"ETag": etag_of(batch)})

    @extend_schema(request=RowsPatchSerializer, responses=RowPageSerializer)
    @rows_of.mapping.patch
    def correct(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Correct cells of rows and decide on likely doubles; the rows are judged again."""
        said = self._read(RowsPatchSerializer)["rows"]

        def take_over(batch: Import) -> None:
            known = set(_kind(batch).titles)
            for one in said:
                _say(batch, one, known)
            if batch.rows.filter(written_version__isnull=True).count() <= AT_ONCE:
                judge_again(batch)

        batch = self._done(take_over)
        numbers = [one["no"] for one in said]
        rows = list(batch.rows.filter(no__in=numbers).order_by("no"))
        shown = _shown(views_of(batch, _kind(batch), rows))
        return Response({"next": None, "results": shown}, headers={"ETag": etag_of(batch)})

    @extend_schema(request=None, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have the rows checked, or those that are open checked again."""
        by = actor_of(request)
        return once(request, lambda: self._acted(lambda row: request_check(batch=row, by=by)))

    @extend_schema(request=ConfirmSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have the rows written to the register."""
        partial, by = self._read(ConfirmSerializer)["partial"], actor_of(request)
        return once(
            request,
            lambda: self._acted(lambda row: request_confirm(batch=row, by=by, partial=partial)),
        )

    @extend_schema(request=RevokeSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Have the import taken back."""
        reason, by = self._read(RevokeSerializer)["reason"], actor_of(request)
        return once(
            request, lambda: self._acted(lambda row: request_undo(batch=row, by=by, reason=reason))
        )

    # --- how it is done ---------------------------------------------------------------------------

    def _create(self, request: Request) -> Response:
        said = self._read(UploadSerializer)
        scope = scope_of(request)
        street = said.get("street")
        district = street.district if street else _own_district(scope)
        whose = SimpleNamespace(district_id=district.pk, street_id=street and street.pk)
        require(scope, kind_of(said["subject"]).gate, whose)
        file = said["file"]
        try:
            batch = start_import(
                district=district,
                file=file.file,
                filename=file.name,
                by=actor_of(request),
                subject=said["subject"],
                street=street,
                crs=said.get("crs"),
                on=said.get("on"),
            )
        except SpreadsheetError as error:
            raise ValidationError({"file": error.message}) from error
        response = self.answer(self.get_queryset().get(pk=batch.pk), status=201)
        response["Location"] = self.reverse_action("detail", args=[batch.pk])
        return response

    def _acted(self, do: Callable[[Import], Any]) -> Response:
        return self.answer(self._done(do))

    def _done(self, do: Callable[[Import], Any]) -> Import:
        """The import after `do`, which found it as the caller saw it."""
        seen, batch = seen_version(self.request), self.get_object()
        require(scope_of(self.request), kind_of(batch.subject).gate, batch)
        with transaction.atomic():
            require_version(locked(Import.objects.filter(pk=batch.pk)).get(), seen)
            try:
                with transaction.atomic():
                    do(batch)
            except ImportStateError as error:
                raise ConflictError(str(error)) from error
            except SpreadsheetError as error:
                raise ValidationError({"file": error.message}) from error
            found: Import = self.get_queryset().get(pk=batch.pk)
            return found

    def _read(self, kind: Any) -> dict[str, Any]:
        said = kind(data=self.request.data, context=self.get_serializer_context())
        said.is_valid(raise_exception=True)
        data: dict[str, Any] = said.validated_data
        return data

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.request.query_params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
            raise ValidationError(
                {name: _("须为 %(least)d 到 %(most)d 的整数") % {"least": least, "most": most}}
            )
        return int(text)


def _shown(views: Sequence[RowView]) -> Any:
    rows: Any = views
    return RowSerializer(rows, many=True).data


def _systems(batch: Import) -> Any:
    try:
        return system_guesses(batch)
    except SpreadsheetError:
        return [], False


def _kind(batch: Import) -> LedgerKind:
    day = batch.on or timezone.localdate()
    return kind_of(batch.subject)(batch.district, batch.street, day)


def _layout(batch: Import, said: dict[str, Any]) -> Layout:
    now = batch.layout
    if "columns" in said and (unknown := set(said["columns"]) - set(_kind(batch).titles)):
        raise ValidationError(
            {"columns": _("没有这些列：%(names)s") % {"names": "、".join(sorted(unknown))}}
        )
    return Layout(
        said.get("sheet", now.get("sheet", "")),
        said.get("header", now.get("header", 1)),
        said.get("header_rows", now.get("header_rows", 1)),
        said.get("columns", now.get("columns", {})),
    )


def _say(batch: Import, one: dict[str, Any], known: set[str]) -> None:
    edits = one.get("edits", {})
    if unknown := set(edits) - known:
        raise ValidationError(
            {"edits": _("没有这些列：%(names)s") % {"names": "、".join(sorted(unknown))}}
        )
    if edits:
        correct_row(batch=batch, no=one["no"], edits=edits)
    if "decision" in one:
        decide(
            batch=batch,
            nos=[one["no"]],
            decision=one["decision"],
            merge_into=one.get("merge_into", ""),
        )


def _own_district(scope: Scope) -> District:
    district: District = District.objects.visible_to(scope).order_by("code")[0]
    return district
