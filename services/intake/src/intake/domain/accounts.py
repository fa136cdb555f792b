"""Accounts of citizens: how long a session lasts, and what a phone number opens."""

import datetime as dt

SESSION_LASTS = dt.timedelta(days=7)
"""A session that is not renewed in time ends."""
SIGNED_IN_MOST = dt.timedelta(days=90)
"""After it the phone has to be shown again: numbers are given to somebody else."""
BY_PHONE_WITHIN = dt.timedelta(days=365)
"""How far back petitions by other channels are shown to who has their phone number now."""
CODE_PURPOSE = "account"
"""For what a phone code is sent: it serves for nothing else, and no other serves for it."""
