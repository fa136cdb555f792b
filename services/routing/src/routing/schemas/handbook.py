"""What is asked of the handbook."""

from routing.handbook.texts import EDITIONS
from shared.web.fields import Code, Query


class HandbookQuery(Query):
    """Which edition."""

    edition = Code(EDITIONS)
