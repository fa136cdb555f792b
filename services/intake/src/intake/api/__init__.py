"""HTTP interface of intake: one module for each thing that is asked about."""

from intake.api import channels, open311, petitions
from intake.api.routes import api

__all__ = ["api", "channels", "open311", "petitions"]
