"""Events the console hears: none, it asks the services over HTTP."""

from shared.contracts import Subscriptions

subscriptions = Subscriptions("console")
