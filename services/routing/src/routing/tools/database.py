"""The database that a tool works on, which needs none of the service's secrets."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from shared import migrations
from shared.db import Database, is_infrastructure
from shared.log import describe
from shared.settings import BadSettings, read_settings, setting


@dataclasses.dataclass(frozen=True, kw_only=True)
class ForTools:
    """All that these tools read."""

    database_url: str = setting(doc="SQLAlchemy URL: sqlite:///file or postgresql+psycopg://…")


@contextmanager
def office_database() -> Iterator[Database]:
    """The migrated database of the settings; BadSettings where there is none."""
    try:
        db = Database(read_settings(ForTools).database_url, service="routing")
    except sa.exc.ArgumentError as error:
        raise BadSettings(describe(error)) from error
    try:
        with db.read() as session:
            behind = migrations.behind(session, "routing")
        if behind:
            raise BadSettings(f"the database is at {behind}: run `python -m routing migrate` first")
        yield db
    except sa.exc.DBAPIError as error:
        if not is_infrastructure(error):
            raise
        raise BadSettings(describe(error)) from error
    finally:
        db.close()
