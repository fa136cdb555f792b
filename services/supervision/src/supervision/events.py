"""Events supervision emits: none of its own yet, it only listens."""

from shared.contracts import Events

events = Events("supervision")
