"""Versions of a service that are not there yet: the tree with a small change, in a folder beside.

A process runs one when the folder stands first in its PYTHONPATH.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.migrations import head
from shared.service import Service

_SERVICES = Path(__file__).parents[2] / "services"


@dataclass(frozen=True)
class Edit:
    """A passage of a source file, and what stands there in the next version."""

    file: str
    passage: str
    becomes: str


def after(file: str, passage: str, added: str) -> Edit:
    """An edit that adds something behind a passage."""
    return Edit(file, passage, passage + added)


def make_version(
    service: Service, folder: Path, *, edits: Sequence[Edit], expand: str | None = None
) -> Path:
    """The service's sources with the edits, in `folder`; returns what goes into PYTHONPATH.

    `expand` is the body of a migration on top of the tree's. AssertionError where a passage does
    not stand in its file exactly once: the tree has moved on.
    """
    code = folder / service.name
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(_SERVICES / service.name / "src", code, ignore=ignore)
    package = code / service.package
    for edit in edits:
        file = package / edit.file
        text = file.read_text(encoding="utf-8")
        found = text.count(edit.passage)
        assert found == 1, f"{service.name}: {edit.file} has {found} times: {edit.passage!r}"
        file.write_text(text.replace(edit.passage, edit.becomes), encoding="utf-8")
    if expand is not None:
        _add_migration(package, service, expand)
    return code


def _add_migration(package: Path, service: Service, body: str) -> None:
    text = (
        '"""Expand."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "next"\ndown_revision = "{head(service.package)}"\n\n\n'
        f"def upgrade() -> None:\n    {body}\n"
    )
    (package / "migrations" / "versions" / "next_expand.py").write_text(text, encoding="utf-8")


ADDITIVE: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "intake": (
        'op.add_column("petitions", sa.Column("language", sa.String(10)))',
        (
            after(
                "models/petitions.py",
                '    sa.Column("registered_by", sa.String(100), nullable=False),\n',
                '    sa.Column("language", sa.String(10)),\n',
            ),
            after(
                "events.py",
                "    registered_at = fields.AwareDateTime(required=True)\n",
                "    language = fields.Str(required=True)\n",
            ),
            after(
                "use_cases/drafting.py",
                '        "registered_by": by.sub,\n',
                '        "language": "zh",\n',
            ),
            after(
                "use_cases/announcing.py",
                '    *("received_at", "registered_at"),\n',
                '    "language",\n',
            ),
            after(
                "schemas/petitions.py",
                "class Registered(ma.Schema):\n",
                "    language = fields.Str()\n\n",
            ),
            after(
                "use_cases/drafting.py",
                '            "petition_no": self.row["petition_no"],\n',
                '            "language": self.row["language"],\n',
            ),
        ),
    ),
    "routing": (
        'op.add_column("cases", sa.Column("accepted_by", sa.String(100)))',
        (
            after(
                "models/cases.py",
                '    sa.Column("last_at", UtcDateTime, nullable=False),\n',
                '    sa.Column("accepted_by", sa.String(100)),\n',
            ),
            after(
                "events.py",
                '    """The unit accepted, 受理 (T22 Art.23); D5 runs from now (Art.34)."""\n',
                "\n    accepted_by = fields.Str(required=True)\n",
            ),
            after(
                "use_cases/effects/dispatching.py",
                '    """The unit accepts; another category may be fixed with it (T22 Art.23)."""\n',
                '    change.row["accepted_by"] = "unit"\n'
                '    change.told.append(("case.accepted.v1", {"accepted_by": "unit"}))\n',
            ),
        ),
    ),
    "supervision": (
        'op.add_column("entries", sa.Column("accepted_by", sa.String(100)))',
        (
            after(
                "models.py",
                '    sa.Column("facts", Json, nullable=False),\n',
                '    sa.Column("accepted_by", sa.String(100)),\n',
            ),
            after(
                "subscriptions.py",
                "    header = fields.Nested(HeaderRead, required=True)\n",
                "    accepted_by = fields.Str(load_default=None)\n",
            ),
            after(
                "use_cases/keeping.py",
                '        "type": event.type,\n',
                '        "accepted_by": event.data.get("accepted_by"),\n',
            ),
            after(
                "schemas.py",
                "    facts = fields.Dict()\n",
                "    accepted_by = fields.Str(allow_none=True)\n",
            ),
        ),
    ),
}
"""A small additive change of each service: an expanded table, a new field sent, read, answered."""

READS_BOTH: dict[str, tuple[Edit, ...]] = {
    "routing": (
        Edit(
            "subscriptions.py",
            '@subscriptions.on("petition.registered.v1", from_="intake", '
            "reads=PetitionRegistered, batch=True)\n",
            "class PetitionRegisteredV2(PetitionRegistered):\n"
            '    """What routing needs in order to open a case, as version 2 calls it."""\n\n'
            '    received_at = fields.AwareDateTime(required=True, data_key="arrived_at")\n\n\n'
            '@subscriptions.on("petition.registered.v1", from_="intake", '
            "reads=PetitionRegistered, batch=True)\n"
            '@subscriptions.on("petition.registered.v2", from_="intake", '
            "reads=PetitionRegisteredV2, batch=True)\n",
        ),
    ),
    "supervision": (
        Edit(
            "subscriptions.py",
            '    "petition.registered.v1", from_="intake", reads=PetitionRead,',
            '    "petition.registered.v1", "petition.registered.v2",'
            ' from_="intake", reads=PetitionRead,',
        ),
    ),
}
"""Readers of petition.registered.v1 that also read v2, which calls `received_at` `arrived_at`."""

EMITS_V2: tuple[Edit, ...] = (
    Edit(
        "events.py",
        '@events.type("petition.registered.v1")\n',
        '@events.type("petition.registered.v1", retired=True)\n',
    ),
    Edit(
        "events.py",
        '@events.type("petition.text.v1"',
        '@events.type("petition.registered.v2")\n'
        "class PetitionRegisteredV2(PetitionRegistered):\n"
        '    """A petition was received and registered (T22 Art.22); no text, no person."""\n\n'
        '    received_at = fields.AwareDateTime(required=True, data_key="arrived_at")\n\n\n'
        '@events.type("petition.text.v1"',
    ),
    Edit(
        "use_cases/announcing.py",
        "from intake.events import PetitionRegistered, PetitionText, events\n",
        "from intake.events import PetitionRegisteredV2, PetitionText, events\n",
    ),
    Edit("use_cases/announcing.py", "events[PetitionRegistered]", "events[PetitionRegisteredV2]"),
)
"""Intake as it tells registrations by v2 alone; v1 is retired and can still be replayed."""
