"""The handbook: two editions made of the same standards that the system runs on."""
