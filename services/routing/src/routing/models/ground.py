"""The tables that every service has, and what all of routing's tables are collected in."""

import sqlalchemy as sa

from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)
