"""An office that stands behind the mailboxes: intake over real HTTP, and messages to send it."""

import base64
import contextlib
import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from typing import Any

from mail_server import PASSWORD, until
from werkzeug.formparser import parse_form_data
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from intake import models
from intake.channels.mail.handling import Handler
from intake.channels.mail.mailbox import Place, trust
from intake.channels.mail.metrics import MailMetrics
from intake.channels.mail.role import Reader, own_addresses
from intake.channels.office import Office
from shared.metrics import Instruments
from shared.testing import sample_secrets
from shared.web import create_app

ACCOUNT = {"username": "channel:email", "password": "channel-email-0123"}
REFUSED = "不收这种文件。"
PATIENCE_SECONDS = 60
"""After which a reader that waits for the office in vain is told to stop."""


def letter(
    text: str | None = "小区门口的路灯坏了一个月。",
    *,
    subject: str = "路灯不亮",
    sender: str = "王小明 <wang@citizen.example>",
    message_id: str | None = "<1@citizen.example>",
    **headers: str,
) -> EmailMessage:
    """A well-formed message to make worse; further headers with "_" for "-"."""
    made = EmailMessage(policy=SMTP.clone(cte_type="8bit"))
    made["From"], made["To"], made["Subject"] = sender, "box@office.example", subject
    if message_id:
        made["Message-ID"] = message_id
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text is not None:
        made.set_content(text)
    return made


def picture(number: int = 1) -> bytes:
    """Something that stands for a picture; `forbidden` in its bytes has it refused."""
    return b"\xff\xd8\xff\xe0picture" + str(number).encode()


class Stand:
    """Intake's web application with /auth/token and attachments by their contract, in disorder.

    `before` and `after` are called with each path when a request comes, and when it was done but
    is not answered yet; what they return is answered instead.
    """

    def __init__(self, app: Any, token: Callable[[], str]) -> None:
        self.inner = create_app(app)
        self.token = token
        self.sign_ins = 0
        self.requests: list[tuple[str, bytes]] = []
        self.attachments: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.has_attachments = True
        self.before: Callable[[str], Response | None] = lambda _path: None
        self.after: Callable[[str], Response | None] = lambda _path: None
        self._server = make_server("127.0.0.1", 0, self, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def posted(self, path: str = "/v1/petitions") -> list[dict[str, Any]]:
        """The bodies that were posted to a path."""
        return [json.loads(body) for one, body in self.requests if one == path]

    def files(self) -> list[tuple[str, bytes]]:
        """Name and bytes of all that was attached, to whichever petition."""
        return [kept for one in self.attachments.values() for kept in one.values()]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        path = request.path
        answer = self.before(path)
        if answer is not None:
            return answer(environ, start_response)
        if path == "/auth/token":
            return self._sign_in(request)(environ, start_response)
        if path.endswith("/attachments") and self.has_attachments:
            answer = self._attach(path.split("/")[3], environ)
        else:
            body = request.get_data()
            self.requests.append((path, body))
            environ["wsgi.input"] = io.BytesIO(body)
            answer = Response.from_app(self.inner, environ, buffered=True)
        return (self.after(path) or answer)(environ, start_response)

    def _sign_in(self, request: Request) -> Response:
        self.sign_ins += 1
        if request.get_json() != ACCOUNT:
            return problem(401, "unauthorised", "账号或密码不正确。")
        answer = {"access_token": self.token(), "expires_in": 3600}
        return Response(json.dumps(answer), content_type="application/json")

    def _attach(self, petition_id: str, environ: dict[str, Any]) -> Response:
        _, _, files = parse_form_data(environ)
        with contextlib.closing(files["file"]) as file:
            name, data = str(file.filename), file.read()
        if b"forbidden" in data:
            return problem(415, "unsupported_media_type", REFUSED)
        digest = hashlib.sha256(data).hexdigest()
        self.attachments.setdefault(petition_id, {})[digest] = (name, data)
        return Response('{"attachment_id": "1"}', 201, content_type="application/json")


def problem(status: int, code: str, detail: str, **headers: str) -> Response:
    """A refusal as intake words it."""
    body = {"status": status, "code": code, "detail": detail}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body), status, headers=sent, content_type="application/problem+json")


