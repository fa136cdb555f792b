"""What of a registration may be corrected, and until when one may be voided."""

from intake.domain.participants import LISTS

WORDS = ("title", "content", "claim", "course", "place")
CORRECTABLE = (
    *WORDS,
    *("petitioner", *LISTS),
    *("place_code", "location", "people", "affected", "joint"),
    *("urgent", "threat", "litigation", "proceedings"),
)
"""Not the channel, the purpose and the times: clocks run from them. Void and register again, or
classify anew."""
VOIDABLE = frozenset({"registered", "reported", "forwarded", "assigned", "objected"})
"""States of its case in which nobody has accepted the matter yet."""
