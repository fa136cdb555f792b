"""HTTP interface of intake: one module for each thing that is asked about."""

from intake.api import channels, matters, petitions
from intake.api.routes import api

__all__ = ["api", "channels", "matters", "petitions"]