class Mail:
    """A mailbox of the test's own, what reads it, and the office that is told."""

    def __init__(self, *, app: Any, desk: Any, dovecot: Any, user: str) -> None:
        self.app, self.desk, self.dovecot, self.user = app, desk, dovecot, user
        self.stand = Stand(app, lambda: desk.token("channel:email", unit=None, scope=()))
        self.stop = threading.Event()
        self.instruments = Instruments()
        self.place = Place(host="127.0.0.1", port=dovecot.port, user=user, password=PASSWORD)
        self._offices: list[Office] = []
        self._patience = threading.Timer(PATIENCE_SECONDS, self.stop.set)
        self._patience.start()

    def close(self) -> None:
        self._patience.cancel()
        self.stop.set()
        for office in self._offices:
            office.close()
        self.stand.close()

    @cached_property
    def regular(self) -> Reader:
        """The reader that `read` goes by."""
        return self.reader()

    def reader(self, *, url: str | None = None, **changes: Any) -> Reader:
        """What reads the mailbox, in this process, and posts to `url` or the stand."""
        place = dataclasses.replace(self.place, **changes)
        office = Office(
            url=url or self.stand.url,
            token_url=f"{self.stand.url}/auth/token",
            account=ACCOUNT,
            seconds=10,
            stop=self.stop,
        )
        self._offices.append(office)
        ours = own_addresses(self.app.settings, (place,))
        return Reader(
            Handler(app=self.app, office=office, place=place, ours=ours),
            tls=trust(self.dovecot.ca_file),
            metrics=MailMetrics(Instruments().registry, [place.name]),
            stop=self.stop,
        )

    def deliver(self, *messages: Any, **how: Any) -> None:
        """Put messages, or bytes, into the inbox."""
        raw = [one if isinstance(one, bytes) else one.as_bytes() for one in messages]
        self.dovecot.deliver(self.user, *raw, **how)

    def read(self, *messages: Any, **how: Any) -> list[dict[str, Any]]:
        """Deliver, poll once, and the petitions that were posted since."""
        self.deliver(*messages, **how)
        before = len(self.stand.posted())
        self.regular.poll()
        return self.stand.posted()[before:]

    def settled(self) -> list[str]:
        """What became of the messages that were settled."""
        return [row.outcome for row in self.desk.rows(models.mail_messages) if row.outcome]

    def folders(self) -> dict[str, int]:
        return self.dovecot.folders(self.user)

    def unread(self, state: str = "open") -> list[dict[str, Any]]:
        """The list of what could not be read, as a registrar sees it."""
        answer = self.desk.get(f"/v1/unread?state={state}", "registrar")
        assert answer.status_code == 200, answer.text
        return answer.json["items"]

    def original(self, unread_id: str) -> bytes:
        """An original from the list."""
        answer = self.desk.post(
            f"/v1/unread/{unread_id}/original", "registrar", json={"purpose": "补录登记"}
        )
        assert answer.status_code == 200, answer.text
        return base64.b64decode(answer.json["base64"])

    @contextlib.contextmanager
    def role(self, port: int | None = None, **settings: str) -> Iterator[subprocess.Popen]:
        """`mail` as a process that does not outlive the test; it goes by its own clock."""
        place = dataclasses.asdict(self.place) | ({"port": port} if port else {})
        env = {
            "DATABASE_URL": self.app.db.url.render_as_string(hide_password=False),
            "METRICS_PORT": "0",
            "MAIL_BOXES": json.dumps([place]),
            "MAIL_CA_FILE": self.dovecot.ca_file,
            "MAIL_INTAKE_URL": self.stand.url,
            "MAIL_TOKEN_URL": f"{self.stand.url}/auth/token",
            "MAIL_ACCOUNT": json.dumps(ACCOUNT),
            "MAIL_POLL_SECONDS": "0.2",
            "MAIL_TIMEOUT_SECONDS": "1",
            "MAIL_LEASE_SECONDS": "2",
        } | settings
        command = [sys.executable, "-m", "intake", "mail"]
        with subprocess.Popen(
            command, env=os.environ | sample_secrets() | env, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def until_folders(self, **expected: int) -> None:
        """Wait until the mailbox looks so."""
        until(lambda: self.folders() == expected)
