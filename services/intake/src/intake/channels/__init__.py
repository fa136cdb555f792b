"""Channels that fetch what comes in: each a client of intake's HTTP contract, a role of its own."""
