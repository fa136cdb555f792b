"""HTTP: one way to declare a route, to refuse, to page and to answer twice the same."""

from shared.web.api import Api, Call
from shared.web.app import create_app
from shared.web.fields import Body, Query

__all__ = ["Api", "Body", "Call", "Query", "create_app"]
