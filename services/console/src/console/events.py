"""Events the console emits: none, it owns sessions only."""

from shared.contracts import Events

events = Events("console")
