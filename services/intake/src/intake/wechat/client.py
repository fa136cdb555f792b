"""WeChat's interface for an official account: its token, texts to followers, what they sent.

POST <api>/cgi-bin/stable_token           {"grant_type": "client_credential", "appid", "secret", …}
POST <api>/cgi-bin/message/custom/send    ?access_token=  {"touser", "msgtype": "text", "text"}
GET  <api>/cgi-bin/media/get              ?access_token=  &media_id=

A token is the account's, whichever process asks for it: `stable_token` gives the same to all until
it is nearly over. One that is refused is fetched anew, once, and the call made once more. Each
answer has an `errcode`, or it is the file.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from intake.wechat.accounts import Account

TOKEN_REFUSED = frozenset({40001, 40014, 42001, 41001})
"""The token is not, or no longer, the account's."""
_SHORTEST_LIFE_S, _EARLY_S = 60, 300
_LONGEST_ANSWER = 65_536


class Away(Exception):
    """WeChat was not reached, or did not answer as it does; whether it did what was asked is known
    only where nothing could have been sent (`sent`)."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason, self.sent = reason, sent


class TooLarge(Exception):
    """What a follower sent is larger than it may be."""


@dataclass(frozen=True)
class Answer:
    """An `errcode`, 0 where all went well, and the answer's bytes."""

    code: int
    body: bytes = b""


class Api:
    """The interface of one account; called from several threads at once."""

    def __init__(self, account: Account, *, timeout: float) -> None:
        self._account, self._timeout = account, timeout
        self._lock = threading.Lock()
        self._token, self._token_until = "", 0.0
        self._client: httpx.Client | None = None

    def send_text(self, openid: str, text: str) -> Answer:
        """Send a follower a text; the code is WeChat's. Away where it is not known."""
        said = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        # ensure_ascii would be shown as it is.
        body = json.dumps(said, ensure_ascii=False).encode()
        return self._called("POST", "/cgi-bin/message/custom/send", content=body)

    def media(self, media_id: str, *, most: int) -> Answer:
        """The bytes of a picture or voice note; TooLarge where they are more than `most`."""
        path = "/cgi-bin/media/get"
        return self._called("GET", path, params={"media_id": media_id}, most=most)

    def rest(self) -> None:
        """Let go of connections; the next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _called(
        self, method: str, path: str, *, most: int = _LONGEST_ANSWER, **said: Any
    ) -> Answer:
        def call(token: str) -> Answer:
            query = {"access_token": token} | said.get("params", {})
            return self._request(method, path, most=most, **{**said, "params": query})

        return self._with_token(call)

    def _with_token(self, call: Callable[[str], Answer]) -> Answer:
        token = self._fresh_token("")
        if isinstance(token, Answer):
            return token
        answer = call(token)
        if answer.code not in TOKEN_REFUSED:
            return answer
        token = self._fresh_token(token)
        return token if isinstance(token, Answer) else call(token)

    def _fresh_token(self, refused: str) -> str | Answer:
        """A token that is not the refused one, or why there is none. One thread asks for all."""
        with self._lock:
            usable = self._token and time.monotonic() < self._token_until
            if usable and self._token != refused:
                return self._token
            for force in (False, True):
                token, lasts, answer = self._asked_token(force=force)
                if answer is not None:
                    return answer
                # What is refused and given again has to be made void first.
                if token != refused:
                    break
            self._token = token
            self._token_until = time.monotonic() + max(lasts - _EARLY_S, _SHORTEST_LIFE_S)
            return token

    def _asked_token(self, *, force: bool) -> tuple[str, float, Answer | None]:
        said = {
            "grant_type": "client_credential",
            "appid": self._account.appid,
            "secret": self._account.secret,
            "force_refresh": force,
        }
        body = json.dumps(said).encode()
        answer = self._request("POST", "/cgi-bin/stable_token", most=_LONGEST_ANSWER, content=body)
        if answer.code:
            return "", 0, answer
        try:
            found = json.loads(answer.body)
            return str(found["access_token"]), float(found["expires_in"]), None
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Away("no token in the answer", sent=False) from error

    def _request(self, method: str, path: str, *, most: int, **said: Any) -> Answer:
        headers = {"Content-Type": "application/json"} if "content" in said else {}
        ends, read = time.monotonic() + 3 * self._timeout, bytearray()
        try:
            url = self._account.api + path
            with self._http().stream(method, url, headers=headers, **said) as response:
                for chunk in response.iter_bytes():
                    read += chunk
                    if len(read) > most:
                        raise TooLarge
                    if time.monotonic() > ends:
                        raise Away("too slow", sent=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Away(type(error).__name__, sent=False) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Away(type(error).__name__, sent=True) from error
        if response.status_code != HTTPStatus.OK:
            refused = response.is_client_error or response.is_redirect
            raise Away(f"HTTP {response.status_code}", sent=not refused)
        return Answer(_code(response, bytes(read)), bytes(read))

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                timeout=self._timeout, trust_env=False, follow_redirects=False
            )
        return self._client


def _code(response: httpx.Response, body: bytes) -> int:
    """The `errcode` of an answer; 0 for a file, and for JSON without one. Away for no JSON."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "text/plain", "text/json", ""):
        return 0
    try:
        found = json.loads(body)
        return int(found.get("errcode", 0))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise Away("an answer that is no JSON", sent=True) from error
