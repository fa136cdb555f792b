"""What the console does of its own: sessions opened, found again, renewed and ended; names."""

from console.use_cases.people import known_names, remember_name
from console.use_cases.sessions import (
    CITIZEN,
    STAFF,
    Kept,
    claim_renewal,
    end_session,
    find_session,
    keep_renewed,
    note_seen,
    open_session,
    open_words,
    seal_words,
)

__all__ = [
    "CITIZEN",
    "STAFF",
    "Kept",
    "claim_renewal",
    "end_session",
    "find_session",
    "keep_renewed",
    "known_names",
    "note_seen",
    "open_session",
    "open_words",
    "remember_name",
    "seal_words",
]
