"""The sign-in process of a local installation: accounts kept in VAR, served on PORT."""

import os
from pathlib import Path

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from shared import log
from shared.accounts_app import create_accounts_app
from shared.cli import Web, web_options
from shared.local_secrets import local_accounts


def main() -> None:
    """Serve /auth/token and /auth/jwks.json until a signal ends it."""
    log.configure("accounts")
    accounts = local_accounts(Path(os.environ["VAR"]), os.environ)
    options = web_options(
        host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ["PORT"]), threads=4
    )
    Web(
        lambda: _mounted(create_accounts_app(accounts, jwks=os.environ["TOKEN_JWKS"])), options
    ).run()


def _mounted(app: Flask) -> DispatcherMiddleware:
    """The sign-in application at /auth, where it also is in embedded mode."""
    return DispatcherMiddleware(NotFound(), {"/auth": app})


if __name__ == "__main__":
    main()
