"""The OpenID Connect provider that staff sign in at."""

from collections.abc import Mapping
from typing import Any

from authlib.integrations.flask_client import OAuth
from flask import current_app

from console.pages.desk import desk

WAIT_S = 8.0


def provider() -> Any:
    """The provider, by its discovery document."""
    known = current_app.extensions.get("provider")
    if known is None:
        settings = desk().app.settings
        issuer = settings.oidc_issuer.rstrip("/")
        known = OAuth(current_app).register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret or None,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "default_timeout": WAIT_S,
            },
        )
        current_app.extensions["provider"] = known
    return known


def refreshed(refresh_token: str) -> Mapping[str, Any]:
    """The provider's tokens for a refresh token; OAuthError where it gives none any more,
    RequestException where it is away."""
    answer: Mapping[str, Any] = provider().fetch_access_token(
        grant_type="refresh_token", refresh_token=refresh_token
    )
    return answer
