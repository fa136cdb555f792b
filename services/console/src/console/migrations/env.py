"""Alembic's entry into the console's migrations."""

from console.models import metadata
from shared.migrations import run

run(metadata)
