"""What all tables of intake stand on."""

import sqlalchemy as sa

from shared.ground import Ground

metadata = sa.MetaData()
ground = Ground(metadata)
