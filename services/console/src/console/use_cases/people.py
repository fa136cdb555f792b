"""How people are called: services record accounts, whoever reads wants names."""

import sqlalchemy as sa

from console import models
from shared.db import Session, upsert

_people = models.people
_LONGEST = 100


def remember_name(session: Session, *, account: str, name: str) -> None:
    """The name by which an account's person is shown from now on."""
    upsert(session, _people, [{"account": account, "name": name[:_LONGEST]}], key=["account"])


def known_names(session: Session) -> dict[str, str]:
    """Names by account, of all who have signed in with one."""
    return {row.account: row.name for row in session.execute(sa.select(_people))}
