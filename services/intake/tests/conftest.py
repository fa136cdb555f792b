"""An intake of the test's own, people who post to it, and cases it hears of."""

import datetime as dt
import io
import shutil
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from letter_desk import LetterDesk
from mail_desk import Mail
from mail_server import dovecot_in

from intake import models
from intake.service import SERVICE
from shared.clock import wire
from shared.testing import MORNING, Office, make_app, make_event

MATTER = {"channel": "visit", "title": "路灯不亮", "content": "小区门口的路灯坏了一个月。"}
STATES = {
    "opened": "registered",
    "classified": "registered",
    "review_opened": "reviewing",
    "joined": "accepted",
    "noted": "accepted",
}
SAID = {
    "declined": {"ground": "N1"},
    "channelled": {"route": "arbitration"},
    "review_opened": {"level": "review"},
    "review_decided": {"level": "review", "decision": "uphold"},
    "merged": {"into": "another-case"},
    "noted": {"kind": "contact", "kind_name": "联系信访人", "unit": None, "due": None},
}
VERBS = ("opened", "classified", "forwarded", "accepted", "replied", "served", "closed")


@pytest.fixture
def app(request, tmp_path):
    """Intake on SQLite, or on the kind of database that the test is parametrised with."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(SERVICE, tmp_path, database_url=url)
    yield app
    app.close()


@pytest.fixture(scope="session")
def dovecot():
    """A real IMAP server, in a folder that its own user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-mail-"))
    folder.chmod(0o755)
    with dovecot_in(folder / "dovecot") as server:
        yield server
    shutil.rmtree(folder)


@pytest.fixture
def mail(app, desk, dovecot):
    """A mailbox of the test's own and the office behind it, whose clock shows the time of day."""
    app.clock.advance(seconds=time.time() - app.clock.now().timestamp())
    made = Mail(app=app, desk=desk, dovecot=dovecot, user=f"box-{uuid.uuid4().hex}@office.example")
    yield made
    made.close()


@pytest.fixture
def desk(app):
    """People at intake's desk."""
    return Desk(app)


class Desk(Office):
    """Posts petitions and reads what intake keeps of them."""

    def register(self, *roles: str, token: str | None = None, **changes: Any) -> Any:
        """Post a petition as a registrar, or as others."""
        body = {k: v for k, v in (MATTER | changes).items() if v is not ...}
        return self.post("/v1/petitions", *(roles or ("registrar",)), token=token, json=body)

    def registered(self, **changes: Any) -> dict[str, str]:
        """The receipt of a petition just registered."""
        answer = self.register(**changes)
        assert answer.status_code == 201, answer.text
        receipt: dict[str, str] = answer.json
        return receipt

    def unit_token(self, *roles: str, unit: str = "transport") -> str:
        """The token of a unit's staff."""
        return self.token(*roles, unit=unit, scope=(unit,))

    def rows(self, table: sa.Table) -> list[Any]:
        with self.app.db.read() as session:
            return list(session.execute(sa.select(table)).all())

    def looks(self) -> list[Any]:
        """The looks written down, oldest first."""
        return [Look(**row._mapping) for row in sorted(self.rows(models.audit))]


class Look(SimpleNamespace):
    """An entry of the audit chain."""

    @property
    def unmasked(self) -> bool:
        """Whether a person was shown by it."""
        return self.act in ("unmask", "claim", "attachment") and not self.refused

    @property
    def attachment_id(self) -> str | None:
        """The attachment that was looked at."""
        return (self.facts or {}).get("attachment_id")


