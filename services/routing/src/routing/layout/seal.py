"""The electronic seal on an issued PDF: an interface, and the one that does nothing."""

from typing import Protocol


class Seal(Protocol):
    """Puts a unit's electronic seal on a PDF."""

    def stamp(self, pdf: bytes, *, unit: str, number: str | None) -> bytes: ...


class NoSeal:
    """For offices that stamp the printed paper and upload its scan."""

    def stamp(self, pdf: bytes, *, unit: str, number: str | None) -> bytes:
        return pdf


SEALS: dict[str, type[NoSeal]] = {"none": NoSeal}
"""By the value of E_SEAL."""


def make_seal(name: str) -> Seal:
    """The seal that the setting names; ValueError, which keeps the process from starting."""
    if name not in SEALS:
        raise ValueError(f"E_SEAL must be one of {', '.join(SEALS)}, not {name!r}")
    return SEALS[name]()
