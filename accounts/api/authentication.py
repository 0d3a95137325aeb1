"""Bearer tokens of outside systems."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, hash_token
from accounts.policy import scope_of_token
from core import audit

USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class ApiClient:
    """The caller behind a token: what the framework wants to know of a user, and no more."""

    pk: UUID
    name: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def __str__(self) -> str:
        return self.name


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer lcp_…`; the token's scope takes the place of a session's."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[ApiClient, ApiToken] | None:
        """The client and its token; None when the request carries none."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != self.keyword:
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("请求头应为 Authorization: Bearer 令牌。"))
        token = _live_token(words[1].decode("latin-1"))
        _note_use(token)
        request._request.scope = scope_of_token(token)  # type: ignore[attr-defined]
        return ApiClient(token.pk, token.name), token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="api"'


def _live_token(secret: str) -> ApiToken:
    """The usable token of that secret; the refusal does not tell which tokens exist."""
    found = ApiToken.objects.filter(digest=hash_token(secret))
    token = found.select_related("office").first()
    if token is None:
        raise AuthenticationFailed(_("令牌无效、已过期或已停用。"))
    if not token.live:
        audit.note("accounts.token_refused", token=token.pk, name=token.name)
        raise AuthenticationFailed(_("令牌无效、已过期或已停用。"))
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema speaks of tokens."""

    target_class = "accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
