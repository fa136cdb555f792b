"""/auth of a local installation: sign in with a local account, read the public keys."""

import json
import uuid

from flask import Flask, Response, g, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from shared.auth import Accounts
from shared.web import problems
from shared.web.fields import Body, Text
from shared.web.problems import load
from shared.web.strict_json import parse_json

SIGN_INS = "60/minute"


class SignIn(Body):
    """A local account's name and password."""

    username = Text(longest=100, required=True)
    password = Text(longest=200, required=True)


def create_accounts_app(accounts: Accounts, *, jwks: str, sign_ins: str = SIGN_INS) -> Flask:
    """POST /token and GET /jwks.json, to be mounted at /auth."""
    flask = Flask("accounts", static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = 10_000
    limiter = Limiter(get_remote_address, app=flask, storage_uri="memory://", default_limits=[])
    problems.register(flask)

    @flask.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex

    @flask.post("/token")
    @limiter.limit(sign_ins)
    def token() -> Response:
        """A token for an account; lasts `expires_in` seconds."""
        found = load(SignIn, parse_json(request.get_data()))
        answer = jsonify(accounts.sign_in(found["username"], found["password"]))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @flask.get("/jwks.json")
    def keys() -> Response:
        """The public keys that verify every token of this installation."""
        return jsonify(json.loads(jwks))

    @flask.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "alive"})

    return flask
