"""The provider that tests sign in at: oidc-provider-mock, which gives identity tokens anew.

As Keycloak and others do: a refresh token is good once, and comes with another identity token for
whoever the person is by then; its key outlives a restart. `PUT /life` says how many seconds tokens
last from now on.

    python issuing.py PORT KEY_FILE
"""

import json
import sys
from http import HTTPStatus
from pathlib import Path

import flask
from authlib.jose import RSAKey
from oidc_provider_mock import _app as mock
from werkzeug.serving import run_simple

life = {"seconds": 3600}


class IdentityToken(mock.OpenIDCode):
    """An identity token that lasts as long as `life` says."""

    def get_jwt_config(self, grant, client=None):
        return super().get_jwt_config(grant, client) | {"exp": life["seconds"]}


class Renewal(mock.RefreshTokenGrant):
    """A refresh token is exchanged for the next one and an identity token."""

    INCLUDE_NEW_REFRESH_TOKEN = True

    def __init__(self, request, server):
        super().__init__(request, server)
        config = flask.g.oidc_provider_mock_config
        IdentityToken(require_nonce=False, token_max_age=config.access_token_max_age)(self)

    def revoke_old_credential(self, refresh_token):
        super().revoke_old_credential(refresh_token)
        mock.storage.remove_refresh_token(refresh_token.token)


def main(port: int, key_file: Path) -> None:
    class KeptStorage(mock.Storage):
        def __init__(self):
            super().__init__()
            if key_file.exists():
                self.jwk = RSAKey.import_key(json.loads(key_file.read_text()))
            key_file.write_text(json.dumps(self.jwk.as_dict(is_private=True)))

    mock.Storage, mock.OpenIDCode, mock.RefreshTokenGrant = KeptStorage, IdentityToken, Renewal
    app = mock.app()

    @app.put("/life")
    def last():
        life["seconds"] = int(flask.request.json["seconds"])
        return "", HTTPStatus.NO_CONTENT

    run_simple("127.0.0.1", port, app, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
