"""Applications through the API: filed for enterprises, handled on their path."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.callers import actor_of, scope_of
from core.api.filters import CodesFilter, FaceFilterSet, UpdatedSinceFilter, UUIDsFilter
from core.api.moving import MoveCommentSerializer, MovingFace, described
from core.attachments import attachments_of_rows
from core.scope import Scope
from subsidies.api.application_serializers import (
    ApplicationAskSerializer,
    ApplicationChangeSerializer,
    ApplicationDetailSerializer,
    ApplicationReviewSerializer,
    ApplicationSerializer,
    ApplicationWriteSerializer,
)
from subsidies.models import Application
from subsidies.services import filing, reviewing

Given = dict[str, Any]
Run = Callable[..., Application]
# Where it is filed and for whom; the rest of what is said is told of it.
PLACED = frozenset({"round", "item", "enterprise", "outlet", "street"})


class ApplicationFilterSet(FaceFilterSet):
    round = UUIDsFilter(field_name="round", lookup_expr="in")
    item = CodesFilter(field_name="item__key", lookup_expr="in")
    enterprise = UUIDsFilter(field_name="enterprise", lookup_expr="in")
    outlet = UUIDsFilter(field_name="outlet", lookup_expr="in")
    street = CodesFilter(field_name="street__code", lookup_expr="in")
    number = CodesFilter(field_name="number", lookup_expr="in")
    year = django_filters.NumberFilter(field_name="round__year", min_value=0, max_value=9999)
    updated_since = UpdatedSinceFilter()

    class Meta:
        model = Application
        fields = ("state",)


def moves(said: Any = MoveCommentSerializer) -> Any:
    """The schema of a move."""
    return described(said, ApplicationDetailSerializer)


@extend_schema_view(
    create=extend_schema(
        request=ApplicationWriteSerializer, responses={201: ApplicationDetailSerializer}
    ),
    partial_update=described(ApplicationChangeSerializer, ApplicationDetailSerializer),
)
class ApplicationFace(MovingFace):
    """Applications: for the commission all of them, for streets those of their street."""

    gates = {
        "list": "subsidies.applications",
        "retrieve": "subsidies.applications",
        "create": "subsidies.file_application",
        "partial_update": "subsidies.file_application",
        "submit": "subsidies.file_application",
        "withdraw": "subsidies.file_application",
        "ask": "subsidies.handle_application",
        "accept": "subsidies.handle_application",
        "decline": "subsidies.handle_application",
        "review": "subsidies.handle_application",
        "return_": "subsidies.handle_application",
        "refuse": "subsidies.handle_application",
    }
    subject = gettext_lazy("扶持申报")
    explained = gettext_lazy(
        "草稿和待补正的申报可以修改；提交时一次列出全部缺项，"
        "errors 按 facts.<编码>、evidence.<编码> 等逐项说明。"
        "受理、审核等办理须由经办人本人进行，令牌不能办理。"
        "账号和电话对无权查看的调用者只显示末四位或遮盖中间各位。"
    )
    serializer_class = ApplicationSerializer
    detail_serializer_class = ApplicationDetailSerializer
    filterset_class = ApplicationFilterSet
    orderings = frozenset({"id", "number", "submitted_at", "updated_at"})
    queryset = Application.objects.none()

    def rows(self, scope: Scope) -> QuerySet[Any]:
        """With what they name; the checklist only alone."""
        rows: QuerySet[Any] = Application.objects.visible_to(scope).select_related(
            "round", "item", "enterprise", "outlet", "street", "circle"
        )
        rows = rows.defer("street__outline", "circle__boundary")
        if self.action == "list":
            return rows.defer("summary", "facts", "checked", "eligibility", "computation")
        return rows.prefetch_related("evidence")

    def dress(self, rows: list[Any]) -> list[Any]:
        """A row alone: with the files of its checklist."""
        if self.action != "list":
            lines = [line for row in rows for line in row.evidence.all()]
            files = attachments_of_rows(lines)
            for line in lines:
                line.files = files[line.pk]
        return rows

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A draft, prefilled from the register; once for each Idempotency-Key."""
        common: Given = {"by": actor_of(request), "scope": scope_of(request)}

        def make(given: Given) -> Application:
            placed = {name: value for name, value in given.items() if name in PLACED}
            told = {name: value for name, value in given.items() if name not in PLACED}
            return filing.create_application(told=told, **placed, **common)

        return self.created(request, ApplicationWriteSerializer, make)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a draft, or one that is to be completed."""
        return self.moved(
            request,
            ApplicationChangeSerializer,
            lambda row, given, **common: filing.change_application(
                application=row, told=given, **common
            ),
        )

    @moves()
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """提交申报, or file it again after 补正; everything that is missing is told at once."""
        return self._move(request, filing.submit_application)

    @moves()
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """撤回申报; `comment` says why."""
        return self._move(request, filing.withdraw_application)

    @moves(ApplicationAskSerializer)
    @action(detail=True, methods=["post"])
    def ask(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """一次性告知补正, once."""
        return self._move(request, filing.ask_application, ApplicationAskSerializer)

    @moves()
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """受理."""
        return self._move(request, filing.accept_application)

    @moves()
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """不予受理; `comment` says why."""
        return self._move(request, filing.decline_application)

    @moves(ApplicationReviewSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """审核通过: as computed, or lowered with a reason."""
        return self._move(request, reviewing.review_application, ApplicationReviewSerializer)

    @moves()
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def return_(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """退回审核, to be worked out anew; `comment` says why."""
        return self._move(request, reviewing.return_application)

    @moves()
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """不予支持; `comment` says why."""
        return self._move(request, reviewing.refuse_application)

    def _move(self, request: Request, run: Run, said: Any = MoveCommentSerializer) -> Response:
        """A service that takes the application and what was said."""
        return self.moved(
            request,
            said,
            lambda row, given, **common: run(application=row, **given, **common),
        )
