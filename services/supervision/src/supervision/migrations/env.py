"""Alembic's entry into supervision's migrations."""

from shared.migrations import run
from supervision.models import metadata

run(metadata)
