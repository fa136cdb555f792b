"""Government mailboxes (政府信箱): to whom one may write, and what a letter there may be."""

import re

CHANNEL = "mailbox"
"""The channel by which letters to them come."""
CODE = re.compile(r"[a-z][a-z0-9_-]{1,49}\Z", re.ASCII)
LONGEST = 50_000
"""Characters that any petition may have; a mailbox may want shorter letters."""
