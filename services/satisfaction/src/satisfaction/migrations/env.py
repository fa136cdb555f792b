"""Alembic's entry into satisfaction's migrations."""

from satisfaction.models import metadata
from shared.migrations import run

run(metadata)