@dataclass
class CaseStory:
    """Tells the life of a petition's case in routing's events."""

    petition_id: str
    unit: str = "transport"
    case_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: int = 0
    at: dt.datetime = MORNING
    secret: bool = False
    others: tuple[str, ...] = ()

    def then(self, verb: str, *, said: dict[str, Any] | None = None, **more: Any) -> bytes:
        """What routing says next, a day later; `more` goes into the header."""
        self.version += 1
        self.at += dt.timedelta(days=1)
        placed = verb not in ("opened", "classified")
        clocks = [{"id": "D5", "due_day": "2026-05-05"}] if verb == "accepted" else []
        header = {
            "case_id": self.case_id,
            "state": STATES.get(verb, verb),
            "secret": self.secret,
            "petition_ids": [self.petition_id, *self.others],
            "lead_unit": self.unit if placed else None,
            "lead_unit_name": "交通运输局" if placed else None,
            "co_units": [],
            "clocks": clocks,
            "opened_at": wire(self.at),
        }
        data = {"header": header | more, "reply": "路灯已修好。" if verb == "replied" else None}
        data |= SAID.get(verb, {}) | (said or {})
        return make_event(
            "routing", f"case.{verb}.v1",
            subject=self.case_id, version=self.version, at=self.at, data=data,
        )  # fmt: skip

    def whole(self) -> list[bytes]:
        """The whole life."""
        return [self.then(verb) for verb in VERBS]

    def moved(self, action: str, state: str) -> bytes:
        """A step of the procedure without a type of its own."""
        return self.then("moved", said={"action": action, "action_name": action}, state=state)

    def hard(self) -> list[bytes]:
        """Every other type, the petition having joined a case that is on its way."""
        joined = {"petition_id": self.petition_id}
        both = [{"id": "D5", "due_day": "2026-05-05"}, {"id": "D6", "due_day": "2026-06-04"}]
        return [
            self.then("joined", said=joined),
            self.then("objected"),
            self.moved("reject_objection", "forwarded"),
            self.then("noted"),
            self.moved("simplify", "simple"),
            self.then("extended", clocks=both),
            self.moved("mediate", "mediating"),
            self.moved("keep", "mediating"),
            self.moved("end_mediation", "extended"),
            self.then("review_opened"),
            self.then("review_decided"),
            self.moved("serve_review", "review_served"),
            self.then("review_opened", state="re_reviewing", said={"level": "re_review"}),
            self.then("review_decided", state="handling", said={"decision": "redo"}),
            self.then("terminated"),
            self.then("declined"),
            self.then("declined", state="no_longer_accepted"),
            self.then("channelled"),
            self.moved("transfer_law", "transferred"),
            self.moved("guide", "guided"),
            self.moved("file", "filed"),
            self.then("withdrawn"),
            self.moved("reopen", "registered"),
            self.then("merged"),
            self.moved("unmerge", "registered"),
        ]


@pytest.fixture
def story():
    """Makes the story of a petition's case."""
    return CaseStory


class Clerk:
    """Somebody at the desk with a petition before them and files to attach to it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.petition = desk.registered()
        self.path = f"/v1/petitions/{self.petition['petition_id']}/attachments"

    def attach(
        self,
        content: bytes,
        name: str = "照片.jpg",
        *roles: str,
        path: str | None = None,
        **kw: Any,
    ) -> Any:
        """Attach a file as a registrar, or as others."""
        sent = {"file": (io.BytesIO(content), name)}
        roles = roles or (() if "token" in kw else ("registrar",))
        return self.desk.post(path or self.path, *roles, data=sent, **kw)

    def attached(self, content: bytes, name: str = "照片.jpg") -> dict[str, Any]:
        answer = self.attach(content, name)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json
        return found

    def link(self, attachment_id: str, *roles: str, **kw: Any) -> Any:
        """Ask for a link as a dispatcher, or as others."""
        roles = roles or (() if "token" in kw else ("dispatcher",))
        return self.desk.post(f"{self.path}/{attachment_id}/link", *roles, **kw)

    def downloaded(self, content: bytes) -> bytes:
        """What is kept of a file."""
        url = self.link(self.attached(content)["attachment_id"]).json["url"]
        kept: bytes = self.desk.get(url).data
        return kept

    def stored(self) -> list[Path]:
        """The files of the storage, drafts too."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def clerk_with(request, tmp_path):
    """Makes a clerk at an intake on SQLite, with settings of its own."""
    apps = []

    def make(*, database_url: str | None = None, **settings: str) -> Clerk:
        folder = tmp_path / "attachments"
        settings = {"ATTACHMENTS_URL": f"file://{folder}"} | settings
        apps.append(make_app(SERVICE, tmp_path, database_url=database_url, **settings))
        return Clerk(Desk(apps[-1]), folder)

    yield make
    for app in apps:
        app.close()


@pytest.fixture
def clerk(request, clerk_with):
    """A clerk, on the kind of database that the test is parametrised with."""
    on_postgres = getattr(request, "param", "sqlite") == "postgresql"
    return clerk_with(database_url=request.getfixturevalue("postgres_url") if on_postgres else None)


@pytest.fixture
def letters(clerk):
    """A registrar with letters before them, on the kind of database that `clerk` has."""
    return LetterDesk(clerk.desk, clerk.folder)
