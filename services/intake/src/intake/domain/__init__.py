"""Rules of intake: registration, channels, and what a citizen is told of progress."""
